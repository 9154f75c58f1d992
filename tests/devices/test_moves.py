import itertools
from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from apps.audit.models import Record
from apps.devices.errors import OwnDevice, UnknownDevice
from apps.devices.locks import lock_device
from apps.devices.models import ActivationSource, Device
from apps.devices.operations import move_device, suspend_as_cloned
from apps.devices.states import MOVES, DeviceStatus
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.transitions import WrongState
from tests.cast import STAFF, Phone, make_phone
from tests.devices.crowd import at_once

pytestmark = pytest.mark.django_db(transaction=True)

SYSTEM = Actor("system", "tests")


@pytest.fixture
def phone(now: datetime) -> Phone:
    return make_phone(now=now)


def move(phone: Phone, to: DeviceStatus, now: datetime, reason: str = "customer", by: Actor = STAFF) -> Device:
    return move_device(device_id=phone.identity.id, to=to, reason=reason, by=by, now=now)


def clone(phone: Phone, now: datetime) -> None:
    with transaction.atomic():
        suspend_as_cloned(
            device=lock_device(phone.identity.id), evidence={"counter": 7, "seen": "two bodies"}, by=SYSTEM, now=now
        )


def put(phone: Phone, status: DeviceStatus, now: datetime) -> None:
    """Bring an enrolled phone into that status."""
    if status != phone.device().status:
        move(phone, status, now, reason="operator")


def make_in(status: DeviceStatus, now: datetime) -> Phone:
    phone = make_phone(now=now, pin=None)
    if status == DeviceStatus.PENDING:
        waiting = Phone()
        waiting.enrol(phone.customer, now=now, source=ActivationSource.MAIL)
        return waiting
    put(phone, status, now)
    return phone


def test_every_status_has_its_row() -> None:
    assert set(MOVES) == set(DeviceStatus)


@pytest.mark.parametrize(("current", "target"), list(itertools.permutations(DeviceStatus, 2)))
def test_operation_and_database_allow_what_the_table_says(
    current: DeviceStatus, target: DeviceStatus, now: datetime
) -> None:
    phone, twin = make_in(current, now), make_in(current, now)
    statement = "UPDATE devices_device SET status = %s, activated_at = %s, revoked_at = %s WHERE id = %s"
    values = [target, now, now if target == "revoked" else None, twin.identity.id]

    def by_sql() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement, values)

    if target in MOVES[current]:
        assert move(phone, target, now).status == target
        by_sql()
    else:
        with pytest.raises(WrongState):
            move(phone, target, now)
        with pytest.raises(DatabaseError, match="cannot go from"):
            by_sql()


def test_a_locked_device_is_unlocked_and_nothing_stays_of_it(phone: Phone, now: datetime) -> None:
    assert move(phone, DeviceStatus.LOCKED, now).status_reason == "customer"

    assert move(phone, DeviceStatus.ACTIVE, now).status_reason == ""


def test_no_device_lets_itself_go_on(phone: Phone, now: datetime) -> None:
    move(phone, DeviceStatus.LOCKED, now)

    with pytest.raises(OwnDevice):
        move(phone, DeviceStatus.ACTIVE, now, by=Actor("device", phone.identity.public_id))

    assert move(phone, DeviceStatus.ACTIVE, now, by=Actor("device", "dev_other")).status == "active"


def test_a_pending_device_is_not_approved_by_unlocking_it(now: datetime) -> None:
    waiting = make_in(DeviceStatus.PENDING, now)

    for kind in ("device", "customer"):
        with pytest.raises(WrongState):
            move(waiting, DeviceStatus.ACTIVE, now, by=Actor(kind, "other"))

    device = move(waiting, DeviceStatus.ACTIVE, now)
    assert (device.status, device.activated_at) == ("active", now)


def test_nor_by_way_of_a_suspension(now: datetime) -> None:
    waiting = make_in(DeviceStatus.PENDING, now)
    move(waiting, DeviceStatus.SUSPENDED, now, reason="operator")

    with pytest.raises(WrongState):
        move(waiting, DeviceStatus.ACTIVE, now)


@pytest.mark.parametrize("reason", ["cloned", "lost_phone"])
def test_what_was_cloned_or_lost_never_becomes_active_again(reason: str, phone: Phone, now: datetime) -> None:
    move(phone, DeviceStatus.SUSPENDED, now, reason=reason)
    move(phone, DeviceStatus.SUSPENDED, now, reason="operator")

    assert phone.device().status_reason == reason
    with pytest.raises(WrongState):
        move(phone, DeviceStatus.ACTIVE, now)
    assert move(phone, DeviceStatus.REVOKED, now).revoked_at == now


def test_a_suspended_device_that_is_lost_as_well_is_stopped_for_good(phone: Phone, now: datetime) -> None:
    move(phone, DeviceStatus.SUSPENDED, now, reason="operator")

    move(phone, DeviceStatus.SUSPENDED, now, reason="lost_phone")

    with pytest.raises(WrongState):
        move(phone, DeviceStatus.ACTIVE, now)


def test_the_same_move_twice_leaves_one_trace(phone: Phone, now: datetime) -> None:
    at_once(10, lambda _: move(phone, DeviceStatus.REVOKED, now))

    (trace,) = Record.objects.filter(action="device.revoked")
    assert (trace.subject, trace.reason, trace.facts["was"]) == (phone.identity.public_id, "customer", "active")


def test_a_clone_is_suspended_with_the_evidence_once(phone: Phone, now: datetime) -> None:
    clone(phone, now)
    clone(phone, now)

    assert (phone.device().status, phone.device().status_reason) == ("suspended", "cloned")
    (evidence,) = Record.objects.filter(action="device.suspended")
    assert (evidence.facts["counter"], evidence.facts["seen"]) == (7, "two bodies")


def test_a_clone_of_a_suspended_device_makes_the_suspension_final(phone: Phone, now: datetime) -> None:
    move(phone, DeviceStatus.SUSPENDED, now, reason="operator")

    clone(phone, now)

    assert phone.device().status_reason == "cloned"


@pytest.mark.parametrize(("status", "reason"), [("revoked", "customer"), ("suspended", "lost_phone")])
def test_a_clone_of_what_is_stopped_for_good_changes_nothing(
    status: DeviceStatus, reason: str, phone: Phone, now: datetime
) -> None:
    move(phone, DeviceStatus(status), now, reason=reason)

    clone(phone, now)

    assert (phone.device().status, phone.device().status_reason) == (status, reason)


def test_a_suspension_that_is_rolled_back_did_not_happen(phone: Phone, now: datetime) -> None:
    with transaction.atomic():
        suspend_as_cloned(device=lock_device(phone.identity.id), evidence={}, by=SYSTEM, now=now)
        transaction.set_rollback(True)

    assert phone.device().status == "active"


def test_nobody_is_nobody(now: datetime) -> None:
    with pytest.raises(UnknownDevice):
        move_device(device_id=uuid7(), to=DeviceStatus.LOCKED, reason="customer", by=STAFF, now=now)


def test_a_device_that_is_stopped_has_its_sockets_closed_after_the_commit(
    monkeypatch: pytest.MonkeyPatch, now: datetime
) -> None:
    closed: list[str] = []
    monkeypatch.setattr("apps.devices.operations.moves.close_sockets", closed.append)
    phone = make_phone(now=now)

    move_device(device_id=phone.identity.id, to=DeviceStatus.LOCKED, reason="customer", by=STAFF, now=now)
    move_device(device_id=phone.identity.id, to=DeviceStatus.ACTIVE, reason="", by=STAFF, now=now)

    assert closed == [str(phone.identity.id)]
