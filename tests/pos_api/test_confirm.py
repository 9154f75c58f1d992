"""What looks like one sale rung up twice: the cashier is asked, and says yes, no, or nothing."""

from datetime import datetime, timedelta

import pytest

from apps.transactions.operations import watch_payments
from tests.cast import Phone
from tests.pos_api.till import Json, TillProgram, assert_problem, body_of, sale
from tests.shop import Shop


@pytest.fixture
def doubtful(till: TillProgram, phone: Phone, now: datetime) -> Json:
    """A second sale of the same amount to the same customer, under another receipt number."""
    till.pay(phone.make_code(now=now))
    answer = till.post("payments", sale(phone.make_code(now=now)))
    assert (answer.status_code, answer.headers["Retry-After"]) == (202, "1")
    return body_of(answer)


def test_a_possible_duplicate_says_who_must_act_and_until_when(doubtful: Json, now: datetime) -> None:
    assert (doubtful["status"], doubtful["action"]["type"]) == ("action_required", "cashier_confirm")
    deadline = datetime.fromisoformat(doubtful["action"]["deadline"])
    assert timedelta(seconds=55) < deadline - now < timedelta(seconds=65)
    assert (doubtful["safe_to_release_goods"], doubtful["safe_to_retry"]) == (False, False)
    assert doubtful["poll_after_ms"] is not None


@pytest.mark.usefixtures("worker")
def test_a_confirmed_one_goes_on_to_the_bank(till: TillProgram, doubtful: Json) -> None:
    confirmed = till.post(f"payments/{doubtful['id']}/confirm", key="yes")

    assert confirmed.status_code == 200
    assert (body_of(confirmed)["status"], body_of(confirmed)["action"]) == ("authorised", None)

    again = till.post(f"payments/{doubtful['id']}/confirm", key="yes")
    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (200, "true")
    other_key = till.post(f"payments/{doubtful['id']}/confirm", {})
    assert (other_key.status_code, body_of(other_key)["version"]) == (200, body_of(confirmed)["version"])


@pytest.mark.usefixtures("worker")
def test_a_confirmed_one_whose_bank_keeps_silent_is_202(till: TillProgram, phone: Phone, now: datetime) -> None:
    till.pay(phone.make_code(now=now), 9904)
    doubtful = till.pay(phone.make_code(now=now), 9904)

    confirmed = till.post(f"payments/{doubtful['id']}/confirm")

    assert (confirmed.status_code, confirmed.headers["Retry-After"]) == (202, "1")
    assert body_of(confirmed)["status"] == "processing"


def test_where_nobody_asked_the_cashier_there_is_nothing_to_confirm(
    till: TillProgram, phone: Phone, now: datetime, doubtful: Json
) -> None:
    declined = till.pay(phone.make_code(now=now), 9911)

    assert body_of(till.post(f"payments/{declined['id']}/confirm"))["status"] == "declined"
    assert_problem(till.post(f"payments/{doubtful['id']}/confirm", {"yes": True}), 422, "unknown_field")
    assert body_of(till.get(f"payments/{doubtful['id']}"))["status"] == "action_required"


def test_a_strangers_duplicate_is_not_there(till: TillProgram, doubtful: Json) -> None:
    nowhere = doubtful["id"][:-4] + "0000"

    assert_problem(till.post(f"payments/{nowhere}/confirm"), 404, "payment_not_found")


def test_a_cashier_who_says_no_cancels(till: TillProgram, doubtful: Json) -> None:
    off = body_of(till.post(f"payments/{doubtful['id']}/cancel"))

    assert (off["status"], off["safe_to_retry"], off["action"]) == ("cancelled", True, None)


def test_a_cashier_who_says_nothing_has_said_no(till: TillProgram, doubtful: Json, now: datetime) -> None:
    watch_payments(now=now + timedelta(seconds=120))

    declined = body_of(till.get(f"payments/{doubtful['id']}"))
    assert (declined["status"], declined["decline"]["code"]) == ("declined", "confirm_timeout")
    assert body_of(till.post(f"payments/{doubtful['id']}/confirm"))["status"] == "declined"


def test_the_guard_can_be_off(till: TillProgram, phone: Phone, now: datetime, shop: Shop) -> None:
    type(shop.merchant).objects.filter(id=shop.merchant.id).update(guards_duplicates=False)

    assert [till.pay(phone.make_code(now=now))["status"] for _ in range(2)] == ["authorised"] * 2
