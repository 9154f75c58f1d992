from datetime import datetime, timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from apps.audit.models import Record
from apps.devices.errors import (
    ChallengeInvalid,
    DeviceLocked,
    DevicePending,
    FirstPinRefused,
    KeyNotAccepted,
    PinEpochWrong,
    PinLocked,
    PinWrong,
    SealInvalid,
    SignatureInvalid,
    UnknownDevice,
)
from apps.devices.models import ActivationSource, Device
from apps.devices.operations import issue_challenge, move_device, set_pin
from apps.devices.states import DeviceStatus
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from apps.keys.contexts import realm_id
from apps.keys.errors import KeysUnavailable
from apps.keys.operations import create_code_key
from apps.paycode.messages import pin_set_message
from tests.cast import PIN, STAFF, WRONG_PIN, Phone, make_phone
from tests.devices.crowd import at_once, codes

NEW_PIN = "271828"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(now: datetime) -> Phone:
    return make_phone(now=now)


@pytest.fixture
def bare(now: datetime) -> Phone:
    """A phone without a PIN."""
    return make_phone(now=now, pin=None)


def send(phone: Phone, parts: tuple[int, bytes, bytes], now: datetime) -> Device:
    kid, sealed, signature = parts
    return set_pin(device_id=phone.identity.id, kid=kid, sealed=sealed, signature=signature, now=now)


def test_the_first_pin_is_stored_under_the_key_encryption_key_only(bare: Phone, now: datetime) -> None:
    device = bare.set_pin(PIN, now=now)

    assert (device.pin_epoch, device.pin_tries_left, device.pin_kek_id) == (1, 3, bare.device().pin_kek_id)
    with connection.cursor() as cursor:
        cursor.execute("SELECT device::text FROM devices_device device")
        (dump,) = cursor.fetchone()
    assert bare.k_pin(PIN).hex() not in dump
    assert Record.objects.filter(action="pin.set", subject=device.public_id).count() == 1


def test_the_first_pin_is_set_within_fifteen_minutes_of_becoming_active(bare: Phone, now: datetime) -> None:
    with pytest.raises(FirstPinRefused):
        bare.set_pin(PIN, now=now + timedelta(minutes=15))

    assert bare.set_pin(PIN, now=now + timedelta(minutes=14, seconds=59)).pin_epoch == 1


def test_a_first_pin_with_a_proof_of_an_old_one_is_refused(bare: Phone, now: datetime) -> None:
    with pytest.raises(FirstPinRefused):
        bare.set_pin(PIN, now=now, old_pin=WRONG_PIN)

    assert bare.device().pin_epoch == 0


def test_a_pin_is_changed_with_the_old_one_and_the_tries_come_back(phone: Phone, now: datetime) -> None:
    with pytest.raises(PinWrong):
        phone.set_pin(NEW_PIN, now=now, old_pin=WRONG_PIN)

    device = phone.set_pin(NEW_PIN, now=now)

    assert (device.pin_epoch, device.pin_tries_left, len(device.pin_wrong_times)) == (2, 3, 1)
    assert phone.open_session(now=now, pin=NEW_PIN).confirmed_until
    with pytest.raises(PinWrong):
        phone.open_session(now=now, pin=PIN)


def test_without_the_old_one_no_pin_replaces_another(phone: Phone, now: datetime) -> None:
    typed, phone.pin = phone.pin, ""

    with pytest.raises(PinWrong) as refused:
        phone.set_pin(NEW_PIN, now=now)

    assert refused.value.facts == {"tries_left": 2}
    assert phone.device().pin_tries_left == 2
    phone.pin = typed
    assert phone.open_session(now=now).confirmed_until


def test_three_wrong_proofs_lock_the_pin_and_no_right_one_opens_it(phone: Phone, now: datetime) -> None:
    left = []
    for _ in range(3):
        with pytest.raises(PinWrong) as refused:
            phone.set_pin(NEW_PIN, now=now, old_pin=WRONG_PIN)
        left.append(refused.value.facts["tries_left"])

    assert left == [2, 1, 0]
    with pytest.raises(PinLocked):
        phone.set_pin(NEW_PIN, now=now)
    with pytest.raises(PinLocked):
        phone.open_session(now=now)
    assert phone.open_session(now=now, pin=None).confirmed_until is None
    assert Record.objects.filter(action="pin.wrong").count() == 2
    assert Record.objects.filter(action="pin.locked").count() == 1


def test_of_fifty_wrong_proofs_at_once_three_are_evaluated(phone: Phone, now: datetime) -> None:
    sent = [phone.sealed_pin(NEW_PIN, now=now, old_pin=WRONG_PIN) for _ in range(50)]

    outcomes = at_once(50, lambda number: send(phone, sent[number], now))

    assert codes(outcomes) == ["pin_locked"] * 47 + ["pin_wrong"] * 3
    assert len(phone.device().pin_wrong_times) == 3


