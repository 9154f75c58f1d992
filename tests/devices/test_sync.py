from datetime import datetime, timedelta

import pytest

from apps.audit.models import Record
from apps.devices.errors import DevicePending, DeviceSuspended, InvalidSync, UnknownDevice
from apps.devices.models import ActivationSource
from apps.devices.operations import sync_device
from apps.devices.queries import session_for
from apps.kernel.ids import uuid7
from tests.cast import Phone, make_phone
from tests.devices.crowd import at_once

TEN_MINUTES = timedelta(minutes=10)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(now: datetime) -> Phone:
    return make_phone(now=now)


def sync(phone: Phone, tag: bytes, now: datetime) -> bytes:
    return sync_device(device_id=phone.identity.id, tag=tag, now=now)


def test_a_young_tag_is_handed_out_again(phone: Phone, now: datetime) -> None:
    assert sync(phone, phone.sync, now + TEN_MINUTES - timedelta(seconds=1)) == phone.sync

    assert phone.device().sync_previous is None


def test_an_older_one_is_exchanged_and_remembered(phone: Phone, now: datetime) -> None:
    fresh = sync(phone, phone.sync, now + TEN_MINUTES)

    device = phone.device()
    assert fresh != phone.sync
    assert (bytes(device.sync_current), bytes(device.sync_previous or b"")) == (fresh, phone.sync)
    assert device.sync_changed_at == now + TEN_MINUTES


def test_a_phone_whose_answer_was_lost_asks_again_with_the_previous_one(phone: Phone, now: datetime) -> None:
    lost = sync(phone, phone.sync, now + TEN_MINUTES)

    assert sync(phone, phone.sync, now + TEN_MINUTES) == lost
    later = sync(phone, phone.sync, now + 2 * TEN_MINUTES)

    assert later not in (lost, phone.sync)
    assert bytes(phone.device().sync_previous or b"") == phone.sync


def test_ten_who_ask_at_once_get_the_same_tag(phone: Phone, now: datetime) -> None:
    given = at_once(10, lambda _: sync(phone, phone.sync, now + TEN_MINUTES))

    assert len(set(given)) == 1
    assert phone.device().status == "active"


def test_any_other_tag_suspends_the_device_as_cloned(phone: Phone, now: datetime) -> None:
    token = phone.open_session(now=now).token.reveal()

    for _ in range(2):
        with pytest.raises(DeviceSuspended):
            sync(phone, bytes(4), now)

    device = phone.device()
    assert (device.status, device.status_reason) == ("suspended", "cloned")
    assert session_for(token, now=now) is None
    (evidence,) = Record.objects.filter(action="device.suspended", subject=device.public_id)
    assert (evidence.reason, evidence.facts["seen"]) == ("cloned", "foreign sync tag")


def test_of_a_phone_and_its_clone_one_shows_the_other(phone: Phone, now: datetime) -> None:
    clone_tag = phone.sync
    tag = sync(phone, phone.sync, now + TEN_MINUTES)
    sync(phone, tag, now + 2 * TEN_MINUTES)

    with pytest.raises(DeviceSuspended):
        sync(phone, clone_tag, now + 2 * TEN_MINUTES)


def test_what_is_no_tag_suspends_nobody(phone: Phone, now: datetime) -> None:
    for tag in (b"", b"123", b"12345"):
        with pytest.raises(InvalidSync):
            sync(phone, tag, now)

    assert phone.device().status == "active"


def test_a_pending_device_does_not_sync(phone: Phone, now: datetime) -> None:
    waiting = Phone()
    waiting.enrol(phone.customer, now=now, source=ActivationSource.MAIL)

    with pytest.raises(DevicePending):
        sync(waiting, waiting.sync, now)
    with pytest.raises(UnknownDevice):
        sync_device(device_id=uuid7(), tag=bytes(4), now=now)
