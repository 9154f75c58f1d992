"""Every letter exists in every language, with the same facts, and is fit to be sent."""

import re
from string import Formatter

import pytest
from django.utils import timezone

from apps.customers import letters
from apps.customers.letters import InLanguages
from apps.customers.models import Customer
from apps.customers.states import CustomerStatus
from apps.customers.telling import write_letter
from apps.mail.models import Letter
from apps.merchants.models import Language
from tests.cast import make_customer

ALL = {name: value for name, value in vars(letters).items() if name.isupper()}
NOW = timezone.now()


def places(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("name", ALL)
def test_it_says_the_same_in_every_language(name: str) -> None:
    letter: InLanguages = ALL[name]

    assert set(letter) == set(Language.values)
    assert len({frozenset(places(words.text)) for words in letter.values()}) == 1
    assert len({words.subject for words in letter.values()}) == len(letter)
    assert all(places(words.subject) <= places(words.text) for words in letter.values())


@pytest.mark.parametrize("name", ALL)
def test_no_letter_asks_anybody_to_follow_a_link(name: str) -> None:
    for words in ALL[name].values():
        assert not re.search(r"https?:|www\.", words.text)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("language", Language.values)
@pytest.mark.django_db(transaction=True)
def test_it_is_taken_by_the_mail_whatever_somebody_typed(name: str, language: str) -> None:
    customer = make_customer(now=NOW)
    customer.language = language
    facts = dict.fromkeys(places(ALL[name][language].text), "x{0}\r\nBcc: y@example.com\u2028")

    write_letter(customer=customer, letter=ALL[name], facts=facts, cause="test:1", now=NOW)

    letter = Letter.objects.get()
    assert (letter.to, letter.language, letter.cause) == (customer.email, language, "test:1")
    assert "\nBcc:" not in letter.text
    assert "x{0}" in letter.text


@pytest.mark.django_db(transaction=True)
def test_nobody_writes_to_somebody_who_has_left() -> None:
    customer = make_customer(now=NOW)
    Customer.objects.filter(id=customer.id).update(status=CustomerStatus.CLOSED)
    customer.refresh_from_db()

    write_letter(customer=customer, letter=letters.PIN_CHANGED, facts={"device": "x"}, cause="test:1", now=NOW)

    assert not Letter.objects.exists()
