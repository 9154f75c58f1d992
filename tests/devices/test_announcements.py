"""What happens to a device is heard by the customer's others, and by mail where it may have been somebody else."""

from datetime import datetime

import pytest

from apps.devices.errors import DeviceSuspended, PinWrong
from apps.devices.models import ActivationSource
from apps.devices.operations import move_device, sync_device
from apps.devices.states import DeviceStatus
from apps.live.models import Event
from apps.mail.models import Letter
from tests.cast import PIN, STAFF, WRONG_PIN, Phone, make_phone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(now: datetime) -> Phone:
    return make_phone(now=now)


def heard(phone: Phone) -> list[tuple[str, object]]:
    events = Event.objects.filter(stream=f"customer:{phone.customer.id}").order_by("id")
    return [(event.kind, event.facts["device"]) for event in events]


def letters_to(phone: Phone) -> list[Letter]:
    return list(Letter.objects.filter(to=phone.customer.email).order_by("id"))


def test_the_first_enrolment_is_announced_and_written_about(phone: Phone) -> None:
    assert heard(phone) == [("device.enrolled", phone.identity.public_id)]
    (letter,) = letters_to(phone)
    assert (letter.subject, letter.language) == ("Ein neues Gerät kann für Sie bezahlen", "de")
    assert "«Alice's phone»" in letter.text
    assert letter.cause == f"device.enrolled:{phone.identity.id}"


def test_a_second_device_is_announced_to_the_first(phone: Phone, now: datetime) -> None:
    second = Phone()
    second.enrol(phone.customer, now=now, name="Tablet")

    assert heard(phone)[-1] == ("device.enrolled", second.identity.public_id)
    assert "«Tablet»" in letters_to(phone)[-1].text


def test_one_that_waits_is_written_about_as_waiting(phone: Phone, now: datetime) -> None:
    phone.customer.language = "en"
    phone.customer.save(update_fields=["language"])
    second = Phone()
    second.enrol(phone.customer, now=now, source=ActivationSource.MAIL)

    assert heard(phone)[-1] == ("device.enrolled", second.identity.public_id)
    assert letters_to(phone)[-1].subject == "A new device waits for your approval"


def test_an_enrolment_that_is_refused_is_no_news(phone: Phone, now: datetime) -> None:
    twin = Phone(key=phone.key)

    with pytest.raises(Exception, match="enrolled already"):
        twin.enrol(phone.customer, now=now)

    assert len(heard(phone)) == len(letters_to(phone)) == 1


@pytest.mark.parametrize(
    ("moves", "kinds"),
    [
        (["locked", "active"], ["device.locked", "device.unlocked"]),
        (["locked", "locked"], ["device.locked"]),
        (["suspended", "active", "revoked"], ["device.suspended", "device.unlocked", "device.revoked"]),
        (["suspended", "revoked", "revoked"], ["device.suspended", "device.revoked"]),
    ],
)
def test_every_move_is_announced_once(phone: Phone, now: datetime, moves: list[str], kinds: list[str]) -> None:
    for to in moves:
        move_device(device_id=phone.identity.id, to=DeviceStatus(to), reason="operator", by=STAFF, now=now)

    assert heard(phone)[1:] == [(kind, phone.identity.public_id) for kind in kinds]


def test_an_approval_is_announced(phone: Phone, now: datetime) -> None:
    second = Phone()
    second.enrol(phone.customer, now=now, source=ActivationSource.MAIL)

    move_device(device_id=second.identity.id, to=DeviceStatus.ACTIVE, reason="", by=STAFF, now=now)

    assert heard(phone)[-1] == ("device.approved", second.identity.public_id)


def test_a_clone_is_announced_together_with_its_suspension(phone: Phone, now: datetime) -> None:
    with pytest.raises(DeviceSuspended):
        sync_device(device_id=phone.identity.id, tag=bytes(4), now=now)

    assert heard(phone)[-1] == ("device.suspended", phone.identity.public_id)


def test_a_changed_pin_is_announced_and_written_about(phone: Phone, now: datetime) -> None:
    phone.set_pin("582046", now=now)

    assert heard(phone)[-1] == ("device.pin_changed", phone.identity.public_id)
    letter = letters_to(phone)[-1]
    assert letter.subject == "Ihre PIN wurde geändert"
    assert "582046" not in letter.text
    assert PIN not in letter.text


def test_a_pin_that_was_not_changed_is_no_news(phone: Phone, now: datetime) -> None:
    with pytest.raises(PinWrong):
        phone.set_pin("582046", now=now, old_pin=WRONG_PIN)

    assert len(heard(phone)) == len(letters_to(phone)) == 1
