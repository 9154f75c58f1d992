"""Recorded messages of the bank core: what is sent, and what each answer proves."""

import json
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.providers.connectors.corebank.statement import settlement_from
from apps.providers.connectors.corebank.wire import (
    Writing,
    description_from,
    description_request,
    inquiry_outcome_from,
    outcome_from,
    request_for,
)
from apps.providers.contract import (
    Approved,
    Authorise,
    Capture,
    ConfigError,
    Declined,
    Inquire,
    InstrumentDescription,
    NeverHeardOf,
    Refund,
    Reverse,
    SettlementNotReady,
    Unknown,
    Verb,
    Void,
)
from apps.providers.http import HttpRequest
from apps.providers.reasons import DeclineReason

PRICE = Money(1295, "CHF")
EXPIRES_AT = datetime(2026, 12, 1, 12, tzinfo=UTC)
AUTHORISE = Authorise(
    reference="op-1",
    deadline_seconds=6,
    amount=PRICE,
    instrument_token=Secret("act_1"),
    merchant="Shop 12",
    expires_at=EXPIRES_AT,
)
CAPTURE = Capture(reference="op-2", deadline_seconds=6, amount=PRICE, hold="hld_1")
VOID = Void(reference="op-3", deadline_seconds=6, amount=PRICE, hold="hld_1")
REFUND = Refund(reference="op-4", deadline_seconds=6, amount=PRICE, capture="cap_1")
REVERSE = Reverse(reference="op-5", deadline_seconds=6, amount=PRICE, original_reference="op-1")
INQUIRE = Inquire(reference="op-1", deadline_seconds=6, amount=PRICE, verb=Verb.AUTHORISE)

HELD = (
    '{"ref":"op-1","hold_id":"hld_1","status":"approved","amount":1295,"currency":"CHF",'
    '"expires_at":"2026-12-01T12:00:00.000Z"}'
)
CAPTURED = '{"ref":"op-2","capture_id":"cap_1","hold_id":"hld_1","status":"approved","amount":1295,"currency":"CHF"}'
RELEASED = '{"ref":"op-3","hold_id":"hld_1","status":"approved","released":1295,"currency":"CHF"}'
REFUNDED = '{"ref":"op-4","refund_id":"rfd_1","capture_id":"cap_1","status":"approved","amount":1295,"currency":"CHF"}'
REVERSED = '{"ref":"op-5","original_ref":"op-1","status":"approved","effect":"tombstone"}'
DESCRIBED = '{"label":"Bank ...7301","iban_masked":"CH12 **** 7301","currency":"CHF","status":"active"}'
FOUND = HELD[:-1] + ',"call":"hold","reversed":false}'
RECORDED = [(AUTHORISE, HELD), (CAPTURE, CAPTURED), (VOID, RELEASED), (REFUND, REFUNDED), (REVERSE, REVERSED)]


def test_composes_the_documented_calls() -> None:
    sent = [request_for(request) for request in (AUTHORISE, CAPTURE, VOID, REFUND, REVERSE, INQUIRE)]

    assert [(message.method, message.path) for message in sent] == [
        ("POST", "/v1/holds"),
        ("POST", "/v1/holds/hld_1/captures"),
        ("POST", "/v1/holds/hld_1/release"),
        ("POST", "/v1/captures/cap_1/refunds"),
        ("POST", "/v1/reversals"),
        ("GET", "/v1/operations/op-1"),
    ]
    assert json.loads(sent[1].body) == {"ref": "op-2", "amount": 1295, "currency": "CHF", "final": True}
    assert json.loads(sent[2].body) == {"ref": "op-3"}
    assert json.loads(sent[4].body) == {"ref": "op-5", "original_ref": "op-1"}


def test_a_repeated_request_is_the_same_bytes() -> None:
    assert request_for(AUTHORISE) == request_for(AUTHORISE)


def test_a_message_does_not_print_its_account_token() -> None:
    assert "act_1" not in repr(request_for(AUTHORISE))
    assert "act_1" not in repr(AUTHORISE)


@pytest.mark.parametrize(("request_", "body"), RECORDED)
def test_a_recorded_yes_is_approved(request_: Writing, body: str) -> None:
    assert isinstance(outcome_from(request_, status=201, body=body.encode()), Approved)


