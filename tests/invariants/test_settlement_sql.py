"""I6: as the service's role, every captured or refunded amount is in exactly one batch, as the books have it."""

from datetime import date, datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.db import IntegrityError, connection
from psycopg.errors import (
    CheckViolation,
    ForeignKeyViolation,
    InsufficientPrivilege,
    LockNotAvailable,
    RestrictViolation,
    UniqueViolation,
)

from apps.kernel.ids import uuid7
from apps.ledger.models import Journal
from apps.settlement.models import Batch, BatchLine
from apps.settlement.states import MOVES
from apps.transactions.models import Payment
from tests.cast import Phone
from tests.invariants.by_hand import JOURNAL, POSTINGS, capture_journal
from tests.invariants.service import Service, Step, refused
from tests.shop import Shop, carry_out_all, make_payer, make_shop
from tests.transactions.counter import refund

BATCH = """
    INSERT INTO settlement_batch (id, merchant_id, currency, business_date, number, status, captured_minor,
        refunded_minor, captured_count, refunded_count, created_at, closed_at)
    VALUES (%(id)s, %(merchant)s, %(currency)s, %(day)s, %(number)s, %(status)s, %(captured)s, 0, %(count)s, 0, now(),
        %(closed_at)s)
"""
LINE = """
    INSERT INTO settlement_batchline (journal_id, batch_id, payment_id, kind, currency, amount_minor)
    VALUES (%(journal)s, %(batch)s, %(payment)s, %(kind)s, %(currency)s, %(amount)s)
"""
CLOSE = """
    UPDATE settlement_batch SET status = 'closed', closed_at = now(), captured_minor = %(captured)s,
        captured_count = %(captures)s, refunded_minor = %(refunded)s, refunded_count = %(refunds)s
    WHERE id = %(batch)s
"""


@pytest.fixture
def payment(shop: Shop, phone: Phone, now: datetime) -> Payment:
    """A sale of 10.00, captured."""
    sold = shop.sell(phone, 1000, now=now)
    shop.capture(sold, now=now)
    return carry_out_all(sold.id, now=now)


@pytest.fixture
def other(shop: Shop, payment: Payment, now: datetime) -> Payment:
    """Another sale of 10.00 of the same shop."""
    sold = shop.sell(make_payer(shop, now=now), 1000, now=now)
    shop.capture(sold, now=now)
    return carry_out_all(sold.id, now=now)


def entry(payment: Payment, kind: str = "capture") -> Journal:
    return Journal.objects.get(subject=payment.public_id, kind=kind)


# Any: whatever columns a row has.
def batch(payment: Payment, batch_id: UUID, **changes: Any) -> Step:
    """Return the statement that opens the first batch of the payment's day."""
    values = {"merchant": payment.merchant_id, "currency": "CHF", "day": entry(payment).business_date, "number": 1}
    values |= {"id": batch_id, "status": "open", "captured": 0, "count": 0, "closed_at": None}
    return BATCH, values | changes


def line(payment: Payment, batch_id: UUID, /, **changes: Any) -> Step:
    """Return the statement that puts the payment's capture into the batch."""
    values = {"journal": entry(payment).id, "batch": batch_id, "payment": payment.id, "kind": "captured"}
    return LINE, values | {"currency": "CHF", "amount": 1000} | changes


def close(batch_id: UUID, **changes: Any) -> Step:
    """Return the statement that closes the batch over one capture of 10.00."""
    return CLOSE, {"batch": batch_id, "captured": 1000, "captures": 1, "refunded": 0, "refunds": 0} | changes


def closed(service: Service, payment: Payment) -> UUID:
    batch_id = uuid7()
    service.run(batch(payment, batch_id), line(payment, batch_id), close(batch_id))
    return batch_id


def test_a_whole_batch_is_accepted(service: Service, payment: Payment) -> None:
    batch_id = closed(service, payment)

    assert Batch.objects.get(id=batch_id).captured_minor == 1000
    assert BatchLine.objects.get().journal_id == entry(payment).id


def test_an_entry_is_in_no_second_batch(service: Service, payment: Payment, other: Payment) -> None:
    first, second = closed(service, payment), uuid7()

    with refused(UniqueViolation, "settlement_batchline_pkey"):
        service.run(batch(payment, second, number=2), line(payment, second))
    with refused(UniqueViolation, "settlement_batchline_pkey"):
        service.run(
            batch(payment, second, number=2), line(other, second), line(payment, second), close(second, captures=2)
        )
    assert BatchLine.objects.get().batch_id == first


