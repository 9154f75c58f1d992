"""Direct SQL cannot give a device another identity, a lower counter, a new life; PostgreSQL itself refuses."""

from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from apps.devices.models import ActivationCode, Challenge, Device, Session
from apps.devices.operations import issue_activation_code, move_device, take_socket_ticket
from apps.devices.states import DeviceStatus
from tests.cast import STAFF, Phone, make_customer, make_phone

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(now: datetime) -> Phone:
    return make_phone(now=now)


def run(statement: str) -> int:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.rowcount


def refused(statement: str) -> None:
    with pytest.raises(DatabaseError):
        run(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM devices_device",
        "TRUNCATE devices_device CASCADE",
        "SET LOCAL session_replication_role = replica; DELETE FROM devices_device",
        "UPDATE devices_device SET id = gen_random_uuid()",
        "UPDATE devices_device SET customer_id = (SELECT id FROM customers_customer WHERE email LIKE 'mallory%')",
        "UPDATE devices_device SET device_ref = '\\x0102030405060708'",
        "UPDATE devices_device SET public_key = public_key || '\\x00'",
        "UPDATE devices_device SET public_key = decode(repeat('04', 65), 'hex')",
        "UPDATE devices_device SET certificate = ''",
        "UPDATE devices_device SET enrolled_at = now()",
        "UPDATE devices_device SET counter = 6",
        "UPDATE devices_device SET counter = -1",
        "UPDATE devices_device SET counter = 4294967296",
        "UPDATE devices_device SET last_issued_at = -1",
        "UPDATE devices_device SET pin_epoch = 0, pin_kek_id = ''",
        "UPDATE devices_device SET pin_epoch = 3",
        "UPDATE devices_device SET pin_kek_id = ''",
        "UPDATE devices_device SET pin_tries_left = 4",
        "UPDATE devices_device SET pin_tries_left = -1",
        "UPDATE devices_device SET pin_locked_at = now()",
        "UPDATE devices_device SET status = 'asleep'",
        "UPDATE devices_device SET status = 'pending'",
        "UPDATE devices_device SET status = 'revoked'",
        "UPDATE devices_device SET revoked_at = now()",
        "UPDATE devices_device SET activated_at = NULL",
        "UPDATE devices_device SET sync_current = ''",
        "UPDATE devices_device SET key_protection = 'wishful'",
        "SET LOCAL session_replication_role = replica; UPDATE devices_device SET counter = 6",
    ],
)
def test_an_enrolled_device_stays_what_it_is(statement: str, phone: Phone, now: datetime) -> None:
    make_customer(now=now, email="mallory@example.com")
    run("UPDATE devices_device SET counter = 7")
    before = Device.objects.values().get()

    refused(statement)

    assert Device.objects.values().get() == before


def test_what_changes_in_a_devices_life_may_change(phone: Phone) -> None:
    assert run("UPDATE devices_device SET counter = 4294967295, last_issued_at = 4294967295, name = 'Work'") == 1
    assert run("UPDATE devices_device SET pin_epoch = 2, pin_kek_id = 'next', pin_tries_left = 1") == 1


def test_a_locked_pin_is_locked_for_the_database_too(phone: Phone) -> None:
    run("UPDATE devices_device SET pin_tries_left = 0, pin_locked_at = now()")

    refused("UPDATE devices_device SET pin_tries_left = 3")
    refused("UPDATE devices_device SET pin_locked_at = NULL")
    refused("UPDATE devices_device SET pin_tries_left = 3, pin_locked_at = NULL")


def test_a_revoked_device_has_no_way_back(phone: Phone, now: datetime) -> None:
    move_device(device_id=phone.identity.id, to=DeviceStatus.REVOKED, reason="customer", by=STAFF, now=now)

    for status in ("active", "pending", "locked", "suspended"):
        refused(f"UPDATE devices_device SET status = '{status}', revoked_at = NULL")  # noqa: S608  # our own words
    refused("UPDATE devices_device SET revoked_at = NULL")
    assert run("UPDATE devices_device SET counter = 9") == 1


@pytest.mark.parametrize("reason", ["cloned", "lost_phone"])
def test_nor_has_one_that_was_stopped_for_good(reason: str, phone: Phone, now: datetime) -> None:
    move_device(device_id=phone.identity.id, to=DeviceStatus.SUSPENDED, reason=reason, by=STAFF, now=now)

    refused("UPDATE devices_device SET status = 'active', status_reason = ''")
    refused("UPDATE devices_device SET status_reason = 'operator'")
    refused("UPDATE devices_device SET status = 'active'")


def test_two_devices_share_neither_key_nor_reference(phone: Phone, now: datetime) -> None:
    other = make_phone(now=now).device()
    for shared in ("public_key", "device_ref"):
        twin = phone.device()
        twin.id, twin.public_key, twin.device_ref = Device().id, bytes(65), bytes(8)
        setattr(twin, shared, getattr(other, shared))
        with pytest.raises(DatabaseError, match="unique"), transaction.atomic():
            twin.save(force_insert=True)


def test_what_was_used_stays_used(phone: Phone, now: datetime) -> None:
    opened = phone.open_session(now=now)
    take_socket_ticket(ticket=opened.socket_ticket.reveal(), now=now)
    run("UPDATE devices_session SET ended_at = now()")

    for table, moment in (
        ("activationcode", "used_at"),
        ("challenge", "used_at"),
        ("socketticket", "used_at"),
        ("session", "ended_at"),
    ):
        refused(f"UPDATE devices_{table} SET {moment} = NULL WHERE {moment} IS NOT NULL")  # noqa: S608  # our own words
        refused(f"UPDATE devices_{table} SET {moment} = now() + interval '1 day' WHERE {moment} IS NOT NULL")  # noqa: S608
    assert Challenge.objects.filter(used_at=None).count() == 0
    assert Session.objects.get().ended_at is not None


def test_what_was_issued_goes_to_nobody_else(phone: Phone, now: datetime) -> None:
    phone.open_session(now=now)
    other = make_phone(now=now)

    refused(f"UPDATE devices_session SET device_id = '{other.identity.id}'")  # noqa: S608  # our own id
    refused(f"UPDATE devices_activationcode SET customer_id = '{other.customer.id}'")  # noqa: S608
    refused("UPDATE devices_activationcode SET source = 'counter'")
    refused("UPDATE devices_challenge SET value = decode(repeat('00', 32), 'hex')")


def test_wrong_guesses_are_not_forgotten(phone: Phone, now: datetime) -> None:
    issue_activation_code(customer_id=phone.customer.id, source="letter", by=STAFF, now=now)  # type: ignore[arg-type]
    run("UPDATE devices_activationcode SET failures = 4, revoked_at = now() WHERE used_at IS NULL")

    refused("UPDATE devices_activationcode SET failures = 3 WHERE used_at IS NULL")
    refused("UPDATE devices_activationcode SET failures = 6 WHERE used_at IS NULL")
    refused("UPDATE devices_activationcode SET revoked_at = NULL WHERE used_at IS NULL")
    assert ActivationCode.objects.get(used_at=None).failures == 4
