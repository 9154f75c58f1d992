"""Self-service: the same answer for everybody, and an activation code for whoever reads the mail."""

import re
from datetime import datetime

import pytest

from apps.customers.models import Customer
from apps.devices.models import Device
from apps.mail.models import Letter
from tests.cast import Phone, make_customer, make_keys
from tests.wallet_api.door import Door, assert_problem, body_of, enrolment_request

ALICE = "alice@example.com"
ASK = {"email": ALICE, "language": "de"}


def mailed_code() -> str:
    found = re.search(r"\d{4} \d{4}", Letter.objects.order_by("-id")[0].text)
    assert found is not None
    return found[0]


def test_from_an_address_to_an_enrolled_phone(stranger: Door, now: datetime) -> None:
    make_keys(now=now)
    assert body_of(stranger.post("registrations", ASK), 202) == {}

    confirmed = body_of(stranger.post("registrations/confirm", {"email": ALICE, "code": mailed_code()}))
    request = enrolment_request(Phone(), confirmed["activation_code"], stranger.challenge())
    enrolled = body_of(stranger.post("devices", request), 201)

    device = Device.objects.get()
    assert (enrolled["device_id"], enrolled["status"]) == (device.public_id, "active")
    assert device.customer.email == ALICE
    assert confirmed.keys() == {"activation_code", "expires_at"}


@pytest.mark.parametrize("separator", ["", " ", "-", "\u00a0"])
def test_the_code_is_taken_as_people_type_it(stranger: Door, separator: str) -> None:
    stranger.post("registrations", ASK)
    typed = mailed_code().replace(" ", separator)

    body_of(stranger.post("registrations/confirm", {"email": ALICE, "code": typed}))


def test_d20_known_and_unknown_addresses_get_the_same_answer(stranger: Door, now: datetime) -> None:
    make_customer(now=now, email=ALICE)

    known = stranger.post("registrations", ASK)
    unknown = stranger.post("registrations", {"email": "nobody@example.com", "language": "de"})
    assert (known.status_code, known.content) == (unknown.status_code, unknown.content)

    wrong = assert_problem(
        stranger.post("registrations/confirm", {"email": ALICE, "code": "00000000"}), 422, "registration_invalid"
    )
    never = assert_problem(
        stranger.post("registrations/confirm", {"email": "never@example.com", "code": "00000000"}),
        422,
        "registration_invalid",
    )
    assert {**wrong, "request_id": ""} == {**never, "request_id": ""}


def test_a_sixth_letter_is_not_written_and_the_answer_does_not_say_so(stranger: Door) -> None:
    answers = {stranger.post("registrations", ASK).content for _ in range(6)}

    assert answers == {b"{}"}
    assert Letter.objects.count() == 5


@pytest.mark.parametrize(
    "email",
    [
        "",
        "alice",
        "a@b\nBcc: c@d.ch",
        f"{'a' * 320}@example.com",
        "alice@ex\u0430mple.com",
        "a\x00@b.ch",
        7,
        None,
        ["a@b.ch"],
    ],
)
def test_d22_what_is_no_plain_address_is_refused(stranger: Door, email: object) -> None:
    assert_problem(stranger.post("registrations", {"email": email, "language": "de"}), 422, "invalid_email")
    assert_problem(stranger.post("registrations/confirm", {"email": email, "code": "12345678"}), 422, "invalid_email")
    assert not Letter.objects.exists()


@pytest.mark.parametrize("code", ["", "1234567", "123456789", "１２３４５６７８", "abcdefgh", 12345678, None])
def test_what_cannot_be_a_mailed_code_is_refused_before_it_costs_a_try(stranger: Door, code: object) -> None:
    stranger.post("registrations", ASK)

    for _ in range(6):
        assert_problem(stranger.post("registrations/confirm", {"email": ALICE, "code": code}), 422, "invalid_field")

    body_of(stranger.post("registrations/confirm", {"email": ALICE, "code": mailed_code()}))


@pytest.mark.parametrize("language", ["rm", "DE", "", None])
def test_only_four_languages_are_spoken(stranger: Door, language: object) -> None:
    assert_problem(stranger.post("registrations", {"email": ALICE, "language": language}), 422, "invalid_field")


def test_asking_makes_nobody_a_customer(stranger: Door) -> None:
    stranger.post("registrations", ASK)

    assert not Customer.objects.exists()
