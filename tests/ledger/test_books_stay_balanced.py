"""Any journals, one after the other or all at once, leave the books at zero."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.kernel.money import Money
from apps.ledger import templates
from apps.ledger.errors import AlreadyReversed
from apps.ledger.lines import Line
from apps.ledger.models import Journal
from apps.ledger.operations import post_journal, reverse_journal
from apps.ledger.queries import balance, broken_journals, trial_balance

NOW = datetime(2026, 11, 23, 16, 5, tzinfo=UTC)
AMOUNTS = st.integers(-(10**12), 10**12).filter(bool)
ACCOUNTS = st.sampled_from(["rounding", "fee_revenue", "bank:a", "merchant_payable:m", "holds:p"])


@st.composite
def balanced_lines(draw: st.DrawFn) -> list[Line]:
    currency = draw(st.sampled_from(["CHF", "EUR"]))
    amounts = draw(st.lists(AMOUNTS, min_size=1, max_size=6).filter(sum))
    return [Line(draw(ACCOUNTS), Money(amount, currency)) for amount in [*amounts, -sum(amounts)]]


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(journals=st.lists(balanced_lines(), min_size=1, max_size=5))
def test_any_balanced_journals_keep_every_currency_at_zero(journals: list[list[Line]]) -> None:
    expected: dict[str, dict[str, int]] = {}
    with transaction.atomic():
        for lines in journals:
            post_journal(kind="test", lines=lines, business_date=None, subject="s", now=NOW)
            for line in lines:
                sums = expected.setdefault(line.amount.currency, {})
                sums[line.account] = sums.get(line.account, 0) + line.amount.amount
        with connection.cursor() as cursor:
            # The test's transaction never commits; this makes the deferred triggers speak now.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        found = trial_balance()
        transaction.set_rollback(True)

    assert found == expected
    assert all(sum(accounts.values()) == 0 for accounts in found.values())


@pytest.mark.django_db(transaction=True)
def test_many_tills_book_on_one_merchant_at_once_and_nothing_is_lost() -> None:
    lines = templates.capture(provider="p", merchant="m", amount=Money(3, "CHF"))

    def book(number: int) -> None:
        try:
            for _ in range(20):
                post_journal(kind="captured", lines=lines, business_date=None, subject=f"pay_{number}", now=NOW)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as tills:
        list(tills.map(book, range(6)))

    assert Journal.objects.count() == 120
    assert balance(account="merchant_payable:m", currency="CHF") == Money(-360, "CHF")
    assert sum(trial_balance()["CHF"].values()) == 0
    assert broken_journals() == []


@pytest.mark.django_db(transaction=True)
def test_of_several_reversals_at_once_exactly_one_is_written() -> None:
    lines = templates.hold(provider="p", amount=Money(3, "CHF"))
    journal = post_journal(kind="authorised", lines=lines, business_date=None, subject="pay_1", now=NOW)

    def reverse(_: int) -> bool:
        try:
            reverse_journal(journal_id=journal.id, business_date=None, subject="pay_1", now=NOW)
        except AlreadyReversed:
            return False
        else:
            return True
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as workers:
        outcomes = list(workers.map(reverse, range(6)))

    assert outcomes.count(True) == 1
    assert balance(account="holds:p", currency="CHF") == Money(0, "CHF")