def test_nothing_is_added_to_a_closed_batch(service: Service, payment: Payment, other: Payment) -> None:
    in_one = uuid7()
    with refused(CheckViolation, "batch_line_is_booked"):
        service.run(batch(payment, in_one), line(payment, in_one), close(in_one), line(other, in_one))

    batch_id = closed(service, payment)
    with refused(CheckViolation, "batch_line_is_booked"):
        service.run(line(other, batch_id))


def test_what_closes_and_adds_in_one_statement_is_refused(service: Service, payment: Payment) -> None:
    batch_id = uuid7()
    adds = f"WITH closing AS ({CLOSE}) {LINE}"
    values = dict(close(batch_id)[1]) | dict(line(payment, batch_id)[1])

    with refused(CheckViolation, "batch_line_is_booked"):
        service.run(batch(payment, batch_id), (adds, values))


@pytest.mark.parametrize(
    "changes",
    [
        {"amount": 999},
        {"amount": -1000},
        {"amount": 0},
        {"kind": "refunded"},
        {"kind": "refunded", "amount": -1000},
    ],
    ids=["less", "negative", "nothing", "other way", "other way negative"],
)
def test_a_line_says_what_the_books_say(service: Service, payment: Payment, changes: dict[str, Any]) -> None:
    batch_id = uuid7()

    with refused(CheckViolation, "batch_line_is_booked"):
        service.run(batch(payment, batch_id), line(payment, batch_id, **changes))


def test_a_line_is_of_the_payment_that_its_entry_names(service: Service, payment: Payment, other: Payment) -> None:
    batch_id = uuid7()

    with refused(CheckViolation, "batch_line_is_booked"):
        service.run(batch(payment, batch_id), line(payment, batch_id, payment=other.id))


def test_a_line_is_of_the_batch_s_own_merchant(service: Service, payment: Payment, now: datetime) -> None:
    batch_id, stranger = uuid7(), make_shop(now=now).merchant

    with refused(CheckViolation, "batch_line_is_booked"):
        service.run(batch(payment, batch_id, merchant=stranger.id), line(payment, batch_id))


def test_a_line_is_in_the_currency_of_batch_and_books(service: Service, payment: Payment) -> None:
    batch_id = uuid7()

    with refused(ForeignKeyViolation, "batch_line_in_currency"):
        service.run(batch(payment, batch_id, currency="EUR"), line(payment, batch_id))
    with refused(ForeignKeyViolation, "batch_line_in_currency"):
        service.run(batch(payment, batch_id, currency="EUR"), line(payment, batch_id, currency="EUR"))


def test_no_line_is_of_a_later_day_than_its_batch(service: Service, payment: Payment) -> None:
    batch_id, before = uuid7(), (entry(payment).business_date or date.max) - timedelta(days=1)

    with refused(CheckViolation, "batch_line_is_booked"):
        service.run(batch(payment, batch_id, day=before), line(payment, batch_id))


def test_a_hold_is_no_capture(service: Service, payment: Payment) -> None:
    batch_id = uuid7()

    with refused(CheckViolation, "batch_line_is_booked"):
        service.run(batch(payment, batch_id), line(payment, batch_id, journal=entry(payment, "hold").id))


def test_no_line_is_of_nothing(service: Service, payment: Payment) -> None:
    batch_id = uuid7()

    for changes in ({"journal": uuid7()}, {"batch": uuid7()}, {"payment": uuid7()}):
        with pytest.raises((ForeignKeyViolation, CheckViolation)):
            service.run(batch(payment, batch_id), line(payment, batch_id, **changes))


def test_an_entry_that_is_still_being_written_is_no_line(service: Service, payment: Payment) -> None:
    """Otherwise what is written after the line was judged would not be in the batch."""
    batch_id = uuid7()
    (_, values), _ = capture_journal(payment, 400)
    longer = JOURNAL.replace("%(subject)s, 2", "%(subject)s, 4")
    half = line(payment, batch_id, journal=values["id"], amount=400)

    with refused(CheckViolation, "batch_line_is_booked"):
        service.run((longer, values), (POSTINGS, values), batch(payment, batch_id), half)


