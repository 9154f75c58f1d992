"""An old phone lets a new one in: with its own signature, for that very key, once."""

from datetime import datetime, timedelta

import pytest

from apps.audit.models import Record
from apps.devices.errors import (
    ChallengeInvalid,
    DeviceLocked,
    FirstPinRefused,
    InvalidName,
    KeyInUse,
    OwnDevice,
    SignatureInvalid,
    UnknownDevice,
)
from apps.devices.models import ActivationSource, Device
from apps.devices.operations import (
    approve_device,
    enrol_device,
    issue_activation_code,
    issue_challenge,
    move_device,
    rename_device,
)
from apps.devices.states import DeviceStatus
from apps.kernel.transitions import WrongState
from apps.keys.contexts import realm_id
from apps.live.models import Event
from apps.mail.models import Letter
from apps.paycode.messages import handover_message
from tests.cast import STAFF, Phone, make_phone
from tests.devices.crowd import at_once, codes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def old(now: datetime) -> Phone:
    return make_phone(now=now)


@pytest.fixture
def new(old: Phone, now: datetime) -> Phone:
    """A phone that was enrolled by mail, and waits."""
    phone = Phone()
    phone.enrol(old.customer, now=now, source=ActivationSource.MAIL, name="Tablet")
    return phone


def signed(old: Phone, new: Phone, challenge: bytes, *, key: bytes = b"", by: Phone | None = None) -> bytes:
    message = handover_message(
        realm=realm_id().bytes,
        old_device_ref=old.device_ref,
        new_device_ref=new.device_ref,
        new_public_key=key or new.public_key,
        challenge=challenge,
    )
    return (by or old).sign(message)


def approve(old: Phone, new: Phone, *, now: datetime, challenge: bytes = b"", signature: bytes = b"") -> Device:
    challenge = challenge or issue_challenge(device_id=old.identity.id, now=now)
    return approve_device(
        device_id=new.identity.id,
        approver_id=old.identity.id,
        challenge=challenge,
        signature=signature or signed(old, new, challenge),
        now=now,
    )


def test_an_approved_phone_pays_and_everybody_hears_of_it(old: Phone, new: Phone, now: datetime) -> None:
    assert new.device().status == DeviceStatus.PENDING

    assert approve(old, new, now=now).status == DeviceStatus.ACTIVE

    assert new.device().activated_at == now
    assert Event.objects.filter(kind="device.approved").count() == 1
    letter = Letter.objects.get(cause=f"device.approved:{new.identity.id}")
    assert (letter.to, "Tablet" in letter.text) == (old.customer.email, True)
    trace = Record.objects.get(action="device.active")
    assert (trace.actor_id, trace.subject) == (old.identity.public_id, new.identity.public_id)


def test_the_first_pin_has_its_fifteen_minutes_from_the_approval_on(old: Phone, new: Phone, now: datetime) -> None:
    later = now + timedelta(days=3)
    approve(old, new, now=later)

    with pytest.raises(FirstPinRefused):
        new.set_pin("582046", now=later + timedelta(minutes=15))
    new.set_pin("582046", now=later + timedelta(minutes=14))

    assert new.device().pin_epoch == 1


def test_approving_again_changes_nothing_and_the_same_message_is_worth_nothing(
    old: Phone, new: Phone, now: datetime
) -> None:
    challenge = issue_challenge(device_id=old.identity.id, now=now)
    approve(old, new, now=now, challenge=challenge)

    with pytest.raises(ChallengeInvalid):
        approve(old, new, now=now, challenge=challenge)
    assert approve(old, new, now=now + timedelta(hours=1)).activated_at == now

    assert Event.objects.filter(kind="device.approved").count() == 1


def test_ten_who_approve_at_once_approve_once(old: Phone, new: Phone, now: datetime) -> None:
    outcomes = at_once(10, lambda _: approve(old, new, now=now))

    assert codes(outcomes) == []
    assert Event.objects.filter(kind="device.approved").count() == 1
    assert Letter.objects.filter(cause__startswith="device.approved").count() == 1


