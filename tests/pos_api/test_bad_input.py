"""The catalogue of bad input, rows A to C, through the till's door: never a 500, and never a changed state."""

import base64
import dataclasses
import json
from datetime import datetime, timedelta

import pytest
from django.test import Client

from apps.kernel.ids import public_id, uuid7
from apps.merchants.models import Till
from apps.merchants.operations import issue_till_key, revoke_till_keys
from apps.paycode.claims import Purpose, Verification
from apps.transactions.models import Payment
from tests.cast import Phone
from tests.pos_api.till import BASE, TillProgram, assert_problem, body_of, sale
from tests.shop import STAFF, Shop

SALE = {"code": "x", "amount": 4250, "currency": "CHF", "reference": "R1"}
GOOD = json.dumps(SALE).encode()
LINE = {"name": "Äpfel", "quantity": "1", "amount": 4250, "vat_rate_basis_points": 260}


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        pytest.param(b"", 400, "malformed_json", id="A01"),
        pytest.param(GOOD[:-1], 400, "malformed_json", id="A02"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, 400, "malformed_json", id="A04"),
        pytest.param(GOOD.replace(b"R1", b"\xff"), 400, "malformed_json", id="A05"),
        pytest.param(GOOD[:-1] + b', "amount": 1}', 400, "duplicate_key", id="A08"),
        pytest.param(GOOD[:-1] + b', "confirm_within": 1e999}', 422, "invalid_field", id="A10"),
        pytest.param(GOOD.replace(b"4250", b"9" * 5000), 400, "malformed_json", id="A11"),
        pytest.param(b'{"code":' + b"[" * 100_000, 400, "too_deep", id="A12"),
        pytest.param(b'{"a":' * 9 + b"1" + b"}" * 9, 400, "too_deep", id="A13"),
        pytest.param(b"[]", 400, "malformed_json", id="A15-array"),
        pytest.param(b'"x"', 400, "malformed_json", id="A15-string"),
        pytest.param(b"null", 400, "malformed_json", id="A15-null"),
        pytest.param(b" " * 300_000, 413, "body_too_large", id="C01-megabyte"),
    ],
)
def test_reads_json_strictly(till: TillProgram, raw: bytes, status: int, code: str) -> None:
    assert_problem(till.post("payments", raw=raw), status, code)
    assert not Payment.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        pytest.param({"colour": "red"}, "unknown_field", id="A16"),
        pytest.param({"merchant": "mer_01m84hzt0aw1c6x9s8b2m4v7rt"}, "unknown_field", id="A31"),
        pytest.param({"amount": 0}, "invalid_amount", id="B01"),
        pytest.param({"amount": -1}, "invalid_amount", id="B02"),
        pytest.param({"amount": "-0"}, "invalid_amount", id="B02-text"),
        pytest.param({"amount": 100_000_001}, "amount_too_large", id="B03"),
        pytest.param({"amount": 2**31}, "amount_too_large", id="B03-31"),
        pytest.param({"amount": 2**63}, "amount_too_large", id="B03-63"),
        pytest.param({"amount": 10**30}, "amount_too_large", id="B03-30"),
        pytest.param({"amount": "100"}, "invalid_amount", id="B05"),
        pytest.param({"amount": "１００"}, "invalid_amount", id="B06"),
        pytest.param({"amount": "٣"}, "invalid_amount", id="B06-arabic"),
        pytest.param({"amount": "1_00"}, "invalid_amount", id="B07"),
        pytest.param({"amount": 100.0}, "invalid_amount", id="B07-float"),
        pytest.param({"amount": True}, "invalid_amount", id="B07-bool"),
        pytest.param({"amount": None}, "invalid_amount", id="B07-null"),
        pytest.param({"currency": "chf"}, "invalid_currency", id="B09"),
        pytest.param({"currency": "CHF "}, "invalid_currency", id="B09-blank"),
        pytest.param({"currency": "XXX"}, "invalid_currency", id="B09-unknown"),
        pytest.param({"currency": ["CHF"]}, "invalid_currency", id="B09-list"),
        pytest.param({"reference": "a\x00"}, "invalid_field", id="B20-nul"),
        pytest.param({"reference": "\ud800"}, "invalid_field", id="B20-surrogate"),
        pytest.param({"reference": "\u202eR1"}, "invalid_field", id="B21-bidi"),
        pytest.param({"reference": "R\u200b1"}, "invalid_field", id="B21-zero-width"),
        pytest.param({"reference": "R1\r\n"}, "invalid_field", id="B21-crlf"),
        pytest.param({"reference": " R1"}, "invalid_field", id="B21-blank"),
        pytest.param({"reference": "R" * 65}, "invalid_field", id="B21-long"),
        pytest.param({"lines": [LINE | {"amount": 4249}]}, "lines_mismatch", id="B22"),
        pytest.param({"lines": [LINE], "tip": 1}, "lines_mismatch", id="B22-tip"),
        pytest.param({"lines": [LINE | {"quantity": 1}]}, "invalid_field", id="B22-quantity"),
        pytest.param({"tip": 4251}, "invalid_amount", id="tip-above-amount"),
        pytest.param({"tip": 4350, "lines": [LINE | {"amount": -100}]}, "invalid_amount", id="tip-above-amount-lines"),
        pytest.param({"lines": [LINE] * 1001}, "invalid_field", id="lines-too-many"),
        pytest.param({"lines": []}, "invalid_field", id="lines-none"),
        pytest.param({"code": 5}, "invalid_field", id="code-number"),
        pytest.param({"capture": "later"}, "invalid_field", id="capture"),
        pytest.param({"cashier": "0042\x00"}, "invalid_field", id="cashier-nul"),
        pytest.param({"cashier": "x" * 65}, "invalid_field", id="cashier-long"),
        pytest.param({"confirm_within": 14}, "invalid_field", id="confirm-short"),
        pytest.param({"confirm_within": 901}, "invalid_field", id="confirm-long"),
        pytest.param({"language": "rm"}, "invalid_field", id="language"),
        pytest.param({"pos_time": "2026-11-23T16:05:12"}, "invalid_field", id="time-without-offset"),
        pytest.param({"training": 1}, "invalid_field", id="training"),
    ],
)
def test_names_the_field_that_is_wrong(till: TillProgram, wrong: dict[str, object], code: str) -> None:
    problem = assert_problem(till.post("payments", SALE | wrong), 422, code)

    assert all(error["pointer"].split("/")[1] in wrong for error in problem["errors"])
    assert not Payment.objects.exists()


