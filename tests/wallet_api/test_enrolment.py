"""A phone enrols at the door: what it must bring, and what it must keep."""

from datetime import datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from apps.devices.models import ActivationSource, Device
from apps.devices.operations import issue_activation_code
from apps.switches.models import SwitchKind
from tests.cast import STAFF, Phone, make_customer, make_keys, make_phone
from tests.switches.desk import resume, stop
from tests.wallet_api.door import Door, assert_problem, body_of, come_in, decoded, encoded, enrolment_request


@pytest.fixture(autouse=True)
def keys(now: datetime) -> None:
    make_keys(now=now)


def activation_code(now: datetime, source: ActivationSource = ActivationSource.LETTER) -> str:
    customer = make_customer(now=now, email="alice@example.com")
    return issue_activation_code(customer_id=customer.id, source=source, by=STAFF, now=now).code.reveal()


def test_an_enrolled_phone_gets_everything_that_it_must_keep(stranger: Door, now: datetime) -> None:
    phone = Phone()

    enrolled = body_of(
        stranger.post("devices", enrolment_request(phone, activation_code(now), stranger.challenge())), 201
    )

    device = Device.objects.get()
    assert enrolled == {
        "device_id": device.public_id,
        "device_ref": encoded(bytes(device.device_ref)),
        "certificate": encoded(bytes(device.certificate)),
        "sync": encoded(bytes(device.sync_current)),
        "status": "active",
    }
    certified = x509.load_der_x509_certificate(decoded(enrolled["certificate"])).public_key()
    assert certified.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint) == phone.public_key


def test_the_code_is_taken_as_people_type_it(stranger: Door, now: datetime) -> None:
    code = activation_code(now)
    typed = "-".join(code[start : start + 4] for start in range(0, 16, 4)).lower()

    body_of(stranger.post("devices", enrolment_request(Phone(), typed, stranger.challenge())), 201)


def test_a_second_phone_by_mail_waits_and_may_only_look(stranger: Door, now: datetime) -> None:
    code = activation_code(now)
    stranger.post("devices", enrolment_request(Phone(), code, stranger.challenge()))
    second = Phone()
    second.enrol_with(activation_code(now, ActivationSource.MAIL), now=now)

    pending = come_in(second, pin=None)

    assert body_of(pending.get("device"))["status"] == "pending"
    for path in ("payments", "events", "instruments", "devices"):
        assert_problem(pending.get(path), 403, "device_pending")
    kid, sealed, signature = second.sealed_pin("739154", now=now)
    body = {"kid": kid, "sealed": encoded(sealed), "signature": encoded(signature)}
    assert_problem(pending.put("device/pin", body), 403, "device_pending")
    assert_problem(pending.post("device/sync", {"sync": encoded(second.sync)}), 403, "device_pending")


def spki(key: object) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)  # type: ignore[attr-defined,no-any-return]


@pytest.mark.parametrize(
    "key",
    [
        pytest.param(b"\x04" + bytes(64), id="D01 (0,0)"),
        pytest.param(b"\x04" + b"\x01" * 64, id="D01 off the curve"),
        pytest.param(b"\x04" + b"\xff" * 64, id="D01 outside the field"),
        pytest.param(b"\x02" + b"\x01" * 32, id="compressed"),
        pytest.param(spki(ec.generate_private_key(ec.SECP384R1())), id="D03 P-384"),
        pytest.param(spki(ec.generate_private_key(ec.SECP256K1())), id="D03 secp256k1"),
        pytest.param(spki(ec.generate_private_key(ec.SECP256R1())), id="P-256, but as SPKI"),
        pytest.param(spki(rsa.generate_private_key(65537, 1024)), id="D03 RSA-1024"),  # noqa: S505  # weak on purpose
    ],
)
def test_what_is_no_point_on_the_curve_is_no_key(stranger: Door, now: datetime, key: bytes) -> None:
    request = enrolment_request(Phone(), activation_code(now), stranger.challenge(), public_key=encoded(key))

    assert_problem(stranger.post("devices", request), 422, "invalid_key")
    assert not Device.objects.exists()


def test_the_activation_code_is_checked_before_the_key(stranger: Door, now: datetime) -> None:
    request = enrolment_request(
        Phone(), "0000000000000000", stranger.challenge(), public_key=encoded(b"\x04" + bytes(64))
    )

    assert_problem(stranger.post("devices", request), 422, "activation_invalid")


def test_d07_a_key_enrols_once_and_nobody_learns_whose_it_is(stranger: Door, now: datetime) -> None:
    phone = make_phone(now=now)

    request = enrolment_request(phone, activation_code(now), stranger.challenge())
    problem = assert_problem(stranger.post("devices", request), 409, "key_in_use")

    assert phone.customer.public_id not in str(problem)


