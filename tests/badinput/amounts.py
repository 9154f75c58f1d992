"""Section B: amounts, currencies, references, and what they are for."""

from collections.abc import Callable, Iterator
from typing import Any

from apps.kernel.money import Money
from apps.merchants.operations import change_merchant
from apps.merchants.queries import business_date
from tests.badinput.cases import Case, Scene, declined, refused
from tests.badinput.door import Answer, Json, Request
from tests.badinput.state import DECLINED, SOLD, SPENT
from tests.badinput.world import LINE, World
from tests.shop import PLENTY, STAFF

# A refund or a cancellation that goes on, beside what a sale writes.
GIVEN_BACK = SOLD | {"transactions_refund"}

AMOUNTS: tuple[tuple[str, object, str], ...] = (
    ("B01-zero", 0, "invalid_amount"),
    ("B02-negative", -1, "invalid_amount"),
    ("B02-minus-zero-text", "-0", "invalid_amount"),
    ("B02-minus-zero-float", -0.0, "invalid_amount"),
    ("B03-above", 100_000_001, "amount_too_large"),
    ("B03-31", 2**31, "amount_too_large"),
    ("B03-63", 2**63, "amount_too_large"),
    ("B03-64", 2**64 + 1, "amount_too_large"),
    ("B03-10^30", 10**30, "amount_too_large"),
    ("B03-below", -(2**63) - 1, "invalid_amount"),
    ("B05-text", "100", "invalid_amount"),
    ("B05-float", 100.0, "invalid_amount"),
    ("B05-exponent", 1e2, "invalid_amount"),
    ("B05-true", True, "invalid_amount"),
    ("B05-null", None, "invalid_amount"),
    ("B05-list", [100], "invalid_amount"),
    ("B05-object", {"amount": 100, "currency": "CHF"}, "invalid_amount"),
    ("B06-fullwidth", "１００", "invalid_amount"),
    ("B06-arabic", "٣", "invalid_amount"),
    ("B07-underscore", "1_00", "invalid_amount"),
    ("B07-blanks", " 100 ", "invalid_amount"),
    ("B07-plus", "+5", "invalid_amount"),
    ("B07-apostrophe", "1'000", "invalid_amount"),
    ("B07-comma", "1,50", "invalid_amount"),
    ("B07-hexadecimal", "0x10", "invalid_amount"),
)
CURRENCIES: tuple[tuple[str, object], ...] = (
    ("small", "chf"),
    ("blank", "CHF "),
    ("unknown", "XXX"),
    ("list", ["CHF"]),
    ("null", None),
    ("empty", ""),
    ("number", 756),
    ("fullwidth", "ＣＨＦ"),
    ("two", "CHF,EUR"),
)
REFERENCES: tuple[tuple[str, object], ...] = (
    ("B20-nul", "a\x00"),
    ("B20-surrogate", "\ud800"),
    ("B20-number", 5),
    ("B20-null", None),
    ("B21-bidi", "\u202eR1"),
    ("B21-zero-width", "R\u200b1"),
    ("B21-crlf", "R1\r\nSet-Cookie: a=b"),
    ("B21-newline", "R1\n"),
    ("B21-leading-blank", " R1"),
    ("B21-empty", ""),
    ("B21-long", "R" * 65),
    ("B21-umlaut", "Ä1"),
    ("B21-fullwidth", "Ｒ１"),
    ("B21-slash", "../R1"),
    ("B21-html", "<b>1</b>"),
    ("B21-sql", "';DROP TABLE transactions_payment;--"),
)


def _sale(*, by_payer: bool = False, **fields: object) -> Callable[[World], Request]:
    """Return a sale that would be fine but for these fields; with a payer of its own where it is fine with them."""

    def make(world: World) -> Request:
        phone = world.payer() if by_payer else world.phone
        return world.at_till("POST", "payments", world.sale(phone.make_code(now=world.now)) | fields)

    return make


def _about(
    call: str, body: Callable[[Json], object], *, amount: int = 4250, **sold: object
) -> Callable[[World], Request]:
    """Return a call about a payment that was sold at the same till."""

    def make(world: World) -> Request:
        key = world.till()
        payment = world.authorised(key=key, amount=amount, **sold)
        return world.at_till("POST", f"payments/{payment['id']}/{call}", body(payment), key=key)

    return make


