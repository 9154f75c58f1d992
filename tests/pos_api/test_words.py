"""Words for every no that can occur, in four languages; none says more than its code."""

import re

import pytest

from apps.codes.refusals import Refusal
from apps.paycode.errors import Reason
from apps.providers.reasons import DeclineReason, TillAction, till_action
from apps.transactions.words import DECLINE_CODES, LANGUAGES, decline_words

# What `payment-code` lets a till learn, what the providers say, and what comes of asking people.
OF_THE_CODE = {reason.value for reason in Reason if reason != Reason.INVALID_KEY} | {
    "key_unknown",
    "key_retired",
    "already_used",
    "rejected",
    "pin_required",
    "pin_wrong",
    "pin_locked",
    "instrument_unusable",
    "over_cap",
    "over_limit",
    "currency_not_supported",
    "payments_stopped",
}
OF_PEOPLE = {"consent_unavailable", "consent_timeout", "customer_refused", "confirm_timeout"}
EVERY_CODE = sorted(OF_THE_CODE | OF_PEOPLE | {reason.value for reason in DeclineReason})

# What nobody at a till may read between the lines of a plain no.
TELLING = re.compile(
    r"betrug|verdacht|kopie|klon|gesperrt|gestohlen|gerät|telefon|konto|unterschrift"
    r"|fraude|soup|copi|clon|bloqu|vol|appareil|téléphone|compte|signature"
    r"|frode|sospett|bloccat|rubat|dispositivo|telefono|conto|firma"
    r"|fraud|suspect|copy|clone|block|lock|stolen|lost|device|phone|account|sign",
    re.IGNORECASE,
)


def test_every_code_that_can_occur_has_words_and_no_other() -> None:
    assert set(EVERY_CODE) == DECLINE_CODES


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", EVERY_CODE)
def test_says_what_happened_and_what_to_do(code: str, language: str) -> None:
    words = decline_words(code, language)

    for text in (words.cashier, words.customer):
        assert text.endswith((".", ")"))
        assert 20 <= len(text) <= 160
        assert "ß" not in text
        assert "_" not in text
    assert words.cashier != words.customer


@pytest.mark.parametrize("code", EVERY_CODE)
def test_speaks_four_different_languages(code: str) -> None:
    spoken = [decline_words(code, language) for language in LANGUAGES]

    assert len({words.cashier for words in spoken}) == len({words.customer for words in spoken}) == 4
    assert len({words.action for words in spoken}) == 1


@pytest.mark.parametrize("reason", DeclineReason)
def test_proposes_what_the_providers_contract_says(reason: DeclineReason) -> None:
    assert decline_words(reason.value, "de").action == till_action(reason)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_plain_no_gives_nothing_away(language: str) -> None:
    rejected = decline_words("rejected", language)

    assert not TELLING.search(rejected.cashier + rejected.customer)
    assert decline_words("suspected_fraud", language) == rejected


@pytest.mark.parametrize("reason", ["device_cloned", "device_revoked", "customer_frozen", "signature_wrong"])
def test_what_a_till_must_not_learn_has_no_words_of_its_own(reason: str) -> None:
    assert reason not in DECLINE_CODES
    assert Refusal(reason).shown_reason in DECLINE_CODES


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_cashier_does_not_read_how_much_money_somebody_has(language: str) -> None:
    plain = decline_words("do_not_honour", language).cashier

    assert decline_words("insufficient_funds", language).cashier == plain
    assert decline_words("limit_exceeded", language).cashier == plain


def test_a_wrong_pin_warns_before_the_last_try_and_sends_nobody_to_a_locked_one() -> None:
    def customer(tries_left: int | None) -> str:
        return decline_words("pin_wrong", "en", tries_left=tries_left).customer

    assert customer(2) == customer(None)
    assert "one try left" in customer(1)
    assert customer(0) == decline_words("pin_locked", "en").customer


def test_a_new_reason_or_language_gets_an_answer_all_the_same() -> None:
    assert decline_words("brand_new", "de") == decline_words("rejected", "de")
    assert decline_words("expired", "rm") == decline_words("expired", "en")
    assert decline_words("rejected", "de").action == TillAction.OTHER_MEANS