def test_d08_d09_wrong_used_and_dead_codes_are_refused_alike(stranger: Door, now: datetime) -> None:
    used = activation_code(now)
    body_of(stranger.post("devices", enrolment_request(Phone(), used, stranger.challenge())), 201)
    good = activation_code(now)
    wrong = good[:6] + ("0" * 10 if good[6:] != "0" * 10 else "1" * 10)

    problems = []
    for code in [used, "not a code", "ZZZZZZZZZZZZZZZZ", *[wrong] * 5, good]:
        answer = stranger.post("devices", enrolment_request(Phone(), code, stranger.challenge()))
        problems.append(assert_problem(answer, 422, "activation_invalid") | {"request_id": ""})

    assert all(problem == problems[0] for problem in problems)


def test_d10_guesses_that_come_from_everywhere_are_counted_at_the_code(stranger: Door, now: datetime) -> None:
    good = activation_code(now)
    wrong = good[:6] + ("0" * 10 if good[6:] != "0" * 10 else "1" * 10)

    for number, code in enumerate([*[wrong] * 5, good]):
        request = enrolment_request(Phone(), code, stranger.challenge())
        answer = stranger.send("POST", "devices", request, REMOTE_ADDR=f"192.0.2.{number}")
        assert_problem(answer, 422, "activation_invalid")


def test_d11_a_sixth_device_is_one_too_many(stranger: Door, now: datetime) -> None:
    for _ in range(5):
        body_of(stranger.post("devices", enrolment_request(Phone(), activation_code(now), stranger.challenge())), 201)

    request = enrolment_request(Phone(), activation_code(now), stranger.challenge())
    assert_problem(stranger.post("devices", request), 409, "device_limit")


@pytest.mark.parametrize("name", ["", "   ", "x" * 65, "x" * 10_000, "a\u202eb", "a\nb", "a\x00b", "\ud800", 7, None])
def test_d12_names_that_disturb_their_line_are_refused(stranger: Door, now: datetime, name: object) -> None:
    request = enrolment_request(Phone(), activation_code(now), stranger.challenge(), name=name)

    assert_problem(stranger.post("devices", request), 422, "invalid_field")


@pytest.mark.parametrize("name", ["<b>Alice</b>", "\U0001f469\u200d\U0001f469\u200d\U0001f467", "Zoe\u0308", "x" * 64])
def test_d12_names_that_people_give_are_kept_as_text(stranger: Door, now: datetime, name: str) -> None:
    request = enrolment_request(Phone(), activation_code(now), stranger.challenge(), name=name)

    body_of(stranger.post("devices", request), 201)
    assert Device.objects.get().name == name.replace("e\u0308", "ë")


def test_a_challenge_serves_one_enrolment(stranger: Door, now: datetime) -> None:
    challenge = stranger.challenge()
    body_of(stranger.post("devices", enrolment_request(Phone(), activation_code(now), challenge)), 201)

    again = enrolment_request(Phone(), activation_code(now), challenge)
    assert_problem(stranger.post("devices", again), 403, "challenge_invalid")


def test_the_proof_is_of_this_key_code_and_challenge(stranger: Door, now: datetime) -> None:
    code, challenge = activation_code(now), stranger.challenge()
    request = enrolment_request(Phone(), code, challenge, public_key=encoded(Phone().public_key))

    assert_problem(stranger.post("devices", request), 403, "proof_invalid")


@pytest.mark.parametrize("extra", ["status", "customer", "counter", "limits", "device_ref", "key_protection"])
def test_d16_a_phone_sets_nothing_that_is_not_its_own(stranger: Door, now: datetime, extra: str) -> None:
    request = enrolment_request(Phone(), activation_code(now), stranger.challenge()) | {extra: "active"}

    problem = assert_problem(stranger.post("devices", request), 422, "unknown_field")
    assert problem["errors"][0]["pointer"] == f"/{extra}"
    assert not Device.objects.exists()


def test_no_phone_enrols_while_enrolment_is_stopped_and_its_code_stays_good(stranger: Door, now: datetime) -> None:
    code, phone = activation_code(now), Phone()
    switch = stop(SwitchKind.ENROLMENT, now=now)

    refused = stranger.post("devices", enrolment_request(phone, code, stranger.challenge()))

    assert_problem(refused, 503, "enrolment_stopped")
    assert not Device.objects.exists()
    resume(switch, now=now)
    body_of(stranger.post("devices", enrolment_request(phone, code, stranger.challenge())), 201)