def _values() -> Iterator[Case]:
    for id, amount, code in AMOUNTS:
        yield refused(id, _sale(amount=amount), 422, code)
        yield refused(f"{id}-capture", _unknown("capture", {"amount": amount, "currency": "CHF"}), 422, code)
        yield refused(f"{id}-refund", _unknown("refunds", {"amount": amount, "currency": "CHF"}), 422, code)
        if id not in ("B01-zero", "B03-below"):
            yield refused(f"{id}-tip", _sale(tip=amount), 422, code)
    for name, currency in CURRENCIES:
        yield refused(f"B09-{name}", _sale(currency=currency), 422, "invalid_currency")
        yield refused(
            f"B09-{name}-capture", _unknown("capture", {"amount": 1, "currency": currency}), 422, "invalid_currency"
        )
        yield refused(
            f"B09-{name}-refund", _unknown("refunds", {"amount": 1, "currency": currency}), 422, "invalid_currency"
        )
    for id, reference in REFERENCES:
        yield refused(id, _sale(reference=reference), 422, "invalid_field")
        cancellation: Json = {"idempotency_key": "k", "reference": reference}
        yield refused(
            f"{id}-cancellation", lambda w, b=cancellation: w.at_till("POST", "cancellations", b), 422, "invalid_field"
        )
    for name, fields, code in _LINES:
        yield refused(f"B22-{name}", _sale(**{"amount": 4250, **fields}), 422, code)
    for name, fields in _OTHER_FIELDS:
        yield refused(f"B20-{name}", _sale(**fields), 422, "invalid_field")


def _line(**changes: object) -> dict[str, list[object]]:
    return {"lines": [LINE | changes]}


# Any: fields of a sale.
_LINES: tuple[tuple[str, dict[str, Any], str], ...] = (
    ("sum", _line(amount=4249), "lines_mismatch"),
    ("tip", _line() | {"tip": 1}, "lines_mismatch"),
    ("tip-above", {"tip": 4251}, "invalid_amount"),
    ("quantity-number", _line(quantity=1), "invalid_field"),
    ("quantity-negative", _line(quantity="-1"), "invalid_field"),
    ("quantity-zero", _line(quantity="0"), "invalid_field"),
    ("quantity-exponent", _line(quantity="1e3"), "invalid_field"),
    ("quantity-comma", _line(quantity="1,5"), "invalid_field"),
    ("quantity-fullwidth", _line(quantity="１"), "invalid_field"),
    ("quantity-fine", _line(quantity="1.0001"), "invalid_field"),
    ("amount-text", _line(amount="4250"), "invalid_amount"),
    ("amount-float", _line(amount=4250.0), "invalid_amount"),
    ("amount-large", _line(amount=10**12), "amount_too_large"),
    ("rate-negative", _line(vat_rate_basis_points=-1), "invalid_field"),
    ("rate-large", _line(vat_rate_basis_points=10_001), "invalid_field"),
    ("name-nul", _line(name="a\x00"), "invalid_field"),
    ("name-bidi", _line(name="\u202eabc"), "invalid_field"),
    ("name-blank", _line(name="  "), "invalid_field"),
    ("name-long", _line(name="x" * 121), "invalid_field"),
    ("unknown", _line(price=1), "unknown_field"),
    ("null", {"lines": None}, "invalid_field"),
    ("none", {"lines": []}, "invalid_field"),
    ("objects", {"lines": {"0": LINE}}, "invalid_field"),
    ("1001", {"lines": [LINE | {"name": "x"}] * 1001}, "invalid_field"),
    ("negative-total", _line(amount=-4250) | {"amount": -4250}, "invalid_amount"),
)
_OTHER_FIELDS: tuple[tuple[str, dict[str, Any]], ...] = (
    ("cashier-nul", {"cashier": "0042\x00"}),
    ("cashier-escape", {"cashier": "\x1b[2J"}),
    ("cashier-long", {"cashier": "x" * 65}),
    ("cashier-number", {"cashier": 42}),
    ("capture-word", {"capture": "later"}),
    ("confirm-short", {"confirm_within": 14}),
    ("confirm-long", {"confirm_within": 901}),
    ("confirm-float", {"confirm_within": 45.0}),
    ("language", {"language": "rm"}),
    ("training-number", {"training": 1}),
    ("training-text", {"training": "false"}),
    ("time-without-offset", {"pos_time": "2026-11-23T16:05:12"}),
    ("time-number", {"pos_time": 1_700_000_000}),
    ("time-february", {"pos_time": "2026-02-30T00:00:00Z"}),
    ("code-number", {"code": 5}),
    ("code-null", {"code": None}),
)