def test_a_hold_tells_its_name_amount_and_end() -> None:
    outcome = outcome_from(AUTHORISE, status=201, body=HELD.encode())

    assert outcome == Approved("hld_1", PRICE, EXPIRES_AT)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("insufficient_funds", Declined(DeclineReason.INSUFFICIENT_FUNDS, "insufficient_funds")),
        ("reversed", Declined(DeclineReason.ALREADY_REVERSED, "reversed")),
        ("moon_phase", Declined(DeclineReason.DO_NOT_HONOUR, "moon_phase", mapped=False)),
    ],
)
def test_a_no_keeps_its_raw_reason_and_an_unmapped_one_is_marked(raw: str, expected: Declined) -> None:
    body = json.dumps({"ref": "op-1", "status": "declined", "reason": raw}).encode()

    assert outcome_from(AUTHORISE, status=200, body=body) == expected


@pytest.mark.parametrize(
    ("request_", "body", "old", "new"),
    [
        (AUTHORISE, HELD, '"op-1"', '"op-9"'),
        (AUTHORISE, HELD, "1295", "1294"),
        (AUTHORISE, HELD, "1295", "1295.0"),
        (AUTHORISE, HELD, "1295", '"1295"'),
        (AUTHORISE, HELD, '"CHF"', '"EUR"'),
        (AUTHORISE, HELD, '"approved"', '"APPROVED"'),
        (AUTHORISE, HELD, '"approved"', '"pending"'),
        (AUTHORISE, HELD, '"hld_1"', '""'),
        (AUTHORISE, HELD, '"hld_1"', "null"),
        (AUTHORISE, HELD, "12:00:00.000Z", "12:00:00"),
        (AUTHORISE, HELD, '"ref":"op-1"', '"ref":"op-1","ref":"op-1"'),
        (AUTHORISE, HELD, "}", ""),
        (CAPTURE, CAPTURED, '"hld_1"', '"hld_2"'),
        (CAPTURE, CAPTURED, "1295", "true"),
        (VOID, RELEASED, "1295", "1296"),
        (VOID, RELEASED, "1295", "-1"),
        (REFUND, REFUNDED, '"cap_1"', '"cap_2"'),
        (REVERSE, REVERSED, '"op-1"', '"op-2"'),
        (REVERSE, REVERSED, '"tombstone"', '"perhaps"'),
    ],
)
def test_an_answer_about_anything_else_is_unknown(request_: Writing, body: str, old: str, new: str) -> None:
    tampered = body.replace(old, new)

    assert tampered != body
    assert isinstance(outcome_from(request_, status=201, body=tampered.encode()), Unknown)


@pytest.mark.parametrize("status", [202, 204, 301, 302, 307, 308, 409, 429, 500, 502, 503, 504])
def test_a_yes_under_another_status_is_unknown(status: int) -> None:
    assert isinstance(outcome_from(AUTHORISE, status=status, body=HELD.encode()), Unknown)


@given(
    st.binary(max_size=200), st.integers(min_value=100, max_value=599).filter(lambda status: status not in (401, 403))
)
def test_garbage_is_unknown_under_every_status(body: bytes, status: int) -> None:
    assert isinstance(outcome_from(AUTHORISE, status=status, body=body), Unknown)


@pytest.mark.parametrize("body", [b"[" * 60_000, b"1" * 60_000, b'{"a":NaN}', b'"\xff"', b"\xef\xbb\xbf{}"])
def test_hostile_json_is_unknown(body: bytes) -> None:
    assert isinstance(outcome_from(AUTHORISE, status=200, body=body), Unknown)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (401, b'{"code":"unauthenticated"}'),
        (403, b"<html>"),
        (400, b'{"code":"bad_request"}'),
        (404, b'{"code":"not_found"}'),
        (422, b'{"code":"missing_field"}'),
    ],
)
def test_a_rejection_of_ourselves_is_a_config_error(status: int, body: bytes) -> None:
    with pytest.raises(ConfigError):
        outcome_from(AUTHORISE, status=status, body=body)


def test_a_rejection_of_one_payment_does_not_switch_the_route_off() -> None:
    assert outcome_from(CAPTURE, status=404, body=b'{"code":"unknown_hold"}') == Declined(
        DeclineReason.UNKNOWN_OPERATION, "unknown_hold"
    )


