"""Own devices: seen, locked at once, let go on or revoked only with the PIN."""

from datetime import datetime

import pytest
import redis
from django.conf import settings
from django.utils import timezone

from apps.audit.models import Record
from apps.devices.operations import move_device
from apps.devices.states import DeviceStatus
from apps.live.commands import COMMANDS
from tests.cast import STAFF, Phone, make_phone
from tests.wallet_api.door import Door, assert_problem, body_of, come_in


@pytest.fixture
def second(phone: Phone, now: datetime) -> Phone:
    """Another phone of the same customer."""
    return make_phone(now=now, customer=phone.customer)


def address(phone: Phone, verb: str) -> str:
    return f"devices/{phone.identity.public_id}/{verb}"


def test_a_customer_sees_his_own_and_nobody_elses(door: Door, phone: Phone, second: Phone, now: datetime) -> None:
    make_phone(now=now)

    listed = body_of(door.get("devices"))

    assert listed["next_cursor"] is None
    assert {item["device_id"]: item["is_this_device"] for item in listed["data"]} == {
        phone.identity.public_id: True,
        second.identity.public_id: False,
    }
    assert listed["data"][0].keys() == {
        "device_id",
        "name",
        "platform",
        "key_protection",
        "status",
        "is_this_device",
        "device_ref",
        "public_key",
        "enrolled_at",
    }


def test_locking_needs_no_pin_and_unlocking_does(door: Door, confirmed: Door, second: Phone) -> None:
    stopped = come_in(second, pin=None)

    assert body_of(door.post(address(second, "lock")))["status"] == "locked"
    assert body_of(door.post(address(second, "lock"), {}))["status"] == "locked"
    assert_problem(stopped.get("device"), 401, "unauthenticated")

    assert_problem(door.post(address(second, "unlock")), 403, "confirmation_required")
    assert body_of(confirmed.post(address(second, "unlock")))["status"] == "active"
    (trace,) = Record.objects.filter(action="device.active")
    assert trace.actor_kind == "device"


def test_a_phone_may_lock_itself_and_has_no_session_to_undo_it(confirmed: Door, phone: Phone) -> None:
    assert body_of(confirmed.post(address(phone, "lock")))["status"] == "locked"

    assert_problem(confirmed.post(address(phone, "unlock")), 401, "unauthenticated")


def test_a_device_does_not_let_itself_go_on(confirmed: Door, phone: Phone) -> None:
    assert_problem(confirmed.post(address(phone, "unlock")), 403, "own_device")


def test_what_was_suspended_as_cloned_is_not_unlocked(confirmed: Door, second: Phone) -> None:
    move_device(device_id=second.identity.id, to=DeviceStatus.SUSPENDED, reason="cloned", by=STAFF, now=timezone.now())

    assert_problem(confirmed.post(address(second, "unlock")), 409, "wrong_state")


def test_revoking_wants_the_pin(door: Door, confirmed: Door, second: Phone) -> None:
    assert_problem(door.post(address(second, "revoke")), 403, "confirmation_required")

    assert body_of(confirmed.post(address(second, "revoke")))["status"] == "revoked"
    assert body_of(confirmed.post(address(second, "revoke")))["status"] == "revoked"
    assert [item["status"] for item in body_of(door.get("devices"))["data"]] == ["active"]


def test_the_last_device_goes_only_after_a_warning(confirmed: Door, phone: Phone) -> None:
    assert_problem(confirmed.post(address(phone, "revoke")), 409, "last_device")
    assert_problem(confirmed.post(address(phone, "revoke"), {"warning_accepted": False}), 409, "last_device")
    assert phone.device().status == "active"

    assert body_of(confirmed.post(address(phone, "revoke"), {"warning_accepted": True}))["status"] == "revoked"
    assert_problem(confirmed.get("device"), 401, "unauthenticated")


@pytest.mark.parametrize("verb", ["lock", "unlock", "revoke"])
def test_nobody_touches_somebody_elses_device(confirmed: Door, now: datetime, verb: str) -> None:
    foreign = make_phone(now=now)

    problem = assert_problem(confirmed.post(address(foreign, verb)), 404, "device_not_found")

    assert foreign.device().status == "active"
    for nobody in ("dev_00000000000000000000000000", "pay_00000000000000000000000000", "dev_", "%00"):
        other = assert_problem(confirmed.post(f"devices/{nobody}/{verb}"), 404, "device_not_found")
        assert {**other, "request_id": ""} == {**problem, "request_id": ""}


@pytest.mark.parametrize(
    ("verb", "body", "code"),
    [
        ("lock", {"status": "active"}, "unknown_field"),
        ("unlock", {"reason": "x"}, "unknown_field"),
        ("revoke", {"warning_accepted": "true"}, "invalid_field"),
        ("revoke", {"warning_accepted": True, "customer": "cus"}, "unknown_field"),
    ],
)
def test_d16_fields_that_are_not_theirs_are_refused(
    confirmed: Door, second: Phone, verb: str, body: dict[str, object], code: str
) -> None:
    assert_problem(confirmed.post(address(second, verb), body), 422, code)

    assert second.device().status == "active"


@pytest.mark.parametrize("verb", ["lock", "revoke"])
def test_the_sockets_of_a_stopped_device_are_told_to_close(confirmed: Door, second: Phone, verb: str) -> None:
    with redis.Redis.from_url(settings.REDIS_URL) as client, client.pubsub() as listening:
        listening.subscribe(COMMANDS)
        listening.get_message(timeout=2)

        body_of(confirmed.post(address(second, verb)))

        heard = listening.get_message(timeout=2)
    assert heard is not None
    assert str(second.identity.id).encode() in heard["data"]
