"""A customer finds a payment again: by shop, receipt number, amount, state and day, and only among his own."""

from datetime import datetime, timedelta

import pytest

from apps.transactions.models import Payment
from tests.cast import WRONG_PIN, Phone
from tests.shop import Shop, make_payer, make_shop
from tests.wallet_api.door import Door, assert_problem, body_of


@pytest.fixture
def history(shop: Shop, phone: Phone, now: datetime) -> dict[str, str]:
    """Three payments: one captured at the first shop, one declined there, one held at another."""
    captured = shop.sell(phone, 4250, now=now, reference="2031-0007")
    shop.capture(captured, now=now)
    declined = shop.sell(phone, 990, now=now, code=phone.make_code(now=now, pin=WRONG_PIN), reference="2031-0008")
    held = make_shop(now=now).sell(phone, 100, now=now, reference="K_55%")
    return {"captured": captured.public_id, "declined": declined.public_id, "authorised": held.public_id}


def found(door: Door, query: str) -> set[str]:
    return {item["id"] for item in body_of(door.get(f"payments?{query}"))["data"]}


def test_it_is_found_by_its_receipt_number(door: Door, history: dict[str, str]) -> None:
    assert found(door, "q=0007") == {history["captured"]}
    assert found(door, "q=2031") == {history["captured"], history["declined"]}


def test_it_is_found_by_the_shop_whatever_the_case(door: Door, shop: Shop, history: dict[str, str]) -> None:
    name = shop.merchant.legal_name.upper()

    assert found(door, f"q={name}") == {history["captured"], history["declined"]}
    assert found(door, "q=bahnhof") == set(history.values())


def test_it_is_found_by_its_amount_as_people_write_it(door: Door, history: dict[str, str]) -> None:
    for written in ("42.50", "42,50", "42.5"):
        assert found(door, f"q={written}") == {history["captured"]}
    assert history["authorised"] in found(door, "q=1")
    assert found(door, "q=42.505") == set()


def test_it_is_found_by_what_became_of_it(door: Door, history: dict[str, str]) -> None:
    for status, payment in history.items():
        assert found(door, f"status={status}") == {payment}
    assert found(door, "status=cancelled") == set()


def test_it_is_found_by_its_day(door: Door, history: dict[str, str]) -> None:
    today = Payment.objects.latest("id").business_date
    yesterday, tomorrow = today - timedelta(days=1), today + timedelta(days=1)

    assert found(door, f"from={today}&to={today}") == set(history.values())
    assert found(door, f"to={yesterday}") == set()
    assert found(door, f"from={tomorrow}") == set()


def test_several_wishes_narrow_it_down_together(door: Door, history: dict[str, str]) -> None:
    assert found(door, "q=2031&status=declined") == {history["declined"]}
    assert found(door, "q=0007&status=declined") == set()


@pytest.mark.parametrize("sign", ["%25", "_", "\\", "'", "%27%3BDROP TABLE x"])
def test_signs_of_the_database_are_letters(door: Door, history: dict[str, str], sign: str) -> None:
    expected = {"%25": {history["authorised"]}, "_": {history["authorised"]}}

    assert found(door, f"q={sign}") == expected.get(sign, set())


def test_pages_go_on_within_what_was_looked_for(door: Door, shop: Shop, phone: Phone, now: datetime) -> None:
    made = [shop.sell(phone, 100 + number, now=now, reference=f"A-{number}").public_id for number in range(3)]
    shop.sell(phone, 500, now=now, reference="B-1")

    first = body_of(door.get("payments?q=A-&limit=2"))
    second = body_of(door.get(f"payments?q=A-&limit=2&cursor={first['next_cursor']}"))

    assert [item["id"] for item in first["data"] + second["data"]] == made[::-1]
    assert second["next_cursor"] is None


def test_nobody_finds_somebody_elses(door: Door, shop: Shop, now: datetime) -> None:
    foreign = shop.sell(make_payer(shop, now=now), now=now, reference="SECRET-1")

    assert found(door, "q=SECRET") == set()
    assert Payment.objects.get().id == foreign.id


@pytest.mark.parametrize(
    "query",
    [
        "q=",
        "q=%20",
        "q=" + "x" * 65,
        "q=%00",
        "status=in_review",
        "status=",
        "from=2026-13-01",
        "to=x",
        "from=%EF%BC%92026-01-01",
    ],
)
def test_what_is_no_wish_is_told(door: Door, query: str) -> None:
    assert_problem(door.get(f"payments?{query}"), 422, "invalid_field")


def test_a_wish_is_given_once(door: Door) -> None:
    assert_problem(door.get("payments?q=a&q=b"), 400, "duplicate_parameter")
