"""Whoever has nothing left but his mailbox stops his phones, and whoever has only the mailbox gets nothing else."""

import re
from datetime import datetime, timedelta

import pytest
from django.test import Client

from apps.customers.errors import RegistrationInvalid
from apps.customers.models import Customer, Registration
from apps.customers.registrations import confirm_registration, start_registration
from apps.customers.states import CustomerStatus
from apps.devices.models import ActivationSource, StopConfirmation
from apps.devices.queries import session_for
from apps.devices.states import DeviceStatus
from apps.kernel.masking import Secret
from apps.lost_phone.gate import FORMS
from apps.lost_phone.words import WORDS
from apps.mail.models import Letter
from apps.merchants.models import Language
from apps.transactions.states import Status
from tests.cast import Phone, make_phone
from tests.lost_phone.browser import ADDRESS, Browser, code_for
from tests.shop import Shop

STRANGER = "nobody@example.com"


@pytest.fixture
def browser() -> Browser:
    return Browser()


def test_from_the_address_to_a_phone_that_stops_at_every_till(
    browser: Browser, shop: Shop, phone: Phone, now: datetime
) -> None:
    code = phone.make_code(now=now)
    token = phone.open_session(now=now).token.reveal()

    browser.prove(phone)
    assert browser.devices() == [phone.identity.public_id]
    page = browser.send(device=browser.devices())

    assert page.status_code == 200
    assert phone.device().status_reason == "lost_phone"
    refused = shop.sell(phone, now=now, code=code)
    assert (refused.status, refused.decline_code) == (Status.DECLINED, "rejected")
    assert session_for(token, now=now) is None
    confirmation = StopConfirmation.objects.get()
    for value in (str(confirmation.id), confirmation.signed["signature"], confirmation.signed["document"]):
        assert value in browser.text


def test_a_known_and_an_unknown_address_are_answered_alike(browser: Browser, phone: Phone) -> None:
    def answers(address: str) -> list[str]:
        other = Browser()
        other.open().send(email=address)
        asked = other.text
        other.send(code="1234 5678")
        masked = (re.sub(r'value="[^"]*"', "", text) for text in (asked, other.text))
        return list(masked)

    assert answers(phone.customer.email) == answers(STRANGER)

    letters = [Letter.objects.filter(to=to).latest("id") for to in (phone.customer.email, STRANGER)]
    assert len({re.sub(r"\d{4} \d{4}", "", letter.text) for letter in letters}) == 1


def test_proving_an_address_makes_nobody_a_customer(browser: Browser) -> None:
    browser.open().send(email=STRANGER)
    page = browser.send(code=code_for(STRANGER))

    assert page.status_code == 200
    assert WORDS["de"].nothing in browser.text
    assert not Customer.objects.filter(email=STRANGER).exists()


@pytest.mark.parametrize("language", Language.values)
def test_the_page_and_the_letter_speak_four_languages(browser: Browser, phone: Phone, language: str) -> None:
    browser.open(f"?language={language}")
    assert f'<html lang="{language}">' in browser.text
    assert WORDS[language].send_code in browser.text

    browser.send(email=phone.customer.email)

    assert WORDS[language].no_letter in browser.text
    assert Letter.objects.latest("id").language == language


@pytest.mark.parametrize(
    ("header", "language"),
    [("fr-CH, fr;q=0.9", "fr"), ("rm, it;q=0.5", "it"), ("es", "de"), ("", "de"), ("EN-us", "en")],
)
def test_without_a_choice_the_browser_says_the_language(browser: Browser, header: str, language: str) -> None:
    browser.open(**{"Accept-Language": header})

    assert f'<html lang="{language}">' in browser.text


def test_nothing_is_loaded_run_kept_or_framed(browser: Browser, phone: Phone) -> None:
    browser.prove(phone)

    policy = browser.page.headers["Content-Security-Policy"]
    assert policy == "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    assert browser.page.headers["Cache-Control"] == "no-store"
    assert "<script" not in browser.text
    assert "style=" not in browser.text
    assert "<style" not in browser.text


def test_the_cookie_of_its_forms_is_for_itself_only(browser: Browser) -> None:
    cookie = browser.open().client.cookies["csrftoken"]

    assert (cookie["httponly"], cookie["samesite"], cookie["secure"]) == (True, "Strict", True)


