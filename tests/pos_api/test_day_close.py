"""The end of a till's day through the real door: the same, or what differs, and no cancels afterwards."""

from datetime import datetime, timedelta

import pytest

from apps.cases.models import Case
from apps.kernel.ids import from_public_id
from apps.kernel.money import Money
from apps.merchants.queries import business_date
from apps.transactions.models import DayClose
from apps.transactions.operations.day_close import Count, DayCount, close_day
from apps.transactions.operations.refund import RefundWish, refund_payment
from tests.cast import Phone
from tests.pos_api.till import Json, TillProgram, assert_problem, body_of
from tests.shop import Shop


@pytest.fixture
def day(shop: Shop, now: datetime) -> str:
    return business_date(shop.merchant, now=now).isoformat()


@pytest.fixture
def sold(till: TillProgram, phone: Phone, now: datetime) -> Json:
    """Two captured sales, of which one is given back in two parts, and one that was only held."""
    first = till.pay(phone.make_code(now=now), 4250, reference="R1", capture="automatic")
    till.pay(phone.make_code(now=now), 780, reference="R2", capture="automatic")
    till.pay(phone.make_code(now=now), 990, reference="R3")
    for amount in (1000, 500):
        till.post(f"payments/{first['id']}/refunds", {"amount": amount, "currency": "CHF"})
    return first


def counted(day: str, **fields: object) -> Json:
    right = {"payments": {"count": 2, "amount": 5030}, "refunds": {"count": 2, "amount": 1500}}
    return {"business_date": day, "currency": "CHF"} | right | fields


LINES = [
    {"reference": "R1", "amount": 4250, "type": "payment"},
    {"reference": "R2", "amount": 780, "type": "payment"},
    {"reference": "R1", "amount": 1500, "type": "refund"},
]


def test_a_till_that_counted_right_is_told_so(till: TillProgram, sold: Json, day: str) -> None:
    for body in (counted(day), counted(day, lines=LINES)):
        closed = till.post("day-close", body)

        assert closed.status_code == 200
        answer = body_of(closed)
        assert (answer["object"], answer["matched"], answer["differences"]) == ("day_close", True, [])
        assert answer["ours"] == {"payments": {"count": 2, "amount": 5030}, "refunds": {"count": 2, "amount": 1500}}
    assert not Case.objects.exists()


def test_a_difference_is_told_line_by_line_and_looked_into(till: TillProgram, shop: Shop, sold: Json, day: str) -> None:
    lines = [LINES[0], LINES[2] | {"amount": 1400}, {"reference": "R9", "amount": 100, "type": "payment"}]

    answer = body_of(till.post("day-close", counted(day, payments={"count": 2, "amount": 4350}, lines=lines)))

    assert answer["matched"] is False
    differences = [
        (each["type"], each["reference"], each["told"], each["ours"], each["told_count"], each["ours_count"])
        for each in answer["differences"]
    ]
    assert differences == [
        ("payment", None, 4350, 5030, 2, 2),
        ("payment", "R2", 0, 780, None, None),
        ("payment", "R9", 100, 0, None, None),
        ("refund", "R1", 1400, 1500, None, None),
    ]
    case = Case.objects.get()
    assert (case.kind, case.subject) == ("day_close_difference", f"{shop.till.public_id}:{day}")


def test_closing_is_repeated_safely_and_the_last_one_counts(till: TillProgram, sold: Json, day: str) -> None:
    wrong, right = counted(day, refunds={"count": 0, "amount": 0}), counted(day)

    first, again = (till.post("day-close", wrong, key="evening") for _ in range(2))
    corrected = till.post("day-close", right)

    assert (body_of(first), again.headers["Idempotent-Replayed"]) == (body_of(again), "true")
    assert body_of(corrected)["matched"]
    assert DayClose.objects.count() == 2
    assert_problem(till.post("day-close", right, key="evening"), 422, "idempotency_key_reused")


def test_after_the_close_captured_sales_are_refunded_and_not_cancelled(
    till: TillProgram, phone: Phone, sold: Json, day: str, now: datetime
) -> None:
    till.post("day-close", counted(day))

    assert_problem(till.post(f"payments/{sold['id']}/cancel"), 409, "use_refund")
    assert till.post(f"payments/{sold['id']}/refunds").status_code == 201
    held = till.pay(phone.make_code(now=now), 123)
    assert body_of(till.post(f"payments/{held['id']}/cancel"))["status"] == "cancelled"


def test_a_refund_counts_on_the_day_on_which_it_was_asked_for(
    till: TillProgram, shop: Shop, sold: Json, day: str, now: datetime
) -> None:
    tomorrow = now + timedelta(days=1)
    rest = RefundWish(amount=Money(2750, "CHF"))
    refund_payment(
        payment_id=from_public_id("pay", sold["id"]),
        wish=rest,
        point=shop.point,
        key=shop.key(),
        by=shop.actor,
        now=tomorrow,
    )

    today = body_of(till.post("day-close", counted(day)))
    told = DayCount(business_date(shop.merchant, now=tomorrow), "CHF", Count(0, 0), Count(1, 2750))
    then = close_day(counted=told, point=shop.point, key=shop.key(), by=shop.actor, now=tomorrow)

    assert (today["matched"], then.close.matched) == (True, True)


def test_a_cancelled_captured_sale_is_a_payment_and_a_refund(
    till: TillProgram, phone: Phone, now: datetime, day: str
) -> None:
    sold = till.pay(phone.make_code(now=now), capture="automatic")
    till.post(f"payments/{sold['id']}/cancel")

    both = {"payments": {"count": 1, "amount": 4250}, "refunds": {"count": 1, "amount": 4250}}
    assert body_of(till.post("day-close", counted(day) | both))["matched"]


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        ({"business_date": "2999-01-01"}, "day_not_begun"),
        ({"business_date": "23.11.2026"}, "invalid_field"),
        ({"currency": "EUR"}, "currency_not_supported"),
        ({"currency": "chf"}, "invalid_currency"),
        ({"payments": {"count": 1}}, "invalid_amount"),
        ({"payments": {"count": -1, "amount": 1}}, "invalid_field"),
        ({"payments": {"count": 1, "amount": -1}}, "invalid_amount"),
        ({"payments": {"count": 1, "amount": 10**13}}, "amount_too_large"),
        ({"payments": {"count": 1, "amount": 1.0}}, "invalid_amount"),
        ({"refunds": [1]}, "invalid_field"),
        ({"lines": [{"reference": "R1", "amount": 1, "type": "tip"}]}, "invalid_field"),
        ({"lines": [{"reference": "R1", "amount": 1, "type": "refund", "x": 1}]}, "unknown_field"),
        ({"lines": "none"}, "invalid_field"),
        ({"matched": True}, "unknown_field"),
    ],
)
def test_a_count_that_makes_no_sense_closes_nothing(
    till: TillProgram, day: str, wrong: dict[str, object], code: str
) -> None:
    assert_problem(till.post("day-close", counted(day) | wrong), 422, code)
    assert not DayClose.objects.exists()


def test_a_day_without_sales_is_closed_too(till: TillProgram, day: str) -> None:
    nothing = {"count": 0, "amount": 0}

    assert body_of(till.post("day-close", counted(day, payments=nothing, refunds=nothing, lines=[])))["matched"]