def _unknown(call: str, body: Json) -> Callable[[World], Request]:
    """Return a call whose body is wrong whatever payment it is about; its payment does not even exist."""
    return lambda world: world.at_till("POST", f"payments/{world.nobody()}/{call}", body)


# What the words mean


def _meanings() -> Iterator[Case]:
    other = "currency_not_supported"
    yield refused("B10-merchant", _sale(currency="EUR"), 422, other)
    yield refused("B10-capture", _about("capture", lambda p: {"amount": 1, "currency": "EUR"}), 422, other)
    yield declined("B10-instrument", _in_euros, other, changes=SPENT)
    yield refused("B11-JPY", _sale(currency="JPY", amount=100), 422, other)
    yield refused("B11-BHD", _sale(currency="BHD", amount=100), 422, other)
    yield refused("B11-unknown", _sale(currency="KWD", amount=100), 422, "invalid_currency")
    yield refused("B13", _about("capture", lambda p: {"amount": 4251, "currency": "CHF"}), 422, "amount_too_large")
    yield refused("B15-other", _second_capture({"amount": 100, "currency": "CHF"}), 409, "wrong_state")
    yield Case("B15-equal", _second_capture({}), (200,), also=_is_captured, changes=DECLINED)
    yield refused("B16-above", _after_capture("refunds", {"amount": 4251, "currency": "CHF"}), 422, "amount_too_large")
    yield refused("B16-in-sum", _second_refund, 422, "amount_too_large")
    yield Case("B18", _after_capture("cancel", {}), (200,), also=_is_given_back, changes=GIVEN_BACK)
    yield refused("B18-day-closed", _cancel_after_the_day, 409, "use_refund")
    yield refused("B19-declined", _capture_of_declined, 409, "wrong_state")
    yield Case("B19-processing", _capture_of_processing, (409,), ("wrong_state",), also=_has_retry_after)
    for call in ("capture", "cancel", "refunds", "confirm"):
        yield refused(f"B19-foreign-{call}", _foreign(call), 404, "payment_not_found")
        yield refused(f"B19-random-{call}", _unknown(call, {}), 404, "payment_not_found")
    yield refused("B19-foreign-look", _foreign(""), 404, "payment_not_found")
    for year, moment in (
        ("1970", "1970-01-01T00:00:00Z"),
        ("2100", "2100-01-01T00:00:00Z"),
        ("1", "0001-01-02T00:00:00Z"),
    ):
        yield Case(
            f"B24-{year}", _sale(by_payer=True, pos_time=moment), (201,), also=_is_sold_by_our_clock, changes=SOLD
        )
    yield refused("B25-reference-in-use", _reference_in_use, 409, "reference_in_use")
    yield refused("B25-key-reused", _key_reused, 422, "idempotency_key_reused")


def _in_euros(world: World) -> Request:
    shop = world.another_shop(Money(PLENTY.amount, "EUR"))
    return world.at_till(
        "POST", "payments", world.sale(world.payer().make_code(now=world.now), currency="EUR"), key=world.till(shop)
    )


def _second_capture(body: Json) -> Callable[[World], Request]:
    def make(world: World) -> Request:
        key = world.till()
        payment = world.authorised(key=key)
        world.play("POST", f"payments/{payment['id']}/capture", key=key)
        return world.at_till("POST", f"payments/{payment['id']}/capture", body, key=key)

    return make


def _after_capture(call: str, body: Json) -> Callable[[World], Request]:
    return _about(call, lambda payment: body, capture="automatic")


def _second_refund(world: World) -> Request:
    key = world.till()
    path = f"payments/{world.captured(key=key)['id']}/refunds"
    world.play("POST", path, {"amount": 3000, "currency": "CHF"}, key=key)
    return world.at_till("POST", path, {"amount": 1251, "currency": "CHF"}, key=key)


def _cancel_after_the_day(world: World) -> Request:
    key = world.till()
    payment = world.captured(key=key)
    counted = {"count": 1, "amount": 4250}
    day = business_date(world.shop.merchant, now=world.now).isoformat()
    closing = {"business_date": day, "currency": "CHF", "payments": counted, "refunds": {"count": 0, "amount": 0}}
    world.play("POST", "day-close", closing, key=key)
    return world.at_till("POST", f"payments/{payment['id']}/cancel", {}, key=key)