def test_one_that_is_left_over_is_not_chosen_by_itself(browser: Browser, phone: Phone, now: datetime) -> None:
    tablet = make_phone(now=now, customer=phone.customer)
    browser.prove(phone).send(device=[phone.identity.public_id])

    assert browser.devices() == [tablet.identity.public_id]
    assert "checked" not in browser.text


def test_a_name_that_somebody_typed_is_shown_as_text(browser: Browser, phone: Phone, now: datetime) -> None:
    Phone().enrol(phone.customer, now=now, name="<img src=x onerror=alert(1)>")

    browser.prove(phone)

    assert "&lt;img src=x" in browser.text
    assert "<img" not in browser.text


def test_a_form_of_another_page_does_nothing(browser: Browser, phone: Phone) -> None:
    browser.prove(phone)
    fields = browser.hidden() | {"device": phone.identity.public_id}
    fields.pop("csrfmiddlewaretoken")

    for sender in (browser, Browser()):
        assert sender.send_fields(fields).status_code == 403
        assert WORDS["de"].not_understood in sender.text
    assert browser.send_fields(fields | {"csrfmiddlewaretoken": "x" * 64}).status_code == 403
    foreign = {"Origin": "https://evil.example"}
    browser.open()
    assert browser.send_fields(fields | browser.hidden(), **foreign).status_code == 403

    assert phone.device().status == DeviceStatus.ACTIVE


@pytest.mark.parametrize("proof", ["", "x", "none", "forged"])
def test_without_the_proof_of_the_mailbox_nothing_stops(browser: Browser, phone: Phone, proof: str) -> None:
    browser.prove(phone)
    fields = browser.hidden()
    if proof == "none":
        fields.pop("proof")
    else:
        fields["proof"] = (
            fields["proof"][:-1] + ("A" if fields["proof"][-1] != "A" else "B") if proof == "forged" else proof
        )

    assert browser.send_fields(fields | {"device": phone.identity.public_id}).status_code == 403

    assert phone.device().status == DeviceStatus.ACTIVE


def test_the_proof_is_good_for_a_quarter_of_an_hour(browser: Browser, phone: Phone, now: datetime) -> None:
    browser.prove(phone)
    Registration.objects.update(used_at=now - timedelta(minutes=16))

    assert browser.send(device=browser.devices()).status_code == 403

    assert phone.device().status == DeviceStatus.ACTIVE


def test_nobody_stops_somebody_elses_phone(browser: Browser, phone: Phone, now: datetime) -> None:
    stranger = make_phone(now=now)
    browser.prove(phone)

    for chosen in ([stranger.identity.public_id], ["dev_x"], [phone.identity.public_id, stranger.identity.public_id]):
        assert browser.send(device=chosen).status_code == 422

    assert phone.device().status == stranger.device().status == DeviceStatus.ACTIVE
    assert browser.devices() == [phone.identity.public_id]


def test_of_several_those_that_were_chosen_stop(browser: Browser, phone: Phone, now: datetime) -> None:
    tablet = make_phone(now=now, customer=phone.customer)
    waiting = Phone()
    waiting.enrol(phone.customer, now=now, source=ActivationSource.MAIL)
    browser.prove(phone)
    assert len(browser.devices()) == 3
    assert browser.send().status_code == 422

    browser.send(device=[phone.identity.public_id, waiting.identity.public_id])

    assert (phone.device().status, waiting.device().status) == ("suspended", "suspended")
    assert tablet.device().status == "active"
    assert browser.devices() == [tablet.identity.public_id]


def test_sent_twice_it_shows_the_same_confirmation(browser: Browser, phone: Phone) -> None:
    browser.prove(phone)
    fields = browser.hidden() | {"device": phone.identity.public_id}

    first = browser.send_fields(fields).content
    second = browser.send_fields(fields).content

    number = re.search(rb'class="figures">([0-9a-f-]{36})<', first)
    assert number is not None
    assert number.group(1) in second
    assert StopConfirmation.objects.count() == 1


def test_a_code_is_good_once_and_five_wrong_ones_end_it(browser: Browser, phone: Phone) -> None:
    browser.open().send(email=phone.customer.email)
    code = code_for(phone.customer.email)
    wrong = "0000 0000" if code != "0000 0000" else "1111 1111"
    for _ in range(5):
        assert browser.send(code=wrong).status_code == 422

    assert browser.send(code=code).status_code == 422
    assert WORDS["de"].wrong_code in browser.text


