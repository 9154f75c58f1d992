"""Limits: down at once without the PIN, up with it and after a day; a device never has more than its kind may."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from apps.customers.operations import move_customer
from apps.customers.states import CustomerStatus
from apps.kernel.money import Money
from apps.limits.models import PendingLimit, Scope
from apps.limits.operations import set_payment_limit
from apps.live.models import Event
from apps.mail.models import Letter
from apps.transactions.states import Status
from tests.cast import STAFF, Phone, make_phone
from tests.shop import Shop
from tests.wallet_api.door import Door, assert_problem, body_of, come_in

MOST = {"per_payment": 100_000, "per_day": 100_000, "currency": "CHF"}


def limits(**fields: object) -> dict[str, object]:
    return {**fields, "currency": "CHF"}


def letters(phone: Phone) -> list[Letter]:
    return list(Letter.objects.filter(to=phone.customer.email, cause__startswith="limits."))


def test_before_anybody_set_one_the_kind_of_the_device_decides(door: Door) -> None:
    assert body_of(door.get("limits")) == {**MOST, "at_most": MOST, "later": None}


def test_down_holds_at_once_at_every_till_and_needs_no_pin(door: Door, phone: Phone, shop: Shop, now: datetime) -> None:
    answer = body_of(door.put("limits", limits(per_payment=1000)))

    assert answer == {**MOST, "per_payment": 1000, "at_most": MOST, "later": None}
    assert body_of(door.get("device"))["limits"] == {**MOST, "per_payment": 1000}
    refused = shop.sell(phone, 1001, now=now)
    assert (refused.status, refused.decline_code) == (Status.DECLINED, "over_limit")
    assert shop.sell(phone, 1000, now=now).status == Status.AUTHORISED
    assert letters(phone) == []


def test_it_holds_for_all_phones_of_the_customer(door: Door, phone: Phone, now: datetime) -> None:
    body_of(door.put("limits", limits(per_payment=1000, per_day=2000)))

    second = come_in(make_phone(now=now, customer=phone.customer), pin=None)
    stranger = come_in(make_phone(now=now), pin=None)
    assert body_of(second.get("limits"))["per_day"] == 2000
    assert body_of(stranger.get("limits"))["per_day"] == 100_000


def test_up_needs_the_pin_and_changes_nothing_without_it(door: Door, phone: Phone) -> None:
    body_of(door.put("limits", limits(per_payment=1000)))

    assert_problem(door.put("limits", limits(per_payment=1001)), 403, "confirmation_required")
    # One part of it is lower, and is not done either.
    assert_problem(door.put("limits", limits(per_payment=1001, per_day=5)), 403, "confirmation_required")

    assert body_of(door.get("limits"))["later"] is None
    assert body_of(door.get("limits"))["per_day"] == 100_000
    assert letters(phone) == []


def test_up_waits_a_day_and_the_customer_hears_of_it(confirmed: Door, phone: Phone) -> None:
    body_of(confirmed.put("limits", limits(per_payment=1000, per_day=2000)))

    answer = body_of(confirmed.put("limits", limits(per_payment=5000)))

    assert (answer["per_payment"], answer["per_day"]) == (1000, 2000)
    later = answer["later"]
    assert (later["per_payment"], later["per_day"]) == (5000, None)
    waits = datetime.fromisoformat(later["effective_at"]) - timezone.now()
    assert timedelta(hours=23, minutes=59) < waits <= timedelta(hours=24)
    (letter,) = letters(phone)
    assert letter.subject == "Ihre Limiten werden erhöht"
    assert "CHF 50.00" in letter.text
    assert "CHF 20.00" in letter.text
    assert Event.objects.filter(stream=f"customer:{phone.customer.id}", kind="limits.raise_asked").count() == 1

    PendingLimit.objects.update(asked_at=timezone.now() - timedelta(days=2), effective_at=timezone.now())
    raised = body_of(confirmed.get("limits"))
    assert (raised["per_payment"], raised["per_day"], raised["later"]) == (5000, 2000, None)


def test_asking_for_the_same_raise_again_neither_delays_it_nor_writes_again(confirmed: Door, phone: Phone) -> None:
    body_of(confirmed.put("limits", limits(per_payment=1000)))
    first = body_of(confirmed.put("limits", limits(per_payment=5000)))

    assert body_of(confirmed.put("limits", limits(per_payment=5000))) == first
    assert len(letters(phone)) == 1


def test_a_raise_is_taken_back_without_the_pin(door: Door, confirmed: Door) -> None:
    body_of(confirmed.put("limits", limits(per_payment=1000)))
    body_of(confirmed.put("limits", limits(per_payment=5000)))

    assert body_of(door.put("limits", limits(per_payment=1000)))["later"] is None


def test_more_than_the_kind_of_device_may_have_is_a_raise_that_does_not_lift_it(
    door: Door, confirmed: Door, phone: Phone
) -> None:
    assert_problem(door.put("limits", limits(per_payment=100_001)), 403, "confirmation_required")

    body_of(confirmed.put("limits", limits(per_payment=200_000)))
    PendingLimit.objects.update(asked_at=timezone.now() - timedelta(days=2), effective_at=timezone.now())

    assert body_of(confirmed.get("limits")) == {**MOST, "at_most": MOST, "later": None}


def test_staff_may_allow_a_device_more_and_the_customer_still_less(door: Door, phone: Phone, now: datetime) -> None:
    more = Money(300_000, "CHF")
    set_payment_limit(scope=Scope.DEVICE, subject_id=phone.identity.id, limit=more, per_day=more, by=STAFF, now=now)

    assert body_of(door.get("limits"))["at_most"]["per_payment"] == 300_000
    assert body_of(door.put("limits", limits(per_payment=0)))["per_payment"] == 0


def test_a_frozen_customer_lowers_and_does_not_raise(door: Door, confirmed: Door, phone: Phone) -> None:
    move_customer(customer_id=phone.customer.id, to=CustomerStatus.FROZEN, reason="asked", by=STAFF, now=timezone.now())

    assert body_of(door.put("limits", limits(per_payment=1000)))["per_payment"] == 1000
    assert_problem(confirmed.put("limits", limits(per_payment=2000)), 403, "customer_frozen")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"per_payment": 1}, "invalid_currency"),
        ({"per_payment": 1, "currency": "EUR"}, "invalid_currency"),
        ({"currency": "CHF"}, "invalid_field"),
        ({"per_payment": None, "currency": "CHF"}, "invalid_amount"),
        ({"per_payment": -1, "currency": "CHF"}, "invalid_amount"),
        ({"per_payment": 1.0, "currency": "CHF"}, "invalid_amount"),
        ({"per_payment": True, "currency": "CHF"}, "invalid_amount"),
        ({"per_day": "100", "currency": "CHF"}, "invalid_amount"),
        ({"per_day": 10**9, "currency": "CHF"}, "amount_too_large"),
        ({"per_payment": 1, "currency": "CHF", "customer": "cus"}, "unknown_field"),
        ({"per_payment": 1, "currency": "CHF", "effective_at": "2020-01-01T00:00:00Z"}, "unknown_field"),
    ],
)
def test_d16_what_is_no_limit_is_refused(confirmed: Door, body: dict[str, object], code: str) -> None:
    assert_problem(confirmed.put("limits", body), 422, code)

    assert body_of(confirmed.get("limits")) == {**MOST, "at_most": MOST, "later": None}


def test_a_browser_has_less(settings: Settings, door: Door) -> None:
    settings.SOFTWARE_DEVICE_LIMIT = Money(30_000, "CHF")

    assert body_of(door.get("limits"))["at_most"]["per_payment"] == 30_000