def test_a_token_is_asked_about_in_the_body_and_never_in_the_address() -> None:
    message = description_request(Secret("act_1"))

    assert isinstance(message, HttpRequest)
    assert (message.method, message.path) == ("POST", "/v1/accounts/describe")
    assert json.loads(message.body) == {"account_token": "act_1"}


@pytest.mark.parametrize(("status", "is_usable"), [("active", True), ("blocked", False), ("expired", False)])
def test_a_recorded_description_is_read(status: str, is_usable: bool) -> None:
    body = DESCRIBED.replace("active", status).encode()

    assert description_from(status=200, body=body) == InstrumentDescription("Bank ...7301", "CHF", is_usable)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"active"', '"asleep"'),
        ('"active"', "true"),
        ('"CHF"', '"chf"'),
        ('"CHF"', '"CHFX"'),
        ('"CHF"', "null"),
        ("Bank ...7301", ""),
        ("Bank ...7301", "B" * 61),
        ("Bank ...7301", "Bank\\u202e1037"),
        ("}", ""),
    ],
)
def test_a_description_that_does_not_describe_is_unknown(old: str, new: str) -> None:
    tampered = DESCRIBED.replace(old, new)

    assert tampered != DESCRIBED
    assert isinstance(description_from(status=200, body=tampered.encode()), Unknown)


def test_a_token_that_the_bank_does_not_know_is_no_fault_of_ours() -> None:
    outcome = description_from(status=404, body=b'{"code":"unknown_account"}')

    assert outcome == Declined(DeclineReason.INVALID_INSTRUMENT, "unknown_account")
    with pytest.raises(ConfigError):
        description_from(status=401, body=b'{"code":"unauthenticated"}')


def test_a_reference_that_the_bank_would_not_take_never_leaves() -> None:
    odd = Inquire(reference="op/../1", deadline_seconds=6, amount=PRICE, verb=Verb.AUTHORISE)

    with pytest.raises(ConfigError):
        request_for(odd)


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (200, FOUND, Approved("hld_1", PRICE, EXPIRES_AT)),
        (200, FOUND.replace("false", "true"), Declined(DeclineReason.ALREADY_REVERSED, "reversed")),
        (404, '{"code":"unknown_operation","detail":"no"}', NeverHeardOf()),
        (
            200,
            '{"ref":"op-1","status":"declined","reason":"reversed","call":"unknown","reversed":true}',
            Declined(DeclineReason.ALREADY_REVERSED, "reversed"),
        ),
    ],
)
def test_an_inquiry_tells_what_became_of_the_operation(status: int, body: str, expected: object) -> None:
    assert inquiry_outcome_from(INQUIRE, status=status, body=body.encode()) == expected


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, FOUND.replace('"hold"', '"capture"')),
        (200, FOUND.replace("false", '"no"')),
        (200, FOUND.replace("1295", "1")),
        (404, '{"code":"unknown_hold"}'),
        (404, "<html>"),
        (500, '{"code":"unknown_operation"}'),
    ],
)
def test_a_doubtful_inquiry_stays_unknown(status: int, body: str) -> None:
    assert isinstance(inquiry_outcome_from(INQUIRE, status=status, body=body.encode()), Unknown)


STATEMENT = (
    '{"date":"2026-11-24","final":true,"entries":[{"entry_id":17,"ref":"op-2","kind":"capture","amount":1295,'
    '"currency":"CHF","hold_id":"hld_1","capture_id":"cap_1","booked_at":"2026-11-24T10:00:00.000Z"}],'
    '"totals":[{"currency":"CHF","count":1,"credited":1295,"debited":0,"net":1295,"opening":0,"closing":1295}]}'
)


def test_reads_a_statement() -> None:
    settlement = settlement_from(date(2026, 11, 24), status=200, body=STATEMENT.encode())

    assert [(line.reference, line.verb, line.amount) for line in settlement.lines] == [("op-2", Verb.CAPTURE, PRICE)]
    assert settlement.is_final


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"net":1295', '"net":1294'),
        ('"count":1', '"count":2'),
        ("11-24", "11-25"),
        ('"capture"', '"gift"'),
        ("}]}", ""),
    ],
)
def test_refuses_a_statement_that_contradicts_itself(old: str, new: str) -> None:
    with pytest.raises(SettlementNotReady):
        settlement_from(date(2026, 11, 24), status=200, body=STATEMENT.replace(old, new).encode())