def test_of_ten_right_changes_at_once_one_wins(phone: Phone, now: datetime) -> None:
    sent = [phone.sealed_pin(NEW_PIN, now=now) for _ in range(10)]

    outcomes = at_once(10, lambda number: send(phone, sent[number], now))

    assert codes(outcomes) == ["pin_epoch_wrong"] * 9
    assert phone.device().pin_epoch == 2


def test_the_same_message_twice_is_refused_by_its_challenge_and_costs_nothing(phone: Phone, now: datetime) -> None:
    sent = phone.sealed_pin(NEW_PIN, now=now)
    send(phone, sent, now)

    with pytest.raises(ChallengeInvalid):
        send(phone, sent, now)

    assert (phone.device().pin_epoch, phone.device().pin_tries_left) == (2, 3)


@pytest.mark.parametrize("epoch", [0, 1, 3, 2**32 - 1])
def test_the_epoch_is_the_last_one_plus_one(epoch: int, phone: Phone, now: datetime) -> None:
    with pytest.raises(PinEpochWrong) as refused:
        send(phone, phone.sealed_pin(NEW_PIN, now=now, pin_epoch=epoch), now)

    assert refused.value.facts == {"pin_epoch": 1}
    assert phone.device().pin_tries_left == 3


def test_what_is_wrong_first_is_told_first(phone: Phone, now: datetime) -> None:
    """Signature, seal, challenge, epoch, old proof."""
    stale = phone.sealed_pin(NEW_PIN, now=now, challenge=bytes(32), pin_epoch=9, old_pin=WRONG_PIN)
    kid, sealed, signature = stale

    with pytest.raises(SignatureInvalid):
        send(phone, (kid, sealed[:-1], signature), now)
    with pytest.raises(SignatureInvalid):
        send(phone, (kid, sealed, bytes(64)), now)
    with pytest.raises(KeyNotAccepted):
        send(phone, (200, sealed, signature), now)
    with pytest.raises(ChallengeInvalid):
        send(phone, stale, now)
    with pytest.raises(PinEpochWrong):
        send(phone, phone.sealed_pin(NEW_PIN, now=now, pin_epoch=9, old_pin=WRONG_PIN), now)
    with pytest.raises(UnknownDevice):
        set_pin(device_id=uuid7(), kid=kid, sealed=sealed, signature=signature, now=now)
    assert phone.device().pin_tries_left == 3


def test_what_another_phone_sealed_does_not_open(phone: Phone, bare: Phone, now: datetime) -> None:
    kid, sealed, _ = bare.sealed_pin(NEW_PIN, now=now)

    signature = phone.sign(pin_set_message(realm=realm_id().bytes, sealed=sealed))
    with pytest.raises(SealInvalid):
        send(phone, (kid, sealed, signature), now)
    short = phone.sign(pin_set_message(realm=realm_id().bytes, sealed=b""))
    with pytest.raises(SealInvalid):
        send(phone, (kid, b"", short), now)


def test_a_challenge_of_another_device_is_refused(phone: Phone, bare: Phone, now: datetime) -> None:
    foreign = issue_challenge(device_id=bare.identity.id, now=now)

    with pytest.raises(ChallengeInvalid):
        send(phone, phone.sealed_pin(NEW_PIN, now=now, challenge=foreign), now)


def test_the_key_before_the_newest_is_good_for_a_day(phone: Phone, now: datetime) -> None:
    later = now + timedelta(days=320)
    create_code_key(now=later, by=STAFF)
    hours_on, day_on = later + timedelta(hours=23), later + timedelta(days=1)

    assert send(phone, phone.sealed_pin(NEW_PIN, now=hours_on, kid=1), hours_on).pin_epoch == 2
    phone.pin, phone.pin_epoch = NEW_PIN, 2
    with pytest.raises(KeyNotAccepted):
        send(phone, phone.sealed_pin(PIN, now=day_on, kid=1), day_on)
    assert send(phone, phone.sealed_pin(PIN, now=day_on, kid=2), day_on).pin_epoch == 3


def test_a_pending_or_locked_device_sets_no_pin(phone: Phone, now: datetime) -> None:
    waiting = Phone()
    waiting.enrol(phone.customer, now=now, source=ActivationSource.MAIL)
    move_device(device_id=phone.identity.id, to=DeviceStatus.LOCKED, reason="customer", by=STAFF, now=now)

    with pytest.raises(DevicePending):
        waiting.set_pin(PIN, now=now)
    with pytest.raises(DeviceLocked):
        phone.set_pin(NEW_PIN, now=now)


def test_a_missing_key_encryption_key_costs_no_try(phone: Phone, now: datetime, settings: Settings) -> None:
    sent = phone.sealed_pin(NEW_PIN, now=now, old_pin=WRONG_PIN)
    settings.KEY_ENCRYPTION_KEYS = Secret("other:" + "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI=")

    with pytest.raises(KeysUnavailable):
        send(phone, sent, now)

    assert (phone.device().pin_tries_left, phone.device().pin_epoch) == (3, 1)