def test_tells_all_mistakes_at_once_and_calls_no_known_field_unknown(till: TillProgram) -> None:
    problem = assert_problem(till.post("payments", {"amount": "1", "capture": 1, "tip": -1}), 422, "invalid_field")

    assert [error["pointer"] for error in problem["errors"]] == [
        "/code",
        "/amount",
        "/currency",
        "/reference",
        "/capture",
        "/tip",
    ]


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        pytest.param("application/json; charset=utf-16", "unsupported_charset", id="A06"),
        pytest.param("application/json; charset=nonsense", "unsupported_charset", id="A07"),
        pytest.param("application/x-www-form-urlencoded", "unsupported_media", id="A17"),
        pytest.param("multipart/form-data; boundary=x", "unsupported_media", id="A18"),
    ],
)
def test_reads_nothing_but_json(till: TillProgram, content_type: str, code: str) -> None:
    assert_problem(till.post("payments", SALE, CONTENT_TYPE=content_type), 415, code)


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [("", 400, "idempotency_key_missing"), ("k" * 256, 422, "invalid_field"), ("a\x01b", 422, "invalid_field")],
)
@pytest.mark.parametrize("path", ["payments", "payments/{id}/capture", "payments/{id}/cancel"])
def test_every_post_needs_a_key(till: TillProgram, path: str, key: str, status: int, code: str) -> None:
    body = SALE if path == "payments" else {}
    path = path.format(id=public_id("pay", uuid7()))

    assert_problem(till.post(path, body, HTTP_IDEMPOTENCY_KEY=key), status, code)