def test_a_signature_for_another_key_or_by_another_phone_approves_nothing(
    old: Phone, new: Phone, now: datetime
) -> None:
    thief = Phone()
    thief.enrol(old.customer, now=now, source=ActivationSource.MAIL, name="Tablet")
    challenge = issue_challenge(device_id=old.identity.id, now=now)

    for wrong in (
        signed(old, new, challenge, key=thief.public_key),
        signed(old, thief, challenge),
        signed(old, new, bytes(32)),
        signed(old, new, challenge, by=new),
    ):
        with pytest.raises(SignatureInvalid):
            approve(old, new, now=now, challenge=challenge, signature=wrong)

    assert new.device().status == DeviceStatus.PENDING
    # It cost nothing, not even the challenge.
    assert approve(old, new, now=now, challenge=challenge).status == DeviceStatus.ACTIVE


def test_a_phone_does_not_approve_itself_nor_one_of_somebody_else(old: Phone, new: Phone, now: datetime) -> None:
    stranger = make_phone(now=now)

    with pytest.raises(OwnDevice):
        approve(new, new, now=now)
    with pytest.raises(UnknownDevice):
        approve(stranger, new, now=now)

    assert new.device().status == DeviceStatus.PENDING


def test_a_stopped_phone_approves_nothing_and_a_stopped_one_is_not_approved(
    old: Phone, new: Phone, now: datetime
) -> None:
    other = make_phone(now=now, customer=old.customer)
    move_device(device_id=old.identity.id, to=DeviceStatus.LOCKED, reason="customer", by=STAFF, now=now)
    with pytest.raises(DeviceLocked):
        approve(old, new, now=now)

    move_device(device_id=new.identity.id, to=DeviceStatus.REVOKED, reason="customer", by=STAFF, now=now)
    with pytest.raises(WrongState):
        approve(other, new, now=now)


def test_a_challenge_of_another_device_approves_nothing(old: Phone, new: Phone, now: datetime) -> None:
    challenge = issue_challenge(device_id=new.identity.id, now=now)

    with pytest.raises(ChallengeInvalid):
        approve(old, new, now=now, challenge=challenge)


def test_a_code_from_a_letter_lets_the_waiting_phone_in_as_the_device_that_it_is(
    old: Phone, new: Phone, now: datetime
) -> None:
    waiting = new.identity.id

    again = new.enrol(old.customer, now=now + timedelta(hours=1), source=ActivationSource.LETTER)

    assert (again.id, new.device().status) == (waiting, DeviceStatus.ACTIVE)
    assert new.device().name == "Tablet"
    assert new.device().activated_at == now + timedelta(hours=1)


def test_a_letter_of_somebody_else_lets_nobody_in(old: Phone, new: Phone, now: datetime) -> None:
    stranger = make_phone(now=now)
    code = issue_activation_code(
        customer_id=stranger.customer.id, source=ActivationSource.LETTER, by=STAFF, now=now
    ).code.reveal()
    challenge = issue_challenge(device_id=None, now=now)

    with pytest.raises(KeyInUse):
        enrol_device(
            activation_code=code,
            name="x",
            platform="web",
            public_key=new.public_key,
            challenge=challenge,
            proof=new.proof(code, challenge),
            now=now,
        )

    assert new.device().status == DeviceStatus.PENDING


def test_another_mail_does_not_let_the_waiting_phone_in(old: Phone, new: Phone, now: datetime) -> None:
    with pytest.raises(KeyInUse):
        new.enrol(old.customer, now=now, source=ActivationSource.HANDOVER)

    assert Device.objects.get(public_key=old.public_key).status == DeviceStatus.ACTIVE
    assert Device.objects.get(public_key=new.public_key).status == DeviceStatus.PENDING


def test_a_device_is_called_as_its_customer_likes(old: Phone, now: datetime) -> None:
    for _ in range(2):
        assert rename_device(device_id=old.identity.id, name="  Telefon Küche ", by=STAFF, now=now).name == (
            "Telefon Küche"
        )

    assert Event.objects.filter(kind="device.renamed").count() == 1
    with pytest.raises(InvalidName):
        rename_device(device_id=old.identity.id, name="\u202egnp.exe", by=STAFF, now=now)


def test_one_that_waits_keeps_the_name_that_it_came_with(new: Phone, now: datetime) -> None:
    with pytest.raises(WrongState):
        rename_device(device_id=new.identity.id, name="Alice's phone", by=STAFF, now=now)
