"""Made-up payments of the past, for lists and back-tests at the size of a retailer.

They go through every guard of the database: each has its spent code, its assessment, its operations, one entry of
history per version, and a captured one is in the books. The people are made up too, and their phones and accounts are
ended, so that nobody can ever pay with them. The audit trail tells of the run, not of each payment, and no limit, no
stream and no listener hears of it.
"""

import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from apps.audit.operations import record
from apps.customers.models import Customer
from apps.devices.models import Device
from apps.devices.states import DeviceStatus
from apps.instruments.contexts import token_aad
from apps.instruments.models import Instrument, Kind
from apps.instruments.states import InstrumentStatus
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.keys.kek import key_encryption_keys
from apps.outbox.operations import notes_about
from apps.providers.models import ProviderAccount

ACTOR: Final = Actor("system", "generate_history")
CHUNK: Final = 2000
MOST_PEOPLE: Final = 200
PAYMENTS_EACH: Final = 20
# Nobody pays on the day on which he enrols.
KNOWN_BEFORE: Final = timedelta(days=30)

# The dice are thrown from the seed, the payment's number and what they are for: the same seed, the same spread.
_MADE: Final = """
CREATE TEMPORARY TABLE made ON COMMIT DROP AS
WITH numbers AS (SELECT generate_series(%(first)s::bigint, %(last)s::bigint) AS n),
tills AS (
    SELECT till.id AS till_id, till.kind, till.language, store.id AS store_id, store.merchant_id, merchant.currency,
           merchant.time_zone, store.country || ' ' || store.town AS town,
           row_number() OVER (ORDER BY till.id) - 1 AS place, count(*) OVER () AS many
    FROM merchants_till till JOIN merchants_store store ON store.id = till.store_id
    JOIN merchants_merchant merchant ON merchant.id = store.merchant_id
    WHERE merchant.currency = 'CHF'
),
people AS (
    SELECT person.*, row_number() OVER (ORDER BY device) - 1 AS place, count(*) OVER () AS many
    FROM unnest(%(customers)s::uuid[], %(devices)s::uuid[], %(instruments)s::uuid[])
        AS person (customer, device, instrument)
),
thrown AS (
    SELECT n, (hashint8extended(n, %(seed)s::bigint) & 1048575)::int AS whose,
           (hashint8extended(n, %(seed)s::bigint + 1) & 1048575)::int AS wher,
           (hashint8extended(n, %(seed)s::bigint + 2) & 1048575)::int AS amount,
           (hashint8extended(n, %(seed)s::bigint + 3) & 1048575)::int AS fate,
           (hashint8extended(n, %(seed)s::bigint + 4) & 1048575)::int AS day,
           (hashint8extended(n, %(seed)s::bigint + 5) & 1048575)::int AS second
    FROM numbers
),
placed AS (
    SELECT thrown.*, tills.till_id, tills.kind, tills.language, tills.store_id, tills.merchant_id, tills.currency,
           tills.time_zone, tills.town, people.customer, people.device, people.instrument,
           ((%(now)s::timestamptz AT TIME ZONE tills.time_zone)::date - 1 - day %% %(days)s::int) AS business_date
    FROM thrown JOIN tills ON tills.place = wher %% tills.many JOIN people ON people.place = whose %% people.many
),
timed AS (
    SELECT placed.*, (business_date + time '07:00' + (second %% 50400) * interval '1 second')
        AT TIME ZONE time_zone AS at
    FROM placed
)
SELECT timed.*, %(bank)s::uuid AS bank, pg_temp.id_of(at) AS payment, pg_temp.id_of(at) AS assessment,
       pg_temp.id_of(at) AS attempt, pg_temp.id_of(at) AS asked, pg_temp.id_of(at + interval '2 seconds') AS capture,
       pg_temp.id_of(at + interval '2 seconds') AS told,
       (100 + amount %% 20000 + CASE WHEN amount %% 50 = 0 THEN 60000 ELSE 0 END)::bigint AS minor,
       CASE WHEN fate %% 100 < 88 THEN 'captured' WHEN fate %% 100 < 95 THEN 'declined'
            WHEN fate %% 100 < 98 THEN 'cancelled' ELSE 'expired' END AS ending,
       CASE kind WHEN 'attended' THEN 'K' || (10 + wher %% 37) ELSE '' END AS cashier,
       (ARRAY['insufficient_funds', 'account_closed', 'provider_declined'])[1 + fate %% 3] AS refusal
FROM timed
"""
_ID: Final = """
CREATE OR REPLACE FUNCTION pg_temp.id_of(at timestamptz) RETURNS uuid LANGUAGE sql VOLATILE AS $$
    SELECT (lpad(to_hex(floor(extract(epoch FROM at) * 1000)::bigint), 12, '0') || '7'
        || substr(replace(gen_random_uuid()::text, '-', ''), 14))::uuid
$$
"""
_HASH: Final = "sha256(convert_to(payment::text, 'UTF8'))"
_BEGIN: Final = (
    f"""
INSERT INTO codes_spentcode (id, device_id, counter, kid, text_digest, body, signature, till_id, result, subject_kind,
    subject_id, at)
SELECT pg_temp.id_of(at), device, n, 0, {_HASH}, substr({_HASH}, 1, 30), {_HASH} || {_HASH}, till_id, 'accepted',
    'payment', payment, at FROM made
""",  # noqa: S608  # our own words
    """
INSERT INTO fraud_assessment (id, payment_id, facts, verdict, score, reasons, at, customer_id, device_id, instrument_id,
    merchant_id, store_id, cashier, amount_minor, currency, town, is_training, is_again, hits)
SELECT assessment, payment, jsonb_build_object('payment', payment, 'customer', customer, 'device', device,
        'instrument', instrument, 'merchant', merchant_id, 'store', store_id, 'till', till_id, 'cashier', cashier,
        'amount', jsonb_build_object('amount', minor, 'currency', currency),
        'code_issued_at', pg_temp.told(at - interval '5 seconds'), 'scanned_at', pg_temp.told(at),
        'device_enrolled_at', pg_temp.told(%(enrolled)s::timestamptz), 'is_attended', kind = 'attended',
        'made_online', fate % 2 = 0, 'suspicions', '[]'::jsonb, 'town', town, 'time_zone', time_zone,
        'is_training', false, 'counter', n, 'previous_counter', NULL, 'previous_issued_at', NULL,
        'wrong_pin_times', '[]'::jsonb),
    'pass', 0, '[]', at, customer, device, instrument, merchant_id, store_id, cashier, minor, currency, town, false,
    false, '[]' FROM made
""",
    """
INSERT INTO fraud_assessmentoutcome (id, assessment_id, kind, by, at)
SELECT pg_temp.id_of(at + interval '6 hours'), assessment,
    CASE WHEN minor > 60000 AND fate % 3 = 0 THEN 'confirmed_fraud' WHEN fate % 200 = 7 THEN 'disputed' ELSE 'good' END,
    %(actor)s, at + interval '6 hours'
FROM made WHERE ending = 'captured' AND (minor > 60000 OR fate % 200 IN (7, 8))
""",
    """
INSERT INTO transactions_payment (id, merchant_id, till_id, mode, is_training, status, version, customer_id, device_id,
    instrument_id, currency, amount_minor, tip_minor, authorised_minor, captured_minor, released_minor, refunded_minor,
    refund_reserved_minor, lost_minor, limits_reserved_minor, reference, business_date, cashier, language, lines,
    code_issued_at, capture_mode, capture_status, refund_status, action, confirm_within_seconds, answer_until,
    deadline_at, decline_code, decline_detail, created_at)
SELECT payment, merchant_id, till_id, 'live', false, 'authorising', 1, customer, device, instrument, currency, minor, 0,
    0, 0, 0, 0, 0, 0, 0, %(run)s || '-' || n, business_date, cashier, language, '[]', at - interval '5 seconds',
    'manual', 'none', 'none', '', 45, at + interval '30 seconds', at + interval '30 seconds', '', '', at FROM made
""",
    """
INSERT INTO transactions_attempt (id, payment_id, number, instrument_id, provider_account_id, assessment_id,
    hold_reference, decline_reason, raw_reason, created_at)
SELECT attempt, payment, 1, instrument, bank, assessment, '', '', '', at FROM made
""",
    """
INSERT INTO transactions_operation (id, payment_id, attempt_id, verb, status, reference, amount_minor, currency,
    is_final, target, hold_expires_at, provider_reference, tries, next_check_at, created_at)
SELECT asked, payment, attempt, 'authorise', 'queued', 'authorise-' || replace(asked::text, '-', ''), minor, currency,
    true, '', at + interval '7 days', '', 0, at, at FROM made
""",
)
_EVENT: Final = """
INSERT INTO transactions_paymentevent (id, payment_id, version, kind, status, actor, facts, at)
SELECT pg_temp.id_of({at}), payment, {version}, '{kind}', '{status}', %(actor)s, {facts}, {at} FROM made WHERE {which}
"""
_ANSWER: Final = (
    """
UPDATE transactions_operation SET status = CASE WHEN ending = 'cancelled' THEN 'withdrawn' ELSE 'sent' END,
    tries = CASE WHEN ending = 'cancelled' THEN 0 ELSE 1 END, sent_at = CASE WHEN ending <> 'cancelled' THEN at END,
    ended_at = CASE WHEN ending = 'cancelled' THEN at END,
    next_check_at = CASE WHEN ending <> 'cancelled' THEN at END
FROM made WHERE id = asked
""",
    """
UPDATE transactions_operation SET status = CASE WHEN ending = 'declined' THEN 'failed' ELSE 'succeeded' END,
    provider_reference = CASE WHEN ending = 'declined' THEN '' ELSE 'made-' || asked END,
    ended_at = at + interval '1 second', next_check_at = NULL
FROM made WHERE id = asked AND ending <> 'cancelled'
""",
    """
UPDATE transactions_attempt SET hold_reference = CASE WHEN ending = 'declined' THEN '' ELSE 'made-' || asked END,
    decline_reason = CASE WHEN ending = 'declined' THEN refusal ELSE '' END
FROM made WHERE id = attempt AND ending <> 'cancelled'
""",
    """
UPDATE transactions_payment SET status = ending, version = 2, deadline_at = NULL, ended_at = at + interval '1 second',
    decline_code = CASE WHEN ending = 'declined' THEN refusal ELSE '' END,
    decline_detail = CASE WHEN ending = 'declined' THEN refusal ELSE '' END
FROM made WHERE id = payment AND ending IN ('declined', 'cancelled')
""",
    """
UPDATE transactions_payment SET status = 'authorised', version = 2, authorised_minor = minor,
    authorised_at = at + interval '1 second', hold_expires_at = at + interval '7 days',
    deadline_at = at + interval '7 days'
FROM made WHERE id = payment AND ending IN ('captured', 'expired')
""",
    """
UPDATE transactions_payment SET status = 'expired', version = 3, released_minor = minor, deadline_at = NULL,
    ended_at = at + interval '2 seconds'
FROM made WHERE id = payment AND ending = 'expired'
""",
)
_TAKE: Final = (
    """
INSERT INTO transactions_operation (id, payment_id, attempt_id, verb, status, reference, amount_minor, currency,
    is_final, target, provider_reference, tries, next_check_at, created_at)
SELECT capture, payment, attempt, 'capture', 'queued', 'capture-' || replace(capture::text, '-', ''), minor, currency,
    true, 'made-' || asked, '', 0, at, at + interval '2 seconds' FROM made WHERE ending = 'captured'
""",
    """
INSERT INTO outbox_message (id, topic, arguments, created_at, due_at, tries, last_error)
SELECT pg_temp.id_of(at), 'transactions.carry_out', jsonb_build_object('operation_id', capture),
    at + interval '2 seconds', at + interval '2 seconds', 0, '' FROM made WHERE ending = 'captured'
UNION ALL
SELECT pg_temp.id_of(at), %(topic)s, jsonb_build_object('payment_id', payment, 'event_id', told),
    at + interval '2 seconds', at + interval '2 seconds', 0, '' FROM made WHERE ending = 'captured'
""",
    """
UPDATE transactions_payment SET status = 'captured', version = 3, captured_minor = minor, capture_status = 'queued',
    captured_at = at + interval '2 seconds', deadline_at = NULL
FROM made WHERE id = payment AND ending = 'captured'
""",
    """
INSERT INTO transactions_paymentevent (id, payment_id, version, kind, status, actor, facts, at)
SELECT told, payment, 3, 'payment.captured', 'captured', %(actor)s,
    jsonb_build_object('amount', minor, 'operation', 'capture-' || replace(capture::text, '-', '')),
    at + interval '2 seconds' FROM made WHERE ending = 'captured'
""",
)
# What each journal says, as apps/ledger/templates.py writes it: account, sign.
_JOURNALS: Final = {
    ("hold", "ending IN ('captured', 'expired')", "1 second"): (("holds", 1), ("holds_contra", -1)),
    ("release", "ending = 'expired'", "2 seconds"): (("holds_contra", 1), ("holds", -1)),
    ("capture", "ending = 'captured'", "2 seconds"): (
        ("holds_contra", 1),
        ("holds", -1),
        ("provider_receivable", 1),
        ("merchant_payable", -1),
    ),
}
# In the same transaction, so that no worker ever sees a note or an operation that waits.
_SETTLE: Final = (
    """
UPDATE outbox_message SET done_at = due_at, tries = 1
FROM made WHERE done_at IS NULL AND due_at = at + interval '2 seconds' AND ending = 'captured'
    AND (arguments ->> 'operation_id' = capture::text OR arguments ->> 'event_id' = told::text)
""",
    """
UPDATE transactions_operation SET status = 'sent', tries = 1, sent_at = created_at
FROM made WHERE id = capture AND ending = 'captured'
""",
    """
UPDATE transactions_operation SET status = 'succeeded', provider_reference = 'made-' || capture,
    ended_at = created_at + interval '1 second', next_check_at = NULL
FROM made WHERE id = capture AND ending = 'captured'
""",
    """
UPDATE transactions_payment SET capture_status = 'succeeded', version = 4
FROM made WHERE id = payment AND ending = 'captured'
""",
)
_TOLD: Final = """
CREATE OR REPLACE FUNCTION pg_temp.told(at timestamptz) RETURNS text LANGUAGE sql AS $$
    SELECT to_char(at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS') || '+00:00'
$$
"""


