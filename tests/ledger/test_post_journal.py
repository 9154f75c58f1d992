"""Writing and reversing journals."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.db import transaction

from apps.kernel.errors import DomainError
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.ledger import accounts, templates
from apps.ledger.errors import (
    AlreadyReversed,
    EmptyLine,
    JournalNotFound,
    MixedCurrencies,
    ReversalStands,
    TooFewLines,
    TooManyLines,
    Unbalanced,
    UnknownAccount,
)
from apps.ledger.lines import Line
from apps.ledger.models import Journal, Posting
from apps.ledger.operations import post_journal, reverse_journal
from apps.ledger.queries import balance, trial_balance

NOW = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)
DAY = date(2026, 11, 23)
LINES = templates.capture(
    provider="bank_a", merchant="mer_1", amount=Money(1295, "CHF"), fee=Money(12, "CHF"), vat=Money(1, "CHF")
)


def chf(account: str, amount: int) -> Line:
    return Line(account, Money(amount, "CHF"))


def post(**changes: Any) -> Journal:
    asked: dict[str, Any] = {"kind": "captured", "lines": LINES, "business_date": DAY, "subject": "pay_1", "now": NOW}
    return post_journal(**(asked | changes))


@pytest.mark.django_db
def test_what_comes_back_is_what_the_database_holds() -> None:
    journal = post()

    stored = Journal.objects.get(id=journal.id)
    for field in Journal._meta.concrete_fields:
        assert getattr(stored, field.attname) == getattr(journal, field.attname), field.attname
    assert not journal._state.adding


@pytest.mark.django_db
def test_postings_keep_the_order_and_the_amounts_of_the_lines() -> None:
    journal = post()

    postings = Posting.objects.filter(journal=journal).order_by("position")
    assert [Line(posting.account, posting.amount) for posting in postings] == list(LINES)
    assert [posting.position for posting in postings] == list(range(1, len(LINES) + 1))


@pytest.mark.django_db
def test_a_journal_costs_one_statement(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(1):
        post()


@pytest.mark.django_db(transaction=True)
def test_a_journal_disappears_with_the_callers_transaction() -> None:
    with transaction.atomic():
        post()
        transaction.set_rollback(True)

    assert not Journal.objects.exists()
    assert trial_balance() == {}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lines", "error"),
    [
        ([], TooFewLines),
        ([chf("rounding", 1)], TooFewLines),
        ([chf("rounding", 1), chf("vat_payable", -1)] * 501, TooManyLines),
        ([chf("rounding", 0), chf("vat_payable", 0)], EmptyLine),
        ([chf("rounding", 1), Line("vat_payable", Money(-1, "EUR"))], MixedCurrencies),
        ([chf("rounding", 1), chf("vat_payable", -2)], Unbalanced),
        ([chf("rounding", 1), chf("petty_cash", -1)], UnknownAccount),
    ],
)
def test_lines_that_are_no_journal_are_refused_before_they_are_sent(
    lines: list[Line], error: type[DomainError], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(0), pytest.raises(error):
        post(lines=lines)


@pytest.mark.django_db(transaction=True)
def test_a_reversal_brings_every_account_back() -> None:
    journal = post()

    mirror = reverse_journal(journal_id=journal.id, business_date=DAY, subject="pay_1", now=NOW)

    assert mirror.reverses_id == journal.id
    assert set(trial_balance()["CHF"].values()) == {0}


@pytest.mark.django_db
def test_a_journal_is_reversed_only_once() -> None:
    journal = post()
    reverse_journal(journal_id=journal.id, business_date=DAY, subject="pay_1", now=NOW)

    with pytest.raises(AlreadyReversed):
        reverse_journal(journal_id=journal.id, business_date=DAY, subject="pay_1", now=NOW)

    assert Journal.objects.count() == 2


@pytest.mark.django_db
def test_a_reversal_is_not_reversed() -> None:
    journal = post()
    mirror = reverse_journal(journal_id=journal.id, business_date=DAY, subject="pay_1", now=NOW)

    with pytest.raises(ReversalStands):
        reverse_journal(journal_id=mirror.id, business_date=DAY, subject="pay_1", now=NOW)


@pytest.mark.django_db
def test_a_journal_that_does_not_exist_cannot_be_reversed() -> None:
    with pytest.raises(JournalNotFound):
        reverse_journal(journal_id=uuid7(), business_date=None, subject="pay_1", now=NOW)


@pytest.mark.django_db
def test_a_balance_is_per_account_and_currency() -> None:
    post()
    post(lines=templates.capture(provider="bank_a", merchant="mer_1", amount=Money(700, "EUR")))

    assert balance(account=accounts.merchant_payable("mer_1"), currency="CHF") == Money(-1282, "CHF")
    assert balance(account=accounts.merchant_payable("mer_1"), currency="EUR") == Money(-700, "EUR")
    assert balance(account=accounts.merchant_payable("mer_2"), currency="CHF") == Money(0, "CHF")