def _capture_of_declined(world: World) -> Request:
    key = world.till()
    body = world.sale(world.payer().make_code(now=world.now), amount=9911)
    declined_payment = world.play("POST", "payments", body, key=key)
    assert declined_payment["status"] == "declined", declined_payment
    return world.at_till("POST", f"payments/{declined_payment['id']}/capture", key=key)


def _capture_of_processing(world: World) -> Request:
    """The bank does not answer whether it said yes."""
    key = world.till()
    slow = world.play("POST", "payments", world.sale(world.payer().make_code(now=world.now), amount=9904), key=key)
    assert slow["status"] == "processing", slow
    return world.at_till("POST", f"payments/{slow['id']}/capture", key=key)


def _foreign(call: str) -> Callable[[World], Request]:
    def make(world: World) -> Request:
        payment = world.authorised()
        stranger = world.till(world.another_shop())
        path = f"payments/{payment['id']}" + (f"/{call}" if call else "")
        return world.at_till("POST" if call else "GET", path, key=stranger)

    return make


def _reference_in_use(world: World) -> Request:
    key = world.till()
    payment = world.authorised(key=key)
    body = world.sale(world.payer().make_code(now=world.now), reference=payment["reference"])
    return world.at_till("POST", "payments", body, key=key)


def _key_reused(world: World) -> Request:
    key = world.till()
    world.play("POST", "payments", world.sale(world.payer().make_code(now=world.now)), key=key, once="reused")
    return world.at_till("POST", "payments", world.sale(world.payer().make_code(now=world.now)), key=key, once="reused")


def _is_captured(world: World, answer: Answer) -> Iterator[str]:
    if (answer.json.get("status"), answer.json.get("captured")) != ("captured", 4250):
        yield f"not captured once: {answer.content[:200]!r}"


def _is_given_back(world: World, answer: Answer) -> Iterator[str]:
    found = (answer.json.get("status"), answer.json.get("safe_to_release_goods"))
    if found != ("captured", False) or answer.json.get("refund_status") not in ("pending", "full"):
        yield f"not given back: {answer.content[:200]!r}"


def _has_retry_after(world: World, answer: Answer) -> Iterator[str]:
    if int(answer.headers.get("retry-after", "0")) < 1:
        yield "no Retry-After"


def _is_sold_by_our_clock(world: World, answer: Answer) -> Iterator[str]:
    if answer.json.get("status") != "authorised" or answer.json["created_at"][:4] != str(world.now.year):
        yield f"not sold now: {answer.content[:200]!r}"


# At once


def _twenty_refunds(world: World) -> tuple[list[Answer], list[str]]:
    """B16: twenty refunds of a fifth each at once give back no more than was taken."""
    key = world.till()
    payment = world.captured(key=key, amount=5000)
    path = f"payments/{payment['id']}/refunds"
    answers = world.send_all(
        [world.at_till("POST", path, {"amount": 1000, "currency": "CHF"}, key=key) for _ in range(20)]
    )
    taken = sum(1000 for answer in answers if answer.status in (201, 202))
    others = {(answer.status, answer.json.get("code")) for answer in answers if answer.status not in (201, 202)}
    faults = [] if taken == 5000 else [f"{taken} given back of 5000"]
    if not others <= {(422, "amount_too_large")}:
        faults.append(f"answered {others}")
    return answers, faults


def _daily_limit(world: World) -> tuple[list[Answer], list[str]]:
    """B23: twelve sales at once where the merchant's day takes five."""
    shop = world.another_shop(Money(5000, "CHF"))
    change_merchant(merchant_id=shop.merchant.id, per_day_limit=Money(5000, "CHF"), by=STAFF, now=world.now)
    requests = []
    for _ in range(12):
        code = world.payer().make_code(now=world.now)
        requests.append(world.at_till("POST", "payments", world.sale(code, amount=1000), key=world.till(shop)))
    answers = world.send_all(requests)
    sold = sum(answer.json.get("status") == "authorised" for answer in answers)
    refusals = {(answer.json.get("decline") or {}).get("code") for answer in answers} - {None}
    faults = [] if sold == 5 else [f"{sold} sold where 5 fit"]
    if refusals != {"over_limit"}:
        faults.append(f"declined {refusals}")
    return answers, faults


CASES: tuple[Case | Scene, ...] = (
    *_values(),
    *_meanings(),
    Scene("B16-at-once", _twenty_refunds),
    Scene("B23", _daily_limit),
)