def generate_history(
    *, bank: ProviderAccount, payments: int, days: int, seed: int, now: datetime, say: Callable[[int], None]
) -> dict[str, int | str]:
    """Add so many payments of the last `days` days before today, a chunk per transaction; every run adds its own.

    `say` hears after each chunk how many there are. Needs a till that sells in CHF.
    """
    run = f"H{secrets.token_hex(5)}"
    enrolled = now.replace(microsecond=0) - timedelta(days=days) - KNOWN_BEFORE
    count = min(MOST_PEOPLE, max(1, payments // PAYMENTS_EACH))
    people = _make_people(count, bank, days, payments, run, enrolled, now)
    values: dict[str, Any] = {
        "seed": seed,
        "days": days,
        "now": now,
        "run": run,
        "bank": bank.id,
        "actor": str(ACTOR),
        "enrolled": enrolled,
        "customers": [person[0] for person in people],
        "devices": [person[1] for person in people],
        "instruments": [person[2] for person in people],
        "topic": notes_about(event="payment.captured", arguments={})[0].topic,
    }
    for first in range(1, payments + 1, CHUNK):
        last = min(first + CHUNK - 1, payments)
        _make_chunk(values | {"first": first, "last": last}, bank.code)
        say(last)
    return {"run": run, "payments": payments, "people": len(people)}


@transaction.atomic(durable=True)
def _make_people(
    count: int, bank: ProviderAccount, days: int, payments: int, run: str, enrolled: datetime, now: datetime
) -> list[tuple[UUID, UUID, UUID]]:
    keys, people = key_encryption_keys(), []
    for number in range(count):
        customer = Customer.objects.create(email=f"{run.lower()}-{number}@history.example", created_at=enrolled)
        device = Device.objects.create(
            customer=customer,
            device_ref=secrets.token_bytes(8),
            name="Phone of the past",
            platform="web",
            public_key=secrets.token_bytes(65),
            certificate=b"",
            status=DeviceStatus.REVOKED,
            status_reason="made_up",
            counter=payments,
            sync_current=secrets.token_bytes(4),
            sync_changed_at=enrolled,
            enrolled_at=enrolled,
            revoked_at=now,
        )
        identifier = uuid7()
        wrapped = keys.wrap(
            secrets.token_hex(16).encode(), token_aad(instrument_id=identifier, customer_id=customer.id)
        )
        Instrument.objects.create(
            id=identifier,
            customer=customer,
            handle=1,
            kind=Kind.BANK_ACCOUNT if number % 3 else Kind.CARD,
            label=f"Bank ...{number:04d}",
            provider_account=bank,
            currency="CHF",
            kek_id=wrapped.kek_id,
            nonce=wrapped.nonce,
            wrapped_token=wrapped.ciphertext,
            token_digest=secrets.token_bytes(32),
            status=InstrumentStatus.REMOVED,
            created_at=enrolled,
            removed_at=now,
        )
        people.append((customer.id, device.id, identifier))
    facts = {"payments": payments, "days": days}
    record(actor=ACTOR, action="demo.history_generated", subject=run, facts=facts, now=now)
    return people


# Any: whatever the driver takes as a parameter.
@transaction.atomic(durable=True)
def _make_chunk(values: dict[str, Any], bank: str) -> None:
    with connection.cursor() as cursor:

        def run(statement: str) -> None:
            # Only what has parameters is read for them: elsewhere a percent sign is the remainder.
            named = {name: value for name, value in values.items() if f"%({name})s" in statement}
            if statement is not _MADE and named:
                statement = statement.replace(" % ", " %% ")
            cursor.execute(statement, named or None)

        for statement in (_ID, _TOLD, _MADE, "ANALYZE made", *_BEGIN):
            run(statement)
        run(_event(1, "payment.started", "authorising", "true", "at"))
        for statement in _ANSWER:
            run(statement)
        second = "at + interval '1 second'"
        run(_event(2, "payment.authorised", "authorised", "ending IN ('captured', 'expired')", second))
        refused = "jsonb_build_object('code', refusal)"
        run(_event(2, "payment.declined", "declined", "ending = 'declined'", second, refused))
        run(_event(2, "payment.cancelled", "cancelled", "ending = 'cancelled'", second))
        run(_event(3, "payment.expired", "expired", "ending = 'expired'", "at + interval '2 seconds'"))
        for statement in _TAKE:
            run(statement)
        for (kind, which, after), lines in _JOURNALS.items():
            run(_journal(kind, which, after, lines, bank))
        run("SET CONSTRAINTS ALL IMMEDIATE")
        run("SET CONSTRAINTS ALL DEFERRED")
        for statement in _SETTLE:
            run(statement)
        run(_event(4, "capture.succeeded", "captured", "ending = 'captured'", "at + interval '3 seconds'"))


def _event(version: int, kind: str, status: str, which: str, at: str, facts: str = "'{}'::jsonb") -> str:
    return _EVENT.format(version=version, kind=kind, status=status, which=which, at=at, facts=facts)


def _journal(kind: str, which: str, after: str, lines: tuple[tuple[str, int], ...], bank: str) -> str:
    """Return the statement that books one kind of journal with its lines; the bank's code is a slug."""
    day = "business_date" if kind == "capture" else "NULL::date"
    accounts = ", ".join(
        f"({place}, '{account}:' || {'merchant_id' if account == 'merchant_payable' else repr(bank)}, {sign} * minor)"
        for place, (account, sign) in enumerate(lines, start=1)
    )
    return f"""
WITH booked AS MATERIALIZED (
    SELECT pg_temp.id_of(at + interval '{after}') AS journal, made.* FROM made WHERE {which}
), journals AS (
    INSERT INTO ledger_journal (id, kind, currency, business_date, subject, posting_count, created_at)
    SELECT journal, '{kind}', currency, {day}, transactions_public_id(payment), {len(lines)},
        at + interval '{after}' FROM booked
)
INSERT INTO ledger_posting (journal_id, position, account, currency, amount_minor)
SELECT journal, line.position, line.account, currency, line.amount
FROM booked CROSS JOIN LATERAL (VALUES {accounts}) AS line (position, account, amount)
"""  # noqa: S608  # our own words, and a slug
