"""What was stopped as lost is stopped for good, and confirmed in writing."""

from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from apps.devices.errors import KeyInUse, UnknownDevice
from apps.devices.models import ActivationSource, Session, StopConfirmation
from apps.devices.operations import move_device, stop_lost_devices, suspend_as_cloned
from apps.devices.operations.lost import Stopped
from apps.devices.queries import live_devices_of, session_for
from apps.devices.states import DeviceStatus
from apps.kernel.transitions import WrongState
from apps.keys.models import Purpose
from apps.keys.operations.documents import verify_document
from apps.live.models import Event
from apps.mail.models import Letter
from apps.paycode.keys import Label
from tests.cast import STAFF, Phone, make_phone
from tests.devices.crowd import at_once, codes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(now: datetime) -> Phone:
    return make_phone(now=now)


@pytest.fixture
def tablet(phone: Phone, now: datetime) -> Phone:
    return make_phone(now=now, customer=phone.customer)


def stop(*phones: Phone, now: datetime) -> Stopped:
    return stop_lost_devices(
        customer_id=phones[0].customer.id, device_ids=[each.identity.id for each in phones], now=now
    )


def test_it_stops_at_once_and_its_sessions_end(phone: Phone, now: datetime) -> None:
    token = phone.open_session(now=now).token.reveal()

    stop(phone, now=now)

    assert (phone.device().status, phone.device().status_reason) == (DeviceStatus.SUSPENDED, "lost_phone")
    assert session_for(token, now=now) is None
    assert Session.objects.filter(ended_at=None).count() == 0
    assert not live_devices_of(phone.customer.id).exists()


def test_the_customer_gets_it_signed_and_timed(phone: Phone, tablet: Phone, now: datetime) -> None:
    stopped = stop(phone, tablet, now=now)

    document = verify_document(label=Label.STOP, signed=stopped.confirmation.signed, purpose=Purpose.STOP)
    assert document == stopped.document
    assert document["time"] == "2026-11-24T09:30:00.000Z"
    assert {each["device"] for each in document["devices"]} == {
        phone.identity.public_id,
        tablet.identity.public_id,
    }
    letter = Letter.objects.get(cause=f"devices.stopped:{stopped.confirmation.id}")
    assert str(stopped.confirmation.id) in letter.text
    assert Event.objects.filter(kind="device.suspended").count() == 2


def test_asking_again_gives_the_same_confirmation(phone: Phone, tablet: Phone, now: datetime) -> None:
    first = stop(phone, tablet, now=now)

    again = stop(phone, now=now + timedelta(minutes=5))

    assert again.confirmation.id == first.confirmation.id
    assert Letter.objects.filter(cause__startswith="devices.stopped").count() == 1


def test_ten_at_once_are_confirmed_once(phone: Phone, tablet: Phone, now: datetime) -> None:
    outcomes = at_once(10, lambda _: stop(phone, tablet, now=now))

    assert codes(outcomes) == []
    assert StopConfirmation.objects.count() == 1


def test_nothing_is_stopped_if_one_of_them_is_not_his(phone: Phone, now: datetime) -> None:
    stranger = make_phone(now=now)

    for others in ([stranger.identity.id], []):
        with pytest.raises(UnknownDevice):
            stop_lost_devices(
                customer_id=phone.customer.id, device_ids=[phone.identity.id, *others] if others else [], now=now
            )

    assert phone.device().status == stranger.device().status == DeviceStatus.ACTIVE
    assert not StopConfirmation.objects.exists()


def test_one_that_waits_is_locked_or_was_cloned_is_stopped_too(phone: Phone, tablet: Phone, now: datetime) -> None:
    waiting = Phone()
    waiting.enrol(phone.customer, now=now, source=ActivationSource.MAIL)
    move_device(device_id=phone.identity.id, to=DeviceStatus.LOCKED, reason="customer", by=STAFF, now=now)
    with transaction.atomic():
        suspend_as_cloned(device=tablet.device(), evidence={}, by=STAFF, now=now)

    stop(phone, tablet, waiting, now=now)

    assert {each.device().status_reason for each in (phone, tablet, waiting)} == {"lost_phone"}


def test_nobody_lets_it_go_on_and_its_key_never_enrols_again(phone: Phone, now: datetime) -> None:
    stop(phone, now=now)

    with pytest.raises(WrongState):
        move_device(device_id=phone.identity.id, to=DeviceStatus.ACTIVE, reason="", by=STAFF, now=now)
    with pytest.raises(KeyInUse):
        Phone(key=phone.key).enrol(phone.customer, now=now)
    Phone().enrol(phone.customer, now=now)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE devices_stopconfirmation SET signed = '{}'",
        "DELETE FROM devices_stopconfirmation",
        "TRUNCATE devices_stopconfirmation",
    ],
)
def test_direct_sql_cannot_take_a_confirmation_back(phone: Phone, now: datetime, statement: str) -> None:
    stop(phone, now=now)

    with pytest.raises(DatabaseError, match="stays confirmed"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
