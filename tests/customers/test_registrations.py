"""An address becomes a customer by a code from its mail, and nobody learns which addresses are known."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.audit.models import Record
from apps.customers.errors import InvalidEmail, RegistrationInvalid
from apps.customers.models import Customer, Registration
from apps.customers.operations import meet_customer, move_customer
from apps.customers.registrations import (
    CODE_LIFETIME,
    LETTERS_PER_HOUR,
    TRIES,
    confirm_registration,
    forget_registrations,
    start_registration,
)
from apps.customers.states import CustomerStatus
from apps.customers.tasks import forget_registrations as forget_task
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.mail.models import Letter

ALICE = "alice@example.com"
SYSTEM = Actor("system", "tests")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def start(now: datetime, email: str = ALICE, language: str = "de") -> Secret[str]:
    """Ask for a letter and return the code that it brings."""
    start_registration(email=email, language=language, now=now)
    return mailed(email)


def mailed(email: str = ALICE) -> Secret[str]:
    found = re.search(r"\d{4} \d{4}", Letter.objects.filter(to=email).order_by("-id")[0].text)
    assert found is not None
    return Secret(found[0].replace(" ", ""))


def confirm(code: Secret[str], now: datetime, email: str = ALICE) -> Customer:
    return confirm_registration(email=email, code=code, now=now)


def another(code: Secret[str]) -> Secret[str]:
    return Secret(f"{(int(code.reveal()) + 1) % 10**8:08}")


def test_the_code_from_the_letter_makes_a_customer(now: datetime) -> None:
    code = start(now, language="fr")

    customer = confirm(code, now)

    assert (customer.email, customer.language, customer.status) == (ALICE, "fr", CustomerStatus.ACTIVE)


def test_whoever_is_a_customer_already_stays_the_same(now: datetime) -> None:
    alice = meet_customer(email=ALICE, language="it", by=SYSTEM, now=now)

    assert confirm(start(now), now).id == alice.id
    assert Customer.objects.get().language == "it"


def test_a_closed_customer_does_not_come_back(now: datetime) -> None:
    alice = meet_customer(email=ALICE, language="de", by=SYSTEM, now=now)
    move_customer(customer_id=alice.id, to=CustomerStatus.CLOSED, reason="asked", by=SYSTEM, now=now)

    assert confirm(start(now), now).id != alice.id


def test_the_address_is_the_same_however_it_is_typed(now: datetime) -> None:
    code = start(now)

    assert confirm(code, now, email=" Alice@Example.com ").email == ALICE


@pytest.mark.parametrize("language", ["de", "fr", "it", "en"])
def test_the_letter_is_written_in_the_language_that_was_asked_for(language: str, now: datetime) -> None:
    start(now, language=language)

    letter = Letter.objects.get()
    assert (letter.to, letter.language) == (ALICE, language)
    assert "15" in letter.text
    assert {"de": "Ihr Code", "fr": "Votre code", "it": "Il suo codice", "en": "Your code"}[language] in letter.text


def test_known_and_unknown_addresses_get_the_same_letter(now: datetime) -> None:
    meet_customer(email=ALICE, language="de", by=SYSTEM, now=now)

    start(now)
    start(now, email="nobody@example.com")

    texts = {re.sub(r"\d{4} \d{4}", "", letter.text) for letter in Letter.objects.all()}
    assert len(texts) == 1


def test_asking_makes_nobody_a_customer(now: datetime) -> None:
    start(now)

    assert not Customer.objects.exists()


def test_the_code_is_not_in_the_database_as_whoever_reads_it_could_use_it(now: datetime) -> None:
    code = start(now)

    assert code.reveal().encode() not in bytes(Registration.objects.get().code_digest)
    assert code.reveal() not in str(Registration.objects.values().get())


def test_a_code_is_good_once(now: datetime) -> None:
    code = start(now)
    confirm(code, now)

    with pytest.raises(RegistrationInvalid):
        confirm(code, now)


def test_a_code_is_good_for_fifteen_minutes(now: datetime) -> None:
    code = start(now)

    with pytest.raises(RegistrationInvalid):
        confirm(code, now + CODE_LIFETIME)
    assert confirm(code, now + CODE_LIFETIME - timedelta(seconds=1)).email == ALICE


def test_only_the_newest_letter_counts(now: datetime) -> None:
    first = start(now)
    second = start(now + timedelta(seconds=1))

    with pytest.raises(RegistrationInvalid):
        confirm(first, now + timedelta(seconds=2))
    assert confirm(second, now + timedelta(seconds=2)).email == ALICE


def test_a_code_is_not_another_addresss(now: datetime) -> None:
    code = start(now)
    start(now, email="bob@example.com")

    with pytest.raises(RegistrationInvalid):
        confirm(code, now, email="bob@example.com")


def test_five_wrong_tries_end_it_also_for_the_right_code(now: datetime) -> None:
    code = start(now)

    for _ in range(TRIES):
        with pytest.raises(RegistrationInvalid):
            confirm(another(code), now)

    with pytest.raises(RegistrationInvalid):
        confirm(code, now)
    assert not Customer.objects.exists()
    assert Record.objects.filter(action="registration.exhausted").count() == 1


def test_fifty_wrong_tries_at_once_are_five(now: datetime) -> None:
    code = start(now)

    def attempt(_: int) -> None:
        try:
            with pytest.raises(RegistrationInvalid):
                confirm(another(code), now)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(attempt, range(50)))

    assert Registration.objects.get().tries_left == 0
    assert Record.objects.filter(action="registration.exhausted").count() == 1


def test_the_right_code_twice_at_once_is_used_once(now: datetime) -> None:
    code = start(now)

    def attempt(_: int) -> bool:
        try:
            return confirm(code, now).email == ALICE
        except RegistrationInvalid:
            return False
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(attempt, range(8))).count(True) == 1


def test_a_wrong_and_an_unknown_address_are_refused_alike(now: datetime) -> None:
    code = start(now)

    with pytest.raises(RegistrationInvalid) as wrong:
        confirm(another(code), now)
    with pytest.raises(RegistrationInvalid) as unknown:
        confirm(code, now, email="nobody@example.com")

    assert (wrong.value.code, wrong.value.detail) == (unknown.value.code, unknown.value.detail)


def test_an_address_gets_five_letters_an_hour_and_nobody_is_told(now: datetime) -> None:
    for _ in range(LETTERS_PER_HOUR + 3):
        start_registration(email=ALICE, language="de", now=now)

    assert Letter.objects.count() == LETTERS_PER_HOUR
    start_registration(email="bob@example.com", language="de", now=now)
    start_registration(email=ALICE, language="de", now=now + timedelta(hours=1, seconds=1))
    assert Letter.objects.count() == LETTERS_PER_HOUR + 2


def test_twenty_who_ask_at_once_get_five_letters(now: datetime) -> None:
    def ask(_: int) -> None:
        try:
            start_registration(email=ALICE, language="de", now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(ask, range(20)))

    assert Letter.objects.count() == LETTERS_PER_HOUR


@pytest.mark.parametrize(
    "wrong", ["", "alice", "a@b\nBcc: c@d.ch", f"{'a' * 320}@example.com", "alice@exämple.com", "a\x00@b.ch"]
)
def test_an_address_that_cannot_be_written_to_is_refused_both_times(wrong: str, now: datetime) -> None:
    with pytest.raises(InvalidEmail):
        start_registration(email=wrong, language="de", now=now)
    with pytest.raises(InvalidEmail):
        confirm_registration(email=wrong, code=Secret("12345678"), now=now)

    assert not Registration.objects.exists()


def test_addresses_are_forgotten_after_a_day(now: datetime) -> None:
    start(now - timedelta(days=1))
    start(now, email="bob@example.com")

    assert forget_registrations(now=now) == 1
    forget_task()
    assert Registration.objects.get().email == "bob@example.com"
