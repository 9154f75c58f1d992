"""How a phone opens a session, and what opens none."""

import secrets
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.customers.operations import move_customer
from apps.customers.states import CustomerStatus
from apps.devices.models import Session
from apps.devices.operations import move_device
from apps.devices.states import DeviceStatus
from tests.cast import STAFF, WRONG_PIN, Phone, make_phone
from tests.wallet_api.door import Door, assert_problem, body_of, come_in, encoded, session_request


def test_a_session_lasts_fifteen_minutes_and_confirms_for_five(stranger: Door, phone: Phone) -> None:
    before = timezone.now()
    opened = body_of(stranger.post("sessions", session_request(phone, stranger.challenge())), 201)

    assert opened.keys() == {"token", "expires_at", "confirmed_until", "socket_ticket"}
    expires_at, confirmed_until = (datetime.fromisoformat(opened[name]) for name in ("expires_at", "confirmed_until"))
    assert timedelta(minutes=14) < expires_at - before < timedelta(minutes=16)
    assert timedelta(minutes=4) < confirmed_until - before < timedelta(minutes=6)
    body_of(Door(token=opened["token"]).get("device"))


def test_without_the_pin_nothing_is_confirmed(stranger: Door, phone: Phone) -> None:
    opened = body_of(stranger.post("sessions", session_request(phone, stranger.challenge(), pin=None)), 201)

    assert opened["confirmed_until"] is None
    assert_problem(
        Door(token=opened["token"]).post("instruments", {"kind": "bank_account"}), 403, "confirmation_required"
    )


def test_a_confirmation_ends_before_its_session(phone: Phone) -> None:
    confirmed = come_in(phone)
    Session.objects.update(confirmed_until=timezone.now())

    assert_problem(confirmed.post("instruments", {"kind": "bank_account"}), 403, "confirmation_required")
    body_of(confirmed.get("device"))


def test_a_wrong_pin_says_how_many_tries_are_left_and_the_third_locks(stranger: Door, phone: Phone) -> None:
    for left in (2, 1, 0):
        request = session_request(phone, stranger.challenge(), pin=WRONG_PIN)
        assert assert_problem(stranger.post("sessions", request), 403, "pin_wrong")["tries_left"] == left

    assert_problem(stranger.post("sessions", session_request(phone, stranger.challenge())), 403, "pin_locked")
    assert body_of(come_in(phone, pin=None).get("device"))["pin"] == {"state": "locked", "epoch": 1, "tries_left": 0}


def test_a_bad_signature_costs_nothing(stranger: Door, phone: Phone) -> None:
    for _ in range(4):
        request = session_request(phone, stranger.challenge(), pin=WRONG_PIN) | {"signature": encoded(bytes(64))}
        assert_problem(stranger.post("sessions", request), 401, "signature_invalid")

    assert phone.device().pin_tries_left == 3


@pytest.mark.parametrize("device_id", ["dev_" + "0" * 26, "pay_" + "0" * 26, "x", "dev_" + "u" * 26])
def test_an_unknown_device_looks_like_a_bad_signature(stranger: Door, phone: Phone, device_id: str) -> None:
    request = session_request(phone, stranger.challenge()) | {"device_id": device_id}

    assert_problem(stranger.post("sessions", request), 401, "signature_invalid")


def test_d23_a_challenge_opens_one_session(stranger: Door, phone: Phone) -> None:
    request = session_request(phone, stranger.challenge())
    body_of(stranger.post("sessions", request), 201)

    answer = stranger.post("sessions", request)
    assert_problem(answer, 401, "challenge_invalid")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")
    assert Session.objects.count() == 1


def test_a_challenge_that_was_never_given_opens_none(stranger: Door, phone: Phone) -> None:
    request = session_request(phone, secrets.token_bytes(32))

    assert_problem(stranger.post("sessions", request), 401, "challenge_invalid")


def test_a_challenge_of_a_session_serves_only_its_device(door: Door, stranger: Door, now: datetime) -> None:
    other = make_phone(now=now)

    assert_problem(stranger.post("sessions", session_request(other, door.challenge())), 401, "challenge_invalid")


def test_a_signature_of_another_phone_opens_none(stranger: Door, phone: Phone, now: datetime) -> None:
    request = session_request(make_phone(now=now), stranger.challenge())

    assert_problem(
        stranger.post("sessions", request | {"device_id": phone.identity.public_id}), 401, "signature_invalid"
    )