def test_every_way_to_be_nobody_gets_the_same_answer(shop: Shop, now: datetime) -> None:
    def key_text(*, at: datetime) -> str:
        return issue_till_key(till_id=shop.till.id, mode="live", overlap=timedelta(0), by=STAFF, now=at).text.reveal()

    expired = key_text(at=now - timedelta(hours=1))
    revoked = key_text(at=now)
    revoke_till_keys(till_id=shop.till.id, reason="stolen", by=STAFF, now=now)
    closed = key_text(at=now)
    Till.objects.filter(id=shop.till.id).update(closed_at=now)
    headers = ["", "Bearer", "Bearer ", f"Basic {closed}", f"Bearer {closed}x", f"Bearer  {closed}", "Bearer \xff"]
    headers += [f"Bearer {key}" for key in (expired, revoked, closed, "x" * 5000, "till_live_")]

    answers = set()
    for header in headers:
        answer = TillProgram("").get("till", HTTP_AUTHORIZATION=header)
        problem = assert_problem(answer, 401, "unauthenticated")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")
        answers.add(problem["detail"])
    assert len(answers) == 1
    assert_problem(Client().get(BASE + f"till?key={closed}"), 401, "unauthenticated")


def test_who_is_nobody_learns_nothing_of_what_he_sent(shop: Shop) -> None:
    stranger = TillProgram("till_live_nobody")

    assert_problem(stranger.post("payments", raw=b"["), 401, "unauthenticated")
    assert_problem(stranger.get(f"payments/{public_id('pay', uuid7())}"), 401, "unauthenticated")


def test_an_override_of_the_method_changes_nothing(till: TillProgram) -> None:
    assert_problem(till.post("till", {}, HTTP_X_HTTP_METHOD_OVERRIDE="GET"), 405, "method_not_allowed")


@pytest.mark.parametrize("method", ["TRACE", "DELETE", "PUT", "OPTIONS"])
def test_names_the_methods_that_there_are(till: TillProgram, method: str) -> None:
    response = till.client.generic(method, BASE + "payments", HTTP_AUTHORIZATION=f"Bearer {till.key}")

    assert_problem(response, 405, "method_not_allowed")  # type: ignore[arg-type]
    assert set(response.headers["Allow"].split(", ")) >= {"GET", "POST"}


def test_speaks_json_or_nothing(till: TillProgram) -> None:
    assert_problem(till.get("till", HTTP_ACCEPT="text/html"), 406, "not_acceptable")


@pytest.mark.parametrize(
    "path", ["payments/", "payments//capture", "payments/..;/till", "payments/%2e%2e/till", "till.", "nothing"]
)
def test_tricks_with_the_path_lead_nowhere(till: TillProgram, path: str) -> None:
    assert till.get(path).status_code == 404


@pytest.mark.parametrize("prefix", ["til", "ref", "cus"])
def test_an_id_of_another_kind_is_not_found(till: TillProgram, prefix: str) -> None:
    assert_problem(till.get(f"payments/{public_id(prefix, uuid7())}"), 404, "payment_not_found")


@pytest.mark.parametrize("identifier", ["pay_", "pay_0", "pay_01M84J1FZXE4N81Z9C3ERJB02X", "%00", "pay_\u0660", "1"])
@pytest.mark.parametrize("call", ["capture", "cancel", "confirm", "refunds"])
def test_an_id_in_another_spelling_is_not_found(till: TillProgram, identifier: str, call: str) -> None:
    assert_problem(till.post(f"payments/{identifier}/{call}"), 404, "payment_not_found")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("", 422, "invalid_field"),
        ("reference=R1&reference=R2", 400, "duplicate_parameter"),
        ("reference=R%001", 422, "invalid_field"),
        ("reference=R1&date=23.11.2026", 422, "invalid_field"),
        ("reference=R1&date=2026-02-30", 422, "invalid_field"),
        ("reference=R1&limit=0", 422, "invalid_field"),
        ("reference=R1&cursor=x", 422, "invalid_field"),
        ("reference=R1&merchant=mer_1", 422, "unknown_field"),
    ],
)
def test_reads_the_query_strictly(till: TillProgram, query: str, status: int, code: str) -> None:
    assert_problem(till.get(f"payments?{query}"), status, code)


@pytest.mark.parametrize("wait", ["-1", "x", "1.5", "", "１", "9" * 5000])
def test_waits_for_whole_seconds_only(till: TillProgram, wait: str) -> None:
    assert_problem(till.get(f"payments/{public_id('pay', uuid7())}?wait={wait}"), 422, "invalid_field")


def test_a_post_takes_no_parameters(till: TillProgram) -> None:
    assert_problem(till.post("payments?amount=1", SALE), 422, "unknown_field")
    assert_problem(till.post(f"payments/{public_id('pay', uuid7())}/cancel?only=rest"), 422, "unknown_field")


