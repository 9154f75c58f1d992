from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.audit.models import Record
from apps.customers.models import Customer
from apps.devices.errors import (
    ChallengeInvalid,
    DeviceLimit,
    InvalidKey,
    InvalidName,
    KeyInUse,
    ProofInvalid,
)
from apps.devices.models import ActivationCode, ActivationSource, Challenge, Device
from apps.devices.operations import enrol_device, issue_activation_code, issue_challenge, move_device
from apps.devices.queries import device_for_code, devices_of, live_devices_of
from apps.devices.states import DeviceStatus
from apps.keys.errors import KeysUnavailable
from tests.cast import STAFF, Phone, make_customer, make_keys, make_phone
from tests.devices.crowd import at_once, codes

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def alice(now: datetime) -> Customer:
    make_keys(now=now)
    return make_customer(now=now, email="alice@example.com")


def issue(customer: Customer, now: datetime, source: ActivationSource = ActivationSource.LETTER) -> str:
    return issue_activation_code(customer_id=customer.id, source=source, by=STAFF, now=now).code.reveal()


def enrol(code: str, phone: Phone, now: datetime, **other: object) -> Device:
    """Enrol with everything right but what is given."""
    challenge = issue_challenge(device_id=None, now=now)
    right: dict[str, object] = {
        "activation_code": code,
        "name": "Alice's phone",
        "platform": "web",
        "public_key": phone.public_key,
        "challenge": challenge,
        "proof": phone.proof(code, challenge),
        "now": now,
    }
    return enrol_device(**(right | other))  # type: ignore[arg-type]


def test_a_phone_becomes_an_active_device_and_its_customer_is_established(alice: Customer, now: datetime) -> None:
    phone = Phone()

    device = phone.enrol(alice, now=now)

    assert device == device_for_code(bytes(device.device_ref)) == phone.device()
    assert (device.status, device.customer, device.activated_at, device.counter) == ("active", alice, now, 0)
    assert (device.pin_epoch, device.pin_tries_left, device.sync_previous) == (0, 3, None)
    assert (len(device.device_ref), len(device.sync_current)) == (8, 4)
    assert Customer.objects.get(id=alice.id).established_at == now
    (evidence,) = Record.objects.filter(action="device.enrolled")
    assert (evidence.subject, evidence.actor_id) == (device.public_id, alice.public_id)