def test_a_batch_is_closed_with_the_sums_of_its_lines(service: Service, payment: Payment, other: Payment) -> None:
    batch_id = uuid7()
    wrong = [{"captured": 999}, {"captures": 2}, {"refunded": 1}, {"refunds": 1}, {"captured": 2000, "captures": 2}]

    for changes in wrong:
        with refused(CheckViolation, "batch_is_its_lines"):
            service.run(batch(payment, batch_id), line(payment, batch_id), close(batch_id, **changes))
    assert not Batch.objects.exists()


def test_a_batch_of_nothing_is_not_closed(service: Service, payment: Payment) -> None:
    batch_id = uuid7()

    with refused(CheckViolation, "batch_is_its_lines"):
        service.run(batch(payment, batch_id), close(batch_id, captured=0, captures=0))


def test_a_batch_begins_open_and_empty(service: Service, payment: Payment, now: datetime) -> None:
    born = {"status": "closed", "captured": 1000, "count": 1, "closed_at": now}
    for changes in (born, {"captured": 1000}, {"count": 1}, {"closed_at": now}, {"status": "paid"}):
        with pytest.raises(CheckViolation):
            service.run(batch(payment, uuid7(), **changes))


def test_batches_of_a_day_are_numbered_without_a_gap(service: Service, payment: Payment) -> None:
    for number in (0, 2):
        with refused(CheckViolation, "next one of its day", "batch_number"):
            service.run(batch(payment, uuid7(), number=number))
    closed(service, payment)
    with refused(CheckViolation, "next one of its day"):
        service.run(batch(payment, uuid7(), number=1))


def test_one_batch_of_a_merchant_is_open_at_a_time(service: Service, payment: Payment) -> None:
    day = entry(payment).business_date or date.max

    with refused(UniqueViolation, "one_batch_of_a_merchant_is_open"):
        service.run(batch(payment, uuid7()), batch(payment, uuid7(), day=day + timedelta(days=1)))


@pytest.mark.parametrize(
    "change",
    [
        "captured_minor = captured_minor + 1",
        "refunded_minor = 1",
        "captured_count = 0",
        "refunded_count = 7",
        "closed_at = now()",
        "status = 'open', closed_at = NULL, captured_minor = 0, captured_count = 0",
        "status = 'closed'",
    ],
)
def test_a_closed_batch_stays_as_it_is(service: Service, payment: Payment, change: str) -> None:
    batch_id = closed(service, payment)

    with refused(CheckViolation, "cannot become"):
        service.run(f"UPDATE settlement_batch SET {change} WHERE id = %(id)s", id=batch_id)  # noqa: S608  # ours


def test_an_open_batch_gets_no_sums_and_no_other_day(service: Service, payment: Payment) -> None:
    batch_id = uuid7()
    opened = batch(payment, batch_id)

    with refused(CheckViolation, "cannot become"):
        service.run(opened, ("UPDATE settlement_batch SET captured_minor = 1 WHERE id = %(id)s", {"id": batch_id}))
    for column in ("merchant_id", "currency", "business_date", "number", "created_at", "id"):
        with refused(InsufficientPrivilege):
            service.run(f"UPDATE settlement_batch SET {column} = {column}")  # noqa: S608  # ours


def test_no_line_is_changed_or_taken_out(service: Service, payment: Payment) -> None:
    closed(service, payment)

    for statement in (
        "UPDATE settlement_batchline SET amount_minor = 1",
        "UPDATE settlement_batchline SET batch_id = batch_id",
        "DELETE FROM settlement_batchline",
        "DELETE FROM settlement_batch",
        "TRUNCATE settlement_batch CASCADE",
        "INSERT INTO settlement_batchline SELECT * FROM settlement_batchline"
        " ON CONFLICT (journal_id) DO UPDATE SET amount_minor = 1",
    ):
        with refused(InsufficientPrivilege):
            service.run(statement)


def test_not_even_the_owner_changes_a_batch_by_mistake(service: Service, payment: Payment) -> None:
    closed(service, payment)

    for statement in (
        "UPDATE settlement_batchline SET amount_minor = 1",
        "DELETE FROM settlement_batchline",
        "DELETE FROM settlement_batch",
        "TRUNCATE settlement_batch CASCADE",
    ):
        with pytest.raises(IntegrityError) as caught, connection.cursor() as cursor:
            cursor.execute(statement)
        assert isinstance(caught.value.__cause__, RestrictViolation)


