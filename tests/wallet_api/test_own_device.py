"""What a phone asks about itself: its state, its PIN, and its tag."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.devices.models import Device
from apps.kernel.money import Money
from apps.limits.models import Scope
from apps.limits.operations import set_payment_limit
from apps.rest.renderers import rfc3339
from tests.cast import PIN, STAFF, WRONG_PIN, Phone, make_phone
from tests.shop import Shop
from tests.wallet_api.door import Door, assert_problem, body_of, come_in, decoded, encoded


def pin_request(phone: Phone, pin: str, now: datetime, old_pin: str | None = None) -> dict[str, object]:
    kid, sealed, signature = phone.sealed_pin(pin, now=now, old_pin=old_pin)
    return {"kid": kid, "sealed": encoded(sealed), "signature": encoded(signature)}


def age_tag(phone: Phone) -> None:
    Device.objects.filter(id=phone.identity.id).update(sync_changed_at=timezone.now() - timedelta(minutes=10))


def test_it_reads_its_own_state(door: Door, phone: Phone, shop: Shop, now: datetime) -> None:
    shop.sell(phone, now=now)

    state = body_of(door.get("device"))

    assert abs(datetime.fromisoformat(state.pop("server_time")) - timezone.now()) < timedelta(seconds=10)
    assert state == {
        "device_id": phone.identity.public_id,
        "status": "active",
        "counter": 1,
        "pin": {"state": "set", "epoch": 1, "tries_left": 3},
        "limits": {"per_payment": 100_000, "per_day": 100_000, "currency": "CHF"},
    }


def test_the_lowest_limit_that_was_set_is_shown(door: Door, phone: Phone, now: datetime) -> None:
    set_payment_limit(scope=Scope.DEVICE, subject_id=phone.identity.id, limit=Money(200_000, "CHF"), by=STAFF, now=now)
    assert body_of(door.get("device"))["limits"]["per_payment"] == 200_000

    set_payment_limit(scope=Scope.CUSTOMER, subject_id=phone.customer.id, limit=Money(5_000, "CHF"), by=STAFF, now=now)
    assert body_of(door.get("device"))["limits"]["per_payment"] == 5_000

    by_day = {"limit": Money(5_000, "CHF"), "per_day": Money(8_000, "CHF")}
    set_payment_limit(scope=Scope.CUSTOMER, subject_id=phone.customer.id, **by_day, by=STAFF, now=now)
    assert body_of(door.get("device"))["limits"] == {"per_payment": 5_000, "per_day": 8_000, "currency": "CHF"}


def test_looking_never_changes_the_tag(door: Door, phone: Phone) -> None:
    age_tag(phone)

    body_of(door.get("device"))

    assert bytes(phone.device().sync_current) == phone.sync


def test_a_fresh_tag_is_handed_out_again_and_an_old_one_exchanged(door: Door, phone: Phone) -> None:
    again = body_of(door.post("device/sync", {"sync": encoded(phone.sync)}))
    assert again["sync"] == encoded(phone.sync)
    assert again.keys() == body_of(door.get("device")).keys() | {"sync"}

    age_tag(phone)
    fresh = body_of(door.post("device/sync", {"sync": encoded(phone.sync)}))["sync"]
    assert fresh == encoded(bytes(phone.device().sync_current)) != encoded(phone.sync)


def test_a_foreign_tag_suspends_the_device_and_ends_its_session(door: Door, phone: Phone) -> None:
    assert_problem(door.post("device/sync", {"sync": encoded(b"\0\0\0\0")}), 403, "device_suspended")

    assert (phone.device().status, phone.device().status_reason) == ("suspended", "cloned")
    assert_problem(door.get("device"), 401, "unauthenticated")


@pytest.mark.parametrize("tag", ["", "AAAA", "AAAAAAA", 0, None])
def test_what_is_no_tag_suspends_nobody(door: Door, phone: Phone, tag: object) -> None:
    assert_problem(door.post("device/sync", {"sync": tag}), 422, "invalid_field")

    assert phone.device().status == "active"


def test_the_first_pin_is_set_and_answers_its_state(now: datetime) -> None:
    phone = make_phone(now=now, pin=None)
    door = come_in(phone, pin=None)
    assert body_of(door.get("device"))["pin"] == {"state": "none", "epoch": 0, "tries_left": 3}

    answer = body_of(door.put("device/pin", pin_request(phone, PIN, now)))

    assert answer == {"pin": {"state": "set", "epoch": 1, "tries_left": 3}}
    phone.pin = PIN
    come_in(phone)


def test_another_pin_needs_the_old_one(door: Door, phone: Phone, now: datetime) -> None:
    wrong = assert_problem(door.put("device/pin", pin_request(phone, "582046", now, WRONG_PIN)), 403, "pin_wrong")
    assert wrong["tries_left"] == 2

    answer = body_of(door.put("device/pin", pin_request(phone, "582046", now)))
    assert answer == {"pin": {"state": "set", "epoch": 2, "tries_left": 3}}


def test_three_wrong_old_pins_lock_it(door: Door, phone: Phone, now: datetime) -> None:
    for _ in range(3):
        assert_problem(door.put("device/pin", pin_request(phone, "582046", now, WRONG_PIN)), 403, "pin_wrong")

    assert_problem(door.put("device/pin", pin_request(phone, "582046", now)), 403, "pin_locked")


def test_a_seal_that_does_not_open_is_refused(door: Door, phone: Phone, now: datetime) -> None:
    other = make_phone(now=now)
    other_sealed = decoded(str(pin_request(other, PIN, now)["sealed"]))
    message = pin_request(phone, PIN, now)

    assert_problem(door.put("device/pin", message | {"sealed": encoded(other_sealed)}), 403, "signature_invalid")
    assert_problem(door.put("device/pin", message | {"kid": 200}), 422, "key_retired")
    assert_problem(door.put("device/pin", message | {"kid": 0}), 422, "invalid_field")
    assert_problem(door.put("device/pin", message | {"sealed": "A" * 2000}), 422, "invalid_field")


@pytest.mark.parametrize("extra", ["status", "customer", "counter", "limits", "pin", "epoch"])
def test_d16_a_phone_sets_nothing_that_is_not_its_own(door: Door, phone: Phone, now: datetime, extra: str) -> None:
    assert_problem(door.put("device/pin", pin_request(phone, "582046", now) | {extra: 1}), 422, "unknown_field")
    assert_problem(door.post("device/sync", {"sync": encoded(phone.sync), extra: 1}), 422, "unknown_field")
    assert_problem(door.post("challenges", {extra: 1}), 422, "unknown_field")


def test_times_are_utc_with_milliseconds(door: Door) -> None:
    text = body_of(door.get("device"))["server_time"]

    assert text == rfc3339(datetime.fromisoformat(text))