# Captures


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param({"amount": 4251, "currency": "CHF"}, 422, "amount_too_large", id="B13"),
        pytest.param({"amount": 100, "currency": "EUR"}, 422, "currency_not_supported", id="B10"),
        pytest.param({"amount": 100}, 422, "invalid_currency", id="without-currency"),
        pytest.param({"currency": "CHF"}, 422, "invalid_amount", id="without-amount"),
        pytest.param({"amount": 0, "currency": "CHF"}, 422, "invalid_amount", id="B01"),
        pytest.param({"final": "yes"}, 422, "invalid_field", id="final"),
        pytest.param({"status": "captured"}, 422, "unknown_field", id="A16"),
    ],
)
def test_a_capture_that_makes_no_sense_changes_nothing(
    till: TillProgram, phone: Phone, now: datetime, body: dict[str, object], status: int, code: str
) -> None:
    payment = till.pay(phone.make_code(now=now))

    assert_problem(till.post(f"payments/{payment['id']}/capture", body), status, code)
    assert body_of(till.get(f"payments/{payment['id']}"))["version"] == payment["version"]


def test_a_second_capture_is_the_same_or_a_conflict(till: TillProgram, phone: Phone, now: datetime) -> None:
    payment = till.pay(phone.make_code(now=now))
    path = f"payments/{payment['id']}/capture"
    first = body_of(till.post(path))

    again = till.post(path)
    other = till.post(path, {"amount": 100, "currency": "CHF"})

    assert (again.status_code, body_of(again)["version"]) == (200, first["version"])
    assert_problem(other, 409, "wrong_state")


def test_what_cannot_be_captured_says_why(till: TillProgram, phone: Phone, now: datetime) -> None:
    declined = till.pay(phone.make_code(now=now), 9911)

    assert_problem(till.post(f"payments/{declined['id']}/capture"), 409, "wrong_state")
    assert_problem(till.post(f"payments/{public_id('pay', uuid7())}/capture"), 404, "payment_not_found")
    assert_problem(till.post(f"payments/{public_id('pay', uuid7())}/cancel"), 404, "payment_not_found")
    assert body_of(till.post(f"payments/{declined['id']}/cancel"))["status"] == "declined"


def test_a_cancellation_takes_no_fields(till: TillProgram, phone: Phone, now: datetime) -> None:
    payment = till.pay(phone.make_code(now=now))

    assert_problem(till.post(f"payments/{payment['id']}/cancel", {"amount": 1}), 422, "unknown_field")
    assert body_of(till.get(f"payments/{payment['id']}"))["status"] == "authorised"


# Currencies and clocks


def test_the_merchant_sells_in_its_own_currency(till: TillProgram, phone: Phone, now: datetime) -> None:
    refused = till.post("payments", sale(phone.make_code(now=now), currency="EUR"))

    assert_problem(refused, 422, "currency_not_supported")
    assert not Payment.objects.exists()


@pytest.mark.parametrize("pos_time", ["1970-01-01T00:00:00Z", "2100-01-01T00:00:00+14:00", "0001-01-02T00:00:00Z"])
def test_the_tills_clock_decides_nothing(till: TillProgram, phone: Phone, now: datetime, pos_time: str) -> None:
    assert till.pay(phone.make_code(now=now), pos_time=pos_time)["status"] == "authorised"


# The code


def swapped(code: str) -> str:
    return code.translate(str.maketrans("YZyz", "ZYzy"))


@pytest.mark.parametrize(
    ("code", "answer"),
    [
        pytest.param("", "malformed", id="C01-empty"),
        pytest.param("h", "malformed", id="C01-byte"),
        pytest.param("h" * 4096, "malformed", id="C01-4096"),
        pytest.param("h" * 200_000, "malformed", id="C01-long"),
        pytest.param("hQVDUFYwMR==", "malformed", id="C03"),
        pytest.param("hQVDUFZwMWGBsE8G", "scanner_layout", id="C04"),
        pytest.param("';DROP TABLE payments", "malformed", id="C37-sql"),
        pytest.param("{{7*7}}", "malformed", id="C37-template"),
        pytest.param("../", "malformed", id="C37-path"),
        pytest.param("%00", "malformed", id="C37-nul"),
        pytest.param("\x00", "malformed", id="C37-real-nul"),
        pytest.param("\ud800", "malformed", id="C37-surrogate"),
        pytest.param(
            base64.b64encode(b"\x85\x05CPV01\x61\x09\x4f\x07\xa0\x00\x00\x00\x03\x10\x10").decode(),
            "unknown_scheme",
            id="somebody-elses",
        ),
        pytest.param(
            base64.b64encode(b"\x85\x05CPV01\x61\x08\x4f\x06\xf0MPAY\x02").decode(),
            "unsupported_version",
            id="newer",
        ),
    ],
)
def test_a_text_that_is_no_code_makes_no_payment_and_has_words(till: TillProgram, code: str, answer: str) -> None:
    problem = assert_problem(till.post("payments", SALE | {"code": code, "language": "it"}), 422, answer)

    assert problem["decline"]["code"] == answer
    assert set(problem["decline"]) == {"code", "cashier_message", "customer_message", "action"}
    assert not Payment.objects.exists()


