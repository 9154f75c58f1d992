from datetime import datetime, timedelta

import pytest

from apps.devices.errors import PinNotSet
from apps.devices.models import Device
from apps.devices.pin import PIN_FIELDS, count_try, has_pin, is_locked, open_pin_key
from apps.keys.errors import KeysUnavailable
from tests.cast import make_customer, make_phone

DAY = timedelta(days=1)


def fresh() -> Device:
    return Device()


def wrong(device: Device, now: datetime) -> int:
    return count_try(device, is_right=False, now=now)


def right(device: Device, now: datetime) -> int:
    return count_try(device, is_right=True, now=now)


def test_the_third_wrong_one_in_a_row_locks_for_ever(now: datetime) -> None:
    device = fresh()

    assert [wrong(device, now) for _ in range(3)] == [2, 1, 0]

    assert is_locked(device)
    assert device.pin_locked_at == now
    assert right(device, now + 365 * DAY) == 0
    assert is_locked(device)


def test_a_right_one_gives_the_three_tries_back(now: datetime) -> None:
    device = fresh()
    wrong(device, now)
    wrong(device, now)

    assert right(device, now) == 3

    assert [wrong(device, now), wrong(device, now)] == [2, 1]
    assert not is_locked(device)


def test_the_eleventh_wrong_one_within_thirty_days_locks_whatever_came_between(now: datetime) -> None:
    device = fresh()
    for number in range(10):
        assert wrong(device, now + number * DAY) == 2
        assert right(device, now + number * DAY) == 3

    assert wrong(device, now + 29 * DAY) == 0

    assert is_locked(device)
    assert right(device, now + 90 * DAY) == 0
    assert is_locked(device)


def test_wrong_ones_older_than_thirty_days_are_forgotten(now: datetime) -> None:
    device = fresh()
    for number in range(40):
        assert wrong(device, now + number * 4 * DAY) == 2
        right(device, now + number * 4 * DAY)
        assert len(device.pin_wrong_times) <= 8

    assert not is_locked(device)


def test_a_locked_pin_counts_no_more(now: datetime) -> None:
    device = fresh()
    for _ in range(3):
        wrong(device, now)
    before = {name: getattr(device, name) for name in PIN_FIELDS}

    assert wrong(device, now + DAY) == 0

    assert {name: getattr(device, name) for name in PIN_FIELDS} == before


@pytest.mark.django_db(transaction=True)
def test_the_stored_pin_key_opens_for_its_own_device_customer_key_and_epoch_only(now: datetime) -> None:
    alice, bob = make_phone(now=now), make_phone(now=now)
    device = alice.device()

    assert has_pin(device)
    assert open_pin_key(device).reveal() == alice.k_pin(alice.pin)
    for changed in ("device_ref", "public_key", "customer"):
        moved = alice.device()
        setattr(moved, changed, getattr(bob.device(), changed))
        with pytest.raises(KeysUnavailable):
            open_pin_key(moved)
    device.pin_epoch = 2
    with pytest.raises(KeysUnavailable):
        open_pin_key(device)


@pytest.mark.django_db(transaction=True)
def test_a_device_without_a_pin_has_no_key(now: datetime) -> None:
    device = make_phone(now=now, customer=make_customer(now=now), pin=None).device()

    assert not has_pin(device)
    with pytest.raises(PinNotSet):
        open_pin_key(device)