def test_each_code_opens_its_own_door_only(browser: Browser, phone: Phone, now: datetime) -> None:
    email = phone.customer.email
    browser.open().send(email=email)
    with pytest.raises(RegistrationInvalid):
        confirm_registration(email=email, code=Secret(code_for(email).replace(" ", "")), now=now)

    start_registration(email=email, language="de", now=now)
    text = Letter.objects.filter(cause__startswith="registration:").latest("id").text
    enrolment = re.search(r"\d{4} \d{4}", text)
    assert enrolment is not None
    assert browser.send(code=enrolment.group()).status_code == 422


def test_letters_for_enrolling_do_not_use_up_those_for_stopping(browser: Browser, phone: Phone, now: datetime) -> None:
    for _ in range(7):
        start_registration(email=phone.customer.email, language="de", now=now)

    browser.prove(phone)

    assert browser.devices()


def test_a_mailbox_gets_five_letters_an_hour_and_the_page_does_not_say_so(browser: Browser, phone: Phone) -> None:
    pages = set()
    for _ in range(7):
        browser.open().send(email=phone.customer.email)
        pages.add(re.sub(r'value="[^"]*"', "", browser.text))

    assert len(pages) == 1
    assert Letter.objects.filter(cause__startswith="lost_phone").count() == 5


def test_whoever_sends_too_many_forms_waits(browser: Browser) -> None:
    browser.open()
    fields = browser.hidden() | {"email": "no address"}

    statuses = [browser.send_fields(fields).status_code for _ in range(FORMS.at_once + 1)]

    assert statuses == [422] * FORMS.at_once + [429]
    assert int(browser.page.headers["Retry-After"]) >= 1
    assert WORDS["de"].too_often in browser.text


@pytest.mark.parametrize(
    "email", ["", "x", "a@b\nBcc: c@example.com", "a" * 320 + "@example.com", "аlice@example.com", "a@exаmple.com"]
)
def test_d22_what_is_no_address_gets_no_letter(browser: Browser, email: str) -> None:
    assert browser.open().send(email=email).status_code == 422

    assert WORDS["de"].wrong_email in browser.text
    assert not Letter.objects.exists()


@pytest.mark.parametrize("code", ["", "1234567", "１２３４５６７８", "abcdefgh", "1234 56789", "x" * 10_000])
def test_what_is_no_code_costs_no_try(browser: Browser, phone: Phone, code: str) -> None:
    browser.open().send(email=phone.customer.email)

    assert browser.send(code=code).status_code == 422

    assert Registration.objects.get().tries_left == 5


def test_what_no_browser_sends_is_not_understood(browser: Browser) -> None:
    browser.open()
    fields = browser.hidden()
    for wrong in ({"step": "fly"}, {"email": ["a@example.com", "b@example.com"]}, {"email": "a\0@example.com"}):
        assert browser.send_fields({**fields, **wrong}).status_code == 400
    assert not Letter.objects.exists()


def test_other_methods_and_bodies_are_refused(browser: Browser) -> None:
    browser.open()
    token = browser.hidden()["csrfmiddlewaretoken"]
    client = browser.client

    assert client.put(ADDRESS).status_code == 405
    json_body = client.post(ADDRESS, "{}", content_type="application/json", headers={"X-CSRFToken": token})
    assert json_body.status_code == 400
    large = client.post(ADDRESS, "x" * 20_000, content_type="application/x-www-form-urlencoded")
    assert large.status_code == 413
    assert Client().head(ADDRESS).status_code == 200


def test_a_customer_who_left_has_nothing_to_stop(browser: Browser, phone: Phone) -> None:
    Customer.objects.filter(id=phone.customer.id).update(status=CustomerStatus.CLOSED)

    browser.prove(phone)

    assert WORDS["de"].nothing in browser.text


def test_a_frozen_customer_stops_his_phones_all_the_same(browser: Browser, phone: Phone) -> None:
    Customer.objects.filter(id=phone.customer.id).update(status=CustomerStatus.FROZEN)

    browser.prove(phone).send(device=[phone.identity.public_id])

    assert phone.device().status == "suspended"
