from datetime import datetime, timedelta

import pytest
from django.db import connection

from apps.customers.operations import move_customer
from apps.customers.states import CustomerStatus
from apps.devices.errors import (
    ChallengeInvalid,
    CustomerClosed,
    DeviceLocked,
    DeviceRevoked,
    DeviceSuspended,
    PinNotSet,
    PinWrong,
    SignatureInvalid,
)
from apps.devices.models import ActivationSource, Challenge, Session, SocketTicket
from apps.devices.operations import (
    forget_expired,
    issue_challenge,
    move_device,
    open_session,
    take_socket_ticket,
)
from apps.devices.queries import session_for
from apps.devices.states import DeviceStatus
from apps.kernel.ids import uuid7
from tests.cast import STAFF, WRONG_PIN, Phone, make_phone
from tests.devices.crowd import at_once, codes

MINUTE, SECOND = timedelta(minutes=1), timedelta(seconds=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def phone(now: datetime) -> Phone:
    return make_phone(now=now)


def move(phone: Phone, to: DeviceStatus, now: datetime) -> None:
    move_device(device_id=phone.identity.id, to=to, reason="customer", by=STAFF, now=now)


def test_a_token_names_its_device_and_customer_in_one_statement(
    phone: Phone, now: datetime, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    token = phone.open_session(now=now).token.reveal()

    with django_assert_num_queries(1):
        session = session_for(token, now=now)
        assert session is not None
        assert (session.device, session.device.customer.id) == (phone.identity, phone.customer.id)


def test_a_session_lasts_fifteen_minutes_and_its_confirmation_five(phone: Phone, now: datetime) -> None:
    opened = phone.open_session(now=now)

    session = session_for(opened.token.reveal(), now=now + 15 * MINUTE - SECOND)
    assert session is not None
    assert opened.confirmed_until == now + 5 * MINUTE
    assert (session.is_confirmed(now + 5 * MINUTE - SECOND), session.is_confirmed(now + 5 * MINUTE)) == (True, False)
    assert session_for(opened.token.reveal(), now=now + 15 * MINUTE) is None


def test_without_the_pin_a_session_is_not_confirmed(phone: Phone, now: datetime) -> None:
    opened = phone.open_session(now=now, pin=None)

    session = session_for(opened.token.reveal(), now=now)
    assert opened.confirmed_until is None
    assert session is not None
    assert not session.is_confirmed(now)


def test_the_texts_are_nowhere_in_the_database(phone: Phone, now: datetime) -> None:
    opened = phone.open_session(now=now)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(session::text, '') || (SELECT string_agg(ticket::text, '') FROM devices_socketticket"
            " ticket) || (SELECT string_agg(record::text, '') FROM audit_record record) FROM devices_session session"
        )
        (dump,) = cursor.fetchone()
    for text in (opened.token.reveal(), opened.socket_ticket.reveal()):
        assert text.split("_", 1)[1] not in dump
        assert text not in repr(opened)


def test_random_truncated_and_prolonged_tokens_open_nothing(phone: Phone, now: datetime) -> None:
    token = phone.open_session(now=now).token.reveal()

    for other in ("", "session_", token[:-1], token + "A", token.swapcase(), "\ud800", "\x00", "x" * 100_000):
        assert session_for(other, now=now) is None


@pytest.mark.parametrize("status", [DeviceStatus.LOCKED, DeviceStatus.SUSPENDED, DeviceStatus.REVOKED])
def test_a_stopped_device_has_no_session_and_gets_none(status: DeviceStatus, phone: Phone, now: datetime) -> None:
    token = phone.open_session(now=now).token.reveal()

    move(phone, status, now)

    assert session_for(token, now=now) is None
    assert Session.objects.get().ended_at == now
    expected = {"locked": DeviceLocked, "suspended": DeviceSuspended, "revoked": DeviceRevoked}[status]
    with pytest.raises(expected):
        phone.open_session(now=now)
    assert phone.device().pin_tries_left == 3


def test_unlocking_does_not_bring_a_session_back(phone: Phone, now: datetime) -> None:
    token = phone.open_session(now=now).token.reveal()
    move(phone, DeviceStatus.LOCKED, now)
    move(phone, DeviceStatus.ACTIVE, now)

    assert session_for(token, now=now) is None


def test_a_pending_device_gets_a_session_but_no_socket(phone: Phone, now: datetime) -> None:
    waiting = Phone()
    waiting.enrol(phone.customer, now=now, source=ActivationSource.MAIL)

    opened = waiting.open_session(now=now, pin=None)

    session = session_for(opened.token.reveal(), now=now)
    assert session is not None
    assert session.device.status == "pending"
    assert take_socket_ticket(ticket=opened.socket_ticket.reveal(), now=now) is None


def test_a_frozen_customer_may_look_and_a_closed_one_may_not(phone: Phone, now: datetime) -> None:
    opened = phone.open_session(now=now)
    token, ticket = opened.token.reveal(), opened.socket_ticket.reveal()

    move_customer(customer_id=phone.customer.id, to=CustomerStatus.FROZEN, reason="test", by=STAFF, now=now)
    assert session_for(token, now=now) is not None
    assert phone.open_session(now=now).confirmed_until

    move_customer(customer_id=phone.customer.id, to=CustomerStatus.CLOSED, reason="test", by=STAFF, now=now)
    assert session_for(token, now=now) is None
    assert take_socket_ticket(ticket=ticket, now=now) is None
    with pytest.raises(CustomerClosed):
        phone.open_session(now=now)


def test_a_bad_signature_costs_nothing_and_an_unknown_device_is_told_the_same(phone: Phone, now: datetime) -> None:
    challenge = issue_challenge(device_id=None, now=now)
    bad_pin = phone.session_pin_ok(WRONG_PIN, challenge)
    good = phone.sign(phone.session_message(challenge))
    forged = Phone(enrolled=phone.identity).sign(phone.session_message(challenge))

    for device_id, signature, value in (
        (phone.identity.id, forged, challenge),
        (phone.identity.id, b"", challenge),
        (phone.identity.id, good, bytes(32)),
        (phone.identity.id, good, b"short"),
        (uuid7(), good, challenge),
    ):
        with pytest.raises(SignatureInvalid):
            open_session(device_id=device_id, challenge=value, signature=signature, pin_ok=bad_pin, now=now)

    assert phone.device().pin_tries_left == 3
    assert Challenge.objects.get(value=challenge).used_at is None
    assert open_session(device_id=phone.identity.id, challenge=challenge, signature=good, pin_ok=None, now=now)


def test_a_challenge_opens_one_session(phone: Phone, now: datetime) -> None:
    challenge = issue_challenge(device_id=phone.identity.id, now=now)
    signature = phone.sign(phone.session_message(challenge))

    def answer(_: int) -> object:
        return open_session(device_id=phone.identity.id, challenge=challenge, signature=signature, pin_ok=None, now=now)

    assert codes(at_once(10, answer)) == ["challenge_invalid"] * 9
    assert Session.objects.count() == 1


def test_an_old_or_foreign_challenge_opens_nothing_and_costs_no_try(phone: Phone, now: datetime) -> None:
    other = make_phone(now=now)
    old = issue_challenge(device_id=None, now=now - 2 * MINUTE)
    foreign = issue_challenge(device_id=other.identity.id, now=now)

    for challenge in (old, foreign, bytes(32)):
        with pytest.raises(ChallengeInvalid):
            open_session(
                device_id=phone.identity.id,
                challenge=challenge,
                signature=phone.sign(phone.session_message(challenge)),
                pin_ok=phone.session_pin_ok(WRONG_PIN, challenge),
                now=now,
            )
    assert phone.device().pin_tries_left == 3


def test_a_wrong_pin_costs_a_try_and_its_challenge(phone: Phone, now: datetime) -> None:
    with pytest.raises(PinWrong) as refused:
        phone.open_session(now=now, pin=WRONG_PIN)

    assert refused.value.facts == {"tries_left": 2}
    assert phone.device().pin_tries_left == 2
    assert not Session.objects.exists()
    assert Challenge.objects.latest("expires_at", "id").used_at == now


@pytest.mark.parametrize("junk", [b"", b"x", bytes(32), bytes(10_000)])
def test_a_proof_of_any_other_shape_costs_a_try_too(junk: bytes, phone: Phone, now: datetime) -> None:
    challenge = issue_challenge(device_id=None, now=now)
    signature = phone.sign(phone.session_message(challenge))

    with pytest.raises(PinWrong):
        open_session(device_id=phone.identity.id, challenge=challenge, signature=signature, pin_ok=junk, now=now)

    assert phone.device().pin_tries_left == 2


def test_a_right_pin_brings_the_tries_back(phone: Phone, now: datetime) -> None:
    for _ in range(2):
        with pytest.raises(PinWrong):
            phone.open_session(now=now, pin=WRONG_PIN)

    assert phone.open_session(now=now).confirmed_until

    assert (phone.device().pin_tries_left, len(phone.device().pin_wrong_times)) == (3, 2)


def test_of_fifty_wrong_pins_at_once_three_are_evaluated(phone: Phone, now: datetime) -> None:
    outcomes = at_once(50, lambda _: phone.open_session(now=now, pin=WRONG_PIN))

    assert codes(outcomes) == ["pin_locked"] * 47 + ["pin_wrong"] * 3
    assert len(phone.device().pin_wrong_times) == 3


def test_without_a_pin_nothing_is_confirmed(now: datetime) -> None:
    phone = make_phone(now=now, pin=None)

    with pytest.raises(PinNotSet):
        phone.open_session(now=now, pin="1234")

    assert phone.open_session(now=now, pin=None).confirmed_until is None


def test_a_ticket_opens_one_socket_within_a_minute(phone: Phone, now: datetime) -> None:
    first, second = phone.open_session(now=now), phone.open_session(now=now)

    taken = at_once(10, lambda _: take_socket_ticket(ticket=first.socket_ticket.reveal(), now=now))

    assert [device for device in taken if device is not None] == [phone.identity]
    assert take_socket_ticket(ticket=second.socket_ticket.reveal(), now=now + MINUTE) is None
    for other in ("", "ticket_", second.token.reveal(), "\ud800"):
        assert take_socket_ticket(ticket=other, now=now) is None


def test_a_stopped_devices_ticket_is_worth_nothing(phone: Phone, now: datetime) -> None:
    ticket = phone.open_session(now=now).socket_ticket.reveal()

    move(phone, DeviceStatus.LOCKED, now)

    assert take_socket_ticket(ticket=ticket, now=now) is None


def test_what_expired_is_forgotten_in_small_helpings(phone: Phone, now: datetime) -> None:
    for _ in range(3):
        phone.open_session(now=now)
    kept = phone.open_session(now=now + 60 * MINUTE)
    before = now + 30 * MINUTE

    assert forget_expired(before=before, limit=2) == 6
    assert forget_expired(before=before, limit=100) == 5
    assert forget_expired(before=before, limit=100) == 0

    assert (Session.objects.get().id, SocketTicket.objects.count()) == (kept.session.id, 1)
    assert Challenge.objects.count() == 1
