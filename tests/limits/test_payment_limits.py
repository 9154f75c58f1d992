from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import pytest
from django.db import IntegrityError, connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.audit.models import Record
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.money import CurrencyMismatch, Money
from apps.limits.errors import InvalidLimit
from apps.limits.models import PAYING, DayCounter, PaymentLimit, Scope
from apps.limits.operations import reserve_limits, set_payment_limit
from apps.limits.values import Limits, MerchantLimits, OverLimit

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ALICE = Actor("customer", "cus_alice")
SUBJECTS = {scope: uuid7() for scope in PAYING}
MERCHANT = uuid7()
PLENTY = Money(1_000_000, "CHF")

pytestmark = pytest.mark.django_db(transaction=True)


def chf(amount: int) -> Money:
    return Money(amount, "CHF")


def limit(scope: Scope, amount: Money, subject: UUID | None = None) -> PaymentLimit:
    return set_payment_limit(scope=scope, subject_id=subject or SUBJECTS[scope], limit=amount, by=ALICE, now=NOW)


def check(
    amount: Money, defaults: dict[Scope, Money] | None = None, merchant_limit: Money = PLENTY
) -> OverLimit | None:
    return reserve_limits(
        amount=amount,
        day=NOW.date(),
        subjects=SUBJECTS,
        defaults={scope: Limits(per_payment=default) for scope, default in (defaults or {}).items()},
        merchant=MerchantLimits(MERCHANT, per_payment=merchant_limit),
        now=NOW,
    )


def test_exactly_the_limit_passes_and_one_more_does_not() -> None:
    for scope in PAYING:
        limit(scope, chf(5000))

        assert check(chf(5000)) is None
        assert check(chf(5001)) == OverLimit(scope, chf(5000))
        PaymentLimit.objects.all().delete()


def test_without_a_limit_per_day_one_statement_reads_and_none_counts(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    for scope in PAYING:
        limit(scope, chf(5000))

    with django_assert_num_queries(1):
        assert check(chf(1)) is None
    assert not DayCounter.objects.exists()


def test_the_merchants_limit_always_counts() -> None:
    limit(Scope.CUSTOMER, chf(90_000))

    assert check(chf(2001), merchant_limit=chf(2000)) == OverLimit("merchant", chf(2000))
    with pytest.raises(CurrencyMismatch):
        check(chf(1), merchant_limit=Money(2000, "EUR"))


def test_a_limit_that_was_set_counts_instead_of_the_default() -> None:
    defaults = {Scope.DEVICE: chf(3000)}

    assert check(chf(3001), defaults) == OverLimit(Scope.DEVICE, chf(3000))
    limit(Scope.DEVICE, chf(4000))
    assert check(chf(3001), defaults) is None
    limit(Scope.DEVICE, chf(100))
    assert check(chf(101), defaults) == OverLimit(Scope.DEVICE, chf(100))


def test_a_limit_binds_its_own_subject_scope_and_currency_only() -> None:
    limit(Scope.DEVICE, chf(0), subject=uuid7())
    limit(Scope.DEVICE, chf(0), subject=SUBJECTS[Scope.CUSTOMER])
    limit(Scope.DEVICE, Money(0, "EUR"))

    assert check(chf(100), {Scope.DEVICE: Money(0, "EUR")}) is None


def test_setting_twice_leaves_one_limit_and_two_traces() -> None:
    limit(Scope.CUSTOMER, chf(100))
    limit(Scope.CUSTOMER, chf(200))

    assert [row.per_payment_minor for row in PaymentLimit.objects.all()] == [200]
    assert Record.objects.filter(action="limit.customer_set").count() == 2


def test_ten_who_set_at_once_leave_one_limit() -> None:
    def set_and_close(amount: int) -> None:
        try:
            limit(Scope.CUSTOMER, chf(amount))
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(set_and_close, range(1, 11)))

    assert PaymentLimit.objects.count() == 1


def test_less_than_nothing_is_refused() -> None:
    for wrong in (chf(-1), chf(2**53)):
        with pytest.raises(InvalidLimit):
            limit(Scope.CUSTOMER, wrong)
    with pytest.raises(InvalidLimit):
        limit(Scope.MERCHANT, chf(1), subject=MERCHANT)
    with pytest.raises(InvalidLimit):
        set_payment_limit(scope=Scope.DEVICE, subject_id=uuid7(), by=ALICE, now=NOW)
    with pytest.raises(InvalidLimit):
        set_payment_limit(
            scope=Scope.DEVICE, subject_id=uuid7(), limit=chf(1), per_day=Money(1, "EUR"), by=ALICE, now=NOW
        )
    with pytest.raises(IntegrityError, match="limit_is_not_negative"):
        PaymentLimit.objects.create(
            scope=Scope.DEVICE, subject_id=uuid7(), currency="CHF", per_payment_minor=-1, set_at=NOW
        )


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(
    amount=st.integers(0, 300),
    limits=st.dictionaries(st.sampled_from(PAYING), st.integers(0, 300)),
    defaults=st.dictionaries(st.sampled_from(PAYING), st.integers(0, 300)),
)
def test_a_payment_passes_if_no_limit_in_force_is_below_it(
    amount: int, limits: dict[Scope, int], defaults: dict[Scope, int]
) -> None:
    PaymentLimit.objects.all().delete()
    for scope, minor in limits.items():
        limit(scope, chf(minor))

    crossed = check(chf(amount), {scope: chf(minor) for scope, minor in defaults.items()})

    in_force = {**defaults, **limits}
    assert (crossed is None) == all(amount <= minor for minor in in_force.values())