def test_a_code_names_its_device_and_customer_in_one_statement(
    alice: Customer, now: datetime, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    phone = make_phone(now=now, customer=alice)

    with django_assert_num_queries(1):
        device = device_for_code(phone.device_ref)
        assert device is not None
        assert device.customer.email == "alice@example.com"
    assert device_for_code(bytes(8)) is None


def test_the_certificate_is_for_this_key_and_device(alice: Customer, now: datetime) -> None:
    phone = Phone()

    device = phone.enrol(alice, now=now, name="é" * 64)

    certificate = x509.load_der_x509_certificate(bytes(device.certificate))
    key = certificate.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    assert key == phone.public_key
    assert bytes(device.device_ref).hex() in certificate.subject.rfc4514_string()


def test_a_browser_keeps_its_key_in_software(alice: Customer, now: datetime) -> None:
    assert Phone().enrol(alice, now=now, platform="web").key_protection == "software"
    assert Phone().enrol(alice, now=now, platform="toaster").key_protection == "software"
    assert Phone().enrol(alice, now=now, platform="ios").key_protection == "hardware"


@pytest.mark.parametrize(
    ("source", "status"),
    [
        (ActivationSource.MAIL, "pending"),
        (ActivationSource.HANDOVER, "pending"),
        (ActivationSource.LETTER, "active"),
        (ActivationSource.COUNTER, "active"),
    ],
)
def test_a_second_phone_is_active_only_for_an_identified_customer(
    source: ActivationSource, status: str, alice: Customer, now: datetime
) -> None:
    first = Phone().enrol(alice, now=now, source=ActivationSource.MAIL)

    second = Phone().enrol(alice, now=now, source=source)

    assert (first.status, second.status) == ("active", status)
    assert (second.activated_at is None) == (status == "pending")


def test_the_mark_stays_when_the_only_device_is_gone(alice: Customer, now: datetime) -> None:
    first = Phone().enrol(alice, now=now, source=ActivationSource.MAIL)
    move_device(device_id=first.id, to=DeviceStatus.REVOKED, reason="customer", by=STAFF, now=now)

    assert Phone().enrol(alice, now=now, source=ActivationSource.MAIL).status == "pending"


def spki(key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


@pytest.mark.parametrize(
    "key",
    [
        b"",
        b"\x04" + bytes(64),
        b"\x04" + b"\x01" * 64,
        b"\x04" + b"\xff" * 64,
        b"\x02" + bytes(32),
        spki(ec.generate_private_key(ec.SECP384R1())),
        spki(ec.generate_private_key(ec.SECP256K1())),
        spki(rsa.generate_private_key(65537, 1024)),  # noqa: S505  # weak on purpose
        ec.generate_private_key(ec.SECP256K1())
        .public_key()
        .public_bytes(Encoding.X962, PublicFormat.UncompressedPoint),
    ],
    ids=["empty", "zero", "off curve", "outside field", "compressed", "P-384", "secp256k1", "RSA", "secp256k1 point"],
)
def test_what_is_no_point_on_the_curve_is_refused(key: bytes, alice: Customer, now: datetime) -> None:
    with pytest.raises(InvalidKey):
        enrol(issue(alice, now), Phone(), now, public_key=key)


def test_a_key_is_enrolled_once_and_its_owner_is_not_told(alice: Customer, now: datetime) -> None:
    phone = make_phone(now=now, customer=alice)
    bob = make_customer(now=now)

    with pytest.raises(KeyInUse) as refused:
        enrol(issue(bob, now), phone, now)

    assert refused.value.facts == {}
    assert alice.public_id not in refused.value.detail
    assert not devices_of(bob.id).exists()
    assert Customer.objects.get(id=bob.id).established_at is None


@pytest.mark.parametrize("forgery", ["other key", "other code", "other challenge", "nothing"])
def test_a_proof_of_something_else_is_refused(forgery: str, alice: Customer, now: datetime) -> None:
    phone, code = Phone(), issue(alice, now)
    challenge = issue_challenge(device_id=None, now=now)
    proof = {
        "other key": lambda: Phone().proof(code, challenge),
        "other code": lambda: phone.proof("0" * 16, challenge),
        "other challenge": lambda: phone.proof(code, bytes(32)),
        "nothing": lambda: b"",
    }[forgery]()

    with pytest.raises(ProofInvalid):
        enrol(code, phone, now, challenge=challenge, proof=proof)

    assert not Device.objects.exists()


def test_a_refusal_uses_nothing_up(alice: Customer, now: datetime) -> None:
    phone, code = Phone(), issue(alice, now)
    challenge = issue_challenge(device_id=None, now=now)

    with pytest.raises(ProofInvalid):
        enrol(code, phone, now, challenge=challenge, proof=bytes(64))

    assert ActivationCode.objects.get().used_at is None
    assert Challenge.objects.get(value=challenge).used_at is None
    assert enrol(code, phone, now, challenge=challenge, proof=phone.proof(code, challenge)).status == "active"


def test_a_challenge_is_answered_once_within_two_minutes_and_by_whom_it_was_for(alice: Customer, now: datetime) -> None:
    used, fresh = issue_challenge(device_id=None, now=now), issue_challenge(device_id=None, now=now)
    first, second, code = Phone(), Phone(), issue(alice, now)
    enrol(code, first, now, challenge=used, proof=first.proof(code, used))
    foreign = issue_challenge(device_id=Device.objects.get().id, now=now)
    code = issue(alice, now)

    for challenge in (used, foreign, bytes(32), b"short"):
        proof = second.proof(code, challenge) if len(challenge) == 32 else b""
        with pytest.raises(ChallengeInvalid):
            enrol(code, second, now, challenge=challenge, proof=proof)
    with pytest.raises(ChallengeInvalid):
        enrol(code, second, now + timedelta(minutes=2), challenge=fresh, proof=second.proof(code, fresh))


def test_the_sixth_device_is_refused_until_one_is_gone(alice: Customer, now: datetime) -> None:
    phones = [make_phone(now=now, customer=alice, pin=None) for _ in range(5)]
    code = issue(alice, now)

    with pytest.raises(DeviceLimit):
        Phone().enrol_with(code, now=now)

    move_device(device_id=phones[0].identity.id, to=DeviceStatus.REVOKED, reason="customer", by=STAFF, now=now)
    assert Phone().enrol_with(code, now=now).status == "active"
    assert (devices_of(alice.id).count(), live_devices_of(alice.id).count()) == (6, 5)


def test_a_phone_that_was_lost_takes_no_place(alice: Customer, now: datetime) -> None:
    phones = [make_phone(now=now, customer=alice, pin=None) for _ in range(5)]

    move_device(device_id=phones[0].identity.id, to=DeviceStatus.SUSPENDED, reason="lost_phone", by=STAFF, now=now)

    assert Phone().enrol(alice, now=now).status == "active"


def test_ten_enrolments_at_once_make_five_devices(alice: Customer, now: datetime) -> None:
    waiting = [issue(alice, now) for _ in range(10)]

    outcomes = at_once(10, lambda number: Phone().enrol_with(waiting[number], now=now))

    assert codes(outcomes) == ["device_limit"] * 5
    assert live_devices_of(alice.id).count() == 5


def test_of_ten_phones_with_one_code_one_wins(alice: Customer, now: datetime) -> None:
    code = issue(alice, now)

    outcomes = at_once(10, lambda _: Phone().enrol_with(code, now=now))

    assert codes(outcomes) == ["activation_invalid"] * 9
    assert Device.objects.count() == 1


def test_of_ten_customers_with_one_key_one_wins(now: datetime) -> None:
    make_keys(now=now)
    phone = Phone()
    waiting = [issue(make_customer(now=now), now) for _ in range(10)]

    outcomes = at_once(10, lambda number: enrol(waiting[number], phone, now))

    assert codes(outcomes) == ["key_in_use"] * 9
    assert Device.objects.count() == 1


@pytest.mark.parametrize(
    "name", ["", "   ", "x" * 65, "x" * 10_000, "a\nb", "a\x00b", "\u202egnp.exe", "\ud800", "\u200b", "a\u2028b"]
)
def test_a_name_that_is_none_or_disturbs_its_line_is_refused(name: str, alice: Customer, now: datetime) -> None:
    with pytest.raises(InvalidName):
        enrol(issue(alice, now), Phone(), now, name=name)

    assert ActivationCode.objects.get().used_at is None


@pytest.mark.parametrize(
    ("name", "kept"),
    [("<b>Alice</b>", "<b>Alice</b>"), (" Cafe\u0301 ", "Café"), ("👩‍👩‍👧", "👩‍👩‍👧"), ("🙂" * 64, "🙂" * 64)],
)
def test_any_other_name_is_kept_in_one_spelling(name: str, kept: str, alice: Customer, now: datetime) -> None:
    assert enrol(issue(alice, now), Phone(), now, name=name).name == kept


def test_without_an_authority_nothing_is_done(now: datetime) -> None:
    code = issue(make_customer(now=now), now)

    with pytest.raises(KeysUnavailable):
        Phone().enrol_with(code, now=now)

    assert not Device.objects.exists()
    assert ActivationCode.objects.get().used_at is None
