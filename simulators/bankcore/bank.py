"""The bank as one object, and its doors: pure functions from an Exchange to an Answer."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from simulators.bankcore import accounts, administration, captures, holds, links, operations
from simulators.bankcore.books import rfc3339, show_statement
from simulators.bankcore.exchange import Answer, Exchange, Fields, Objection, answer_json, answer_objection
from simulators.bankcore.faults import FaultBook
from simulators.bankcore.gate import Gate
from simulators.bankcore.keys import Keys, is_same_key
from simulators.bankcore.notices import leave_notice
from simulators.bankcore.openapi import document
from simulators.bankcore.reading import amount_in, currency_in, moment_in, read_json, reference_in, text_in
from simulators.bankcore.store import Store

DOORS = (
    ("hold", "POST", re.compile(r"/v1/holds")),
    ("capture", "POST", re.compile(r"/v1/holds/(\w{1,64})/captures")),
    ("release", "POST", re.compile(r"/v1/holds/(\w{1,64})/release")),
    ("refund", "POST", re.compile(r"/v1/captures/(\w{1,64})/refunds")),
    ("reversal", "POST", re.compile(r"/v1/reversals")),
    ("description", "POST", re.compile(r"/v1/accounts/describe")),
    ("link", "POST", re.compile(r"/v1/links")),
    ("redemption", "POST", re.compile(r"/v1/links/redemptions")),
    ("consent_end", "POST", re.compile(r"/v1/consents/(\w{1,64})/end")),
    ("inquiry", "GET", re.compile(r"/v1/operations/([A-Za-z0-9_.:-]{1,64})")),
    ("statement", "GET", re.compile(r"/v1/statements/(\d{4}-\d\d-\d\d)")),
    ("health", "GET", re.compile(r"/v1/health")),
    ("openapi", "GET", re.compile(r"/v1/openapi\.json")),
    ("admin", "", re.compile(r"/v1/admin/(.{1,200})")),
)
FIELDS = {
    "hold": ("ref", "account_token", "amount", "currency", "merchant", "expires_at", "proof"),
    "capture": ("ref", "amount", "currency", "final"),
    "release": ("ref",),
    "refund": ("ref", "amount", "currency"),
    "reversal": ("ref", "original_ref"),
}
# What a client is told of what it has ordered itself; of a hold only if it came late.
NOTICES = {"hold": "hold.approved", "capture": "capture.booked", "refund": "refund.booked"}
# Whose line a plain one is: without certificates nobody can say who he is.
PLAIN_CLIENT = "mpayment"


def _clock() -> datetime:
    return datetime.now(UTC)


@dataclass
class Bank:
    """All that the doors need; `clock` is replaced by tests."""

    store: Store
    faults: FaultBook
    keys: Keys
    clock: Callable[[], datetime] = _clock
    gate: Gate | None = None
    # Where customers give their consent; empty where this bank has no page.
    page_url: str = ""


def name_call(exchange: Exchange) -> tuple[str, str]:
    """Return which door the request wants and the id in its path; raises 404 or 405."""
    for call, method, pattern in DOORS:
        if found := pattern.fullmatch(exchange.path):
            if method and method != exchange.method:
                raise Objection(405, "method_not_allowed", f"this is a {method}")
            return call, found[1] if pattern.groups else ""
    raise Objection(404, "not_found", "no such door")


def is_trusted(bank: Bank, call: str, exchange: Exchange) -> bool:
    """Say whether the request shows the key that its door wants."""
    if call == "admin":
        return is_same_key(exchange.headers.get("x-admin-key", ""), bank.keys.admin)
    return is_same_key(exchange.headers.get("authorization", ""), f"Bearer {bank.keys.client}")


def answer_exchange(bank: Bank, exchange: Exchange, client: str = PLAIN_CLIENT, *, is_late: bool = False) -> Answer:
    """Answer one request; faults are not this function's business. Any exception but an Objection is a bug.

    `is_late` says that nobody waits for the answer any more: what comes of a hold is told by a notice.
    """
    try:
        call, subject = name_call(exchange)
        if call == "openapi":
            return answer_json(200, document())
        if not is_trusted(bank, call, exchange):
            raise Objection(401, "unauthenticated", "the key is missing or wrong")
        now = bank.clock()
        match call:
            case "admin":
                return administration.answer_administrator(
                    bank.store, bank.faults, exchange, subject, now, gate=bank.gate
                )
            case "health":
                return answer_json(200, {"status": "ok", "time": rfc3339(now)})
            case "description":
                fields = read_json(exchange, required=("account_token",))
                token = text_in(fields, "account_token", longest=128)
                with bank.store.transaction() as books:
                    return answer_json(200, accounts.describe_account(books, token))
            case "link":
                return _answer_link(bank, exchange, client, now)
            case "redemption":
                fields = read_json(exchange, required=("ref", "code"))
                ref, code = reference_in(fields), text_in(fields, "code", longest=128)
                with bank.store.transaction() as books:
                    return answer_json(*links.redeem(books, client=client, ref=ref, code=code, now=now))
            case "consent_end":
                read_json(exchange, required=())
                with bank.store.transaction() as books:
                    return answer_json(*links.end_consent(books, client=client, consent_id=subject, now=now))
            case "inquiry":
                with bank.store.transaction() as books:
                    return answer_json(200, operations.show_operation(books, subject))
            case "statement":
                return _answer_statement(bank, subject, now)
            case _:
                return _answer_operation(bank, call, subject, exchange, client, now, is_late=is_late)
    except Objection as objection:
        return answer_objection(objection)


def _answer_statement(bank: Bank, text: str, now: datetime) -> Answer:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise Objection(422, "invalid_field", "no such day") from None
    with bank.store.transaction() as books:
        return answer_json(200, show_statement(books, day, now))


def _answer_link(bank: Bank, exchange: Exchange, client: str, now: datetime) -> Answer:
    fields = read_json(exchange, required=("ref", "subject", "state", "return_url", "language"))
    if not bank.page_url:
        raise Objection(404, "no_page", "this bank has no page for customers")
    if fields["language"] not in links.LANGUAGES:
        raise Objection(422, "invalid_field", f"language is not one of {', '.join(links.LANGUAGES)}")
    with bank.store.transaction() as books:
        answer = links.register(
            books,
            client=client,
            ref=reference_in(fields),
            subject=reference_in(fields, "subject"),
            state=text_in(fields, "state", longest=128),
            return_url=text_in(fields, "return_url", longest=200),
            language=str(fields["language"]),
            page_url=bank.page_url,
            now=now,
        )
    return answer_json(*answer)


def _answer_operation(
    bank: Bank, call: str, subject: str, exchange: Exchange, client: str, now: datetime, *, is_late: bool
) -> Answer:
    fields = read_json(exchange, required=FIELDS[call])
    ref = reference_in(fields)
    with bank.store.transaction() as books:
        work = _work(bank, call, subject, fields, ref)
        content = operations.fingerprint(exchange.path, fields)

        def work_and_tell() -> tuple[int, Fields]:
            status, answer = work(books, now)
            kind = NOTICES.get(call) if call != "hold" or is_late else None
            if kind is not None and answer["status"] == "approved":
                facts = {name: answer[name] for name in ("ref", "amount", "currency")}
                leave_notice(books, client, kind, now, **facts)
            return status, answer

        return operations.answer_once(books, call=call, ref=ref, content=content, work=work_and_tell, now=now)


def _work(bank: Bank, call: str, subject: str, fields: Fields, ref: str) -> administration.BookWork:
    """Read the fields of a call strictly, and return what is to be done with the books."""
    if call == "release":
        return lambda books, now: holds.release_hold(books, ref=ref, hold_id=subject, now=now)
    if call == "reversal":
        original_ref = reference_in(fields, "original_ref")
        return lambda books, now: captures.reverse(books, ref=ref, original_ref=original_ref, now=now)
    amount, currency = amount_in(fields), currency_in(fields)
    if call == "refund":
        return lambda books, now: captures.refund_capture(
            books, ref=ref, capture_id=subject, amount=amount, currency=currency, now=now
        )
    if call == "capture":
        final = fields["final"]
        if not isinstance(final, bool):
            raise Objection(422, "invalid_field", "final is not true or false")
        return lambda books, now: captures.capture_hold(
            books, ref=ref, hold_id=subject, amount=amount, currency=currency, final=final, now=now
        )
    text_in(fields, "proof", longest=4096)
    request = holds.HoldRequest(
        ref=ref,
        account_token=text_in(fields, "account_token", longest=128),
        amount=amount,
        currency=currency,
        merchant=text_in(fields, "merchant", longest=128),
        expires_at=moment_in(fields, "expires_at"),
    )
    reason = bank.faults.magic_reason(amount)
    return lambda books, now: holds.place_hold(books, request, magic_reason=reason, now=now)