def test_a_code_typed_with_a_swiss_keyboard_is_recognised(till: TillProgram, phone: Phone, now: datetime) -> None:
    refused = till.post("payments", sale(swapped(phone.make_code(now=now))))

    assert assert_problem(refused, 422, "scanner_layout")["decline"]["action"] == "call_supervisor"


def test_a_code_with_bytes_behind_or_before_is_malformed(till: TillProgram, phone: Phone, now: datetime) -> None:
    payload = base64.b64decode(phone.make_code(now=now))

    for wrong in (payload + b"\0\0\0", payload[:-3], payload[:7] + payload[17:25] + payload[7:17] + payload[25:]):
        assert till.post("payments", sale(base64.b64encode(wrong).decode())).status_code == 422


def test_no_flipped_bit_is_accepted(till: TillProgram, phone: Phone, now: datetime) -> None:
    payload = bytearray(base64.b64decode(phone.make_code(now=now)))

    for position in range(len(payload)):
        payload[position] ^= 1 << (position % 8)
        response = till.post("payments", sale(base64.b64encode(bytes(payload)).decode()))
        assert response.status_code in (201, 422), response.content
        assert response.status_code == 422 or body_of(response)["status"] == "declined"
        payload[position] ^= 1 << (position % 8)
    assert not Payment.objects.exclude(status="declined").exists()


def test_an_ephemeral_key_of_low_order_is_unreadable(till: TillProgram, phone: Phone, now: datetime) -> None:
    payload = base64.b64decode(phone.make_code(now=now))
    zeros = payload[:32] + bytes(32) + payload[64:]

    assert till.pay(base64.b64encode(zeros).decode())["decline"]["code"] == "unreadable"


def test_the_time_of_a_code_counts_to_the_second(till: TillProgram, phone: Phone, now: datetime) -> None:
    old = till.pay(phone.make_code(now=now, issued_at=int(now.timestamp()) - 400))
    early = till.pay(phone.make_code(now=now, issued_at=int(now.timestamp()) + 600))

    assert (old["decline"]["code"], early["decline"]["code"]) == ("expired", "not_yet_valid")


def test_what_a_code_says_must_fit_the_call(till: TillProgram, phone: Phone, now: datetime) -> None:
    training = till.pay(phone.make_code(now=now, is_training=True))
    for_a_return = till.pay(phone.make_code(now=now, purpose=Purpose.RETURN))
    elsewhere = till.pay(phone.make_code(now=now, till_id=public_id("til", uuid7())))
    without_pin = till.pay(phone.make_code(now=now, verification=Verification.NONE))
    capped = till.pay(phone.make_code(now=now, cap=4249))
    of_nobody = till.pay(phone.make_code(now=now, instrument=200))

    found = [each["decline"]["code"] for each in (training, for_a_return, elsewhere, without_pin, capped, of_nobody)]
    assert found == ["wrong_mode", "wrong_purpose", "wrong_till", "pin_required", "over_cap", "instrument_unusable"]


def test_a_clone_is_only_rejected(till: TillProgram, phone: Phone, now: datetime) -> None:
    clone = dataclasses.replace(phone)
    till.pay(phone.make_code(now=now))

    rejected = till.pay(clone.make_code(now=now + timedelta(seconds=1)), language="en")

    assert (rejected["decline"]["code"], rejected["decline"]["action"]) == ("rejected", "other_means")
    assert rejected["instrument"] is None
    assert "clone" not in json.dumps(rejected).lower()