@pytest.mark.parametrize(
    ("to", "code"),
    [
        (DeviceStatus.LOCKED, "device_locked"),
        (DeviceStatus.SUSPENDED, "device_suspended"),
        (DeviceStatus.REVOKED, "device_revoked"),
    ],
)
def test_d17_a_stopped_device_has_no_session_and_gets_none(
    door: Door, stranger: Door, phone: Phone, to: DeviceStatus, code: str
) -> None:
    move_device(device_id=phone.identity.id, to=to, reason="staff", by=STAFF, now=timezone.now())

    assert_problem(door.get("device"), 401, "unauthenticated")
    assert_problem(stranger.post("sessions", session_request(phone, stranger.challenge())), 403, code)


def test_d19_no_other_text_is_a_token(door: Door, phone: Phone) -> None:
    token = door.token
    wrong = [
        token[:-1],
        token + "A",
        token.upper(),
        "session_" + secrets.token_urlsafe(32),
        "till_live_" + secrets.token_urlsafe(32),
        "x" * 4000,
        phone.identity.public_id,
    ]

    problems = [assert_problem(Door(token=text).get("device"), 401, "unauthenticated") for text in wrong]
    problems.append(assert_problem(Door().get(f"device?token={token}"), 401, "unauthenticated"))
    problems.append(assert_problem(Door().get(f"device?access_token={token}"), 401, "unauthenticated"))

    assert all({**problem, "request_id": ""} == {**problems[0], "request_id": ""} for problem in problems)


@pytest.mark.parametrize("scheme", ["", "Basic ", "Bearer  ", "bearer: "])
def test_d19_no_other_scheme_opens_the_door(door: Door, scheme: str) -> None:
    answer = Door().send("GET", "device", HTTP_AUTHORIZATION=scheme + door.token)

    assert_problem(answer, 401, "unauthenticated")
    assert answer.headers["WWW-Authenticate"].startswith("Bearer")


def test_an_expired_session_is_over(door: Door) -> None:
    Session.objects.update(expires_at=timezone.now())

    assert_problem(door.get("device"), 401, "unauthenticated")


def test_a_wrong_token_gets_no_challenge_either() -> None:
    assert_problem(Door(token="wrong").post("challenges"), 401, "unauthenticated")


@pytest.mark.parametrize(
    "path",
    [
        "device",
        "devices",
        "instruments",
        "events",
        "payments",
        "payments/pay_00000000000000000000000000",
        "payments/pay_00000000000000000000000000/receipt",
        "payments/pay_00000000000000000000000000/refunds/ref_00000000000000000000000000/receipt",
        "limits",
    ],
)
def test_nobody_reads_without_a_session(stranger: Door, path: str) -> None:
    assert_problem(stranger.get(path), 401, "unauthenticated")


@pytest.mark.parametrize(
    "path",
    [
        "device/sync",
        "instruments",
        "instruments/1/rename",
        "instruments/1/default",
        "instruments/00000000-0000-0000-0000-000000000000/complete",
        "devices/dev_00000000000000000000000000/lock",
        "devices/dev_00000000000000000000000000/unlock",
        "devices/dev_00000000000000000000000000/revoke",
        "consents/pay_00000000000000000000000000",
    ],
)
def test_nobody_writes_without_a_session(stranger: Door, path: str) -> None:
    assert_problem(stranger.post(path, {}), 401, "unauthenticated")


@pytest.mark.parametrize("member", ["challenge", "signature", "pin_ok"])
@pytest.mark.parametrize("spoil", [lambda text: text + "=", lambda text: text[:-1], lambda text: "é" + text[1:]])
def test_binary_values_have_one_spelling(stranger: Door, phone: Phone, member: str, spoil: object) -> None:
    request = session_request(phone, stranger.challenge())
    assert callable(spoil)

    problem = assert_problem(
        stranger.post("sessions", request | {member: spoil(request[member])}), 422, "invalid_field"
    )
    assert problem["errors"][0]["pointer"] == f"/{member}"


def test_spare_bits_are_not_a_second_spelling(stranger: Door, phone: Phone) -> None:
    request = session_request(phone, stranger.challenge())
    # 32 bytes leave two spare bits in the last of 43 characters.
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
    last = alphabet[alphabet.index(request["challenge"][-1]) + 1]

    answer = stranger.post("sessions", request | {"challenge": request["challenge"][:-1] + last})

    assert_problem(answer, 422, "invalid_field")


def test_a_frozen_customer_looks_and_moves_nothing(door: Door, confirmed: Door, phone: Phone) -> None:
    move_customer(customer_id=phone.customer.id, to=CustomerStatus.FROZEN, reason="asked", by=STAFF, now=timezone.now())

    body_of(door.get("payments"))
    assert_problem(confirmed.post("instruments", {"kind": "bank_account"}), 403, "customer_frozen")


def test_a_closed_customer_has_no_session(door: Door, phone: Phone) -> None:
    move_customer(customer_id=phone.customer.id, to=CustomerStatus.CLOSED, reason="asked", by=STAFF, now=timezone.now())

    assert_problem(door.get("device"), 401, "unauthenticated")