def test_no_line_slips_in_while_a_batch_is_being_closed(service: Service, payment: Payment, other: Payment) -> None:
    batch_id = uuid7()
    service.run(batch(payment, batch_id), line(payment, batch_id))

    with service.connect() as late:
        late.execute(*line(other, batch_id))
        with refused(LockNotAvailable):
            service.run("SET lock_timeout = '100ms'", close(batch_id))
        late.commit()
    with refused(CheckViolation, "batch_is_its_lines"):
        service.run(close(batch_id))
    service.run(close(batch_id, captured=2000, captures=2))


def test_nobody_closes_a_batch_who_sees_the_past(service: Service, payment: Payment, other: Payment) -> None:
    batch_id = uuid7()
    service.run(batch(payment, batch_id), line(payment, batch_id))

    with service.connect() as old:
        old.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
        old.execute("SELECT FROM settlement_batchline")
        service.run(line(other, batch_id))
        old.execute(*close(batch_id))
        with refused(CheckViolation, "batch_is_its_lines"):
            old.commit()


def test_a_refund_and_a_reversal_have_their_own_lines(
    service: Service, shop: Shop, payment: Payment, now: datetime
) -> None:
    refund(shop, payment, 300, now=now)
    carry_out_all(payment.id, now=now)
    wrong, batch_id = entry(payment), uuid7()
    turned = {"debit": f"merchant_payable:{payment.merchant_id}", "credit": "provider_receivable:bank"}
    mirror = capture_journal(payment, 1000, kind="reversal", reverses=wrong.id, **turned)
    right = capture_journal(payment, 1000)
    days = [("SET TimeZone = 'Europe/Zurich'", {})]
    given = {"journal": entry(payment, "refund").id, "kind": "refunded", "amount": 300}
    last = [
        line(payment, batch_id, journal=wrong.id),
        line(payment, batch_id, **given),
        line(payment, batch_id, journal=mirror[0][1]["id"], amount=-1000),
        line(payment, batch_id, journal=right[0][1]["id"]),
    ]
    opened = batch(payment, batch_id, day=now.date() + timedelta(days=1))

    service.run(*days, *mirror, *right, opened, *last, close(batch_id, captures=3, refunded=300, refunds=1))

    assert Batch.objects.get(id=batch_id).captured_minor == 1000


def test_what_a_merchant_takes_has_a_business_day(service: Service, payment: Payment) -> None:
    undated = JOURNAL.replace("current_date", "NULL")
    turned = {"debit": f"merchant_payable:{payment.merchant_id}", "credit": "provider_receivable:bank"}
    for steps in (
        capture_journal(payment, 400),
        capture_journal(payment, 400, kind="refund", **turned),
        capture_journal(payment, 1000, kind="reversal", reverses=entry(payment).id, **turned),
    ):
        with refused(CheckViolation, "takings_are_dated"):
            service.run((undated, steps[0][1]), steps[1])


def test_a_hold_needs_no_business_day(service: Service, payment: Payment) -> None:
    accounts = {"debit": "holds_contra:bank", "credit": "holds:bank"}
    steps = capture_journal(payment, 1000, kind="reversal", reverses=entry(payment, "hold").id, **accounts)

    service.run((JOURNAL.replace("current_date", "NULL"), steps[0][1]), steps[1])

    assert Journal.objects.get(id=steps[0][1]["id"]).business_date is None


def test_the_database_knows_the_same_moves() -> None:
    guards = import_module("apps.settlement.migrations.0002_guards")
    ours = {str(origin): {str(target) for target in targets} for origin, targets in MOVES.items() if targets}

    assert {origin: set(targets.split()) for origin, targets in guards.MOVES.items()} == ours


def test_no_guard_of_a_batch_sleeps_while_rows_are_replicated(service: Service) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(tgname::text ORDER BY tgname) FROM pg_trigger"
            " WHERE NOT tgisinternal AND tgenabled = 'A' AND tgname LIKE 'settlement\\_%'"
        )
        (awake,) = cursor.fetchone()

    assert awake == [
        "settlement_batch_adds_up",
        "settlement_batch_keep",
        "settlement_batch_moves",
        "settlement_batchline_keep",
        "settlement_lines_are_booked",
        "settlement_takings_are_dated",
    ]
