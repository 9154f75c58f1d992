"""What a customer asks: down at once, up after a day and only confirmed."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from apps.audit.models import Record
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.limits.errors import InvalidLimit, RaiseUnconfirmed
from apps.limits.models import PaymentLimit, PendingLimit, Scope
from apps.limits.operations import ask_limit_change, reserve_limits, set_payment_limit
from apps.limits.queries import limits_in_force
from apps.limits.values import LimitChange, Limits, MerchantLimits, OverLimit

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
DAY = timedelta(hours=24)
ALICE = Actor("customer", "cus_alice")
STAFF = Actor("operator", "tests")
DEFAULT = Limits(Money(1000, "CHF"), Money(5000, "CHF"))
SUBJECT = uuid7()

pytestmark = pytest.mark.django_db(transaction=True)


def limits(per_payment: int | None = None, per_day: int | None = None) -> Limits:
    return Limits(
        None if per_payment is None else Money(per_payment, "CHF"), None if per_day is None else Money(per_day, "CHF")
    )


def ask(
    per_payment: int | None = None, per_day: int | None = None, *, now: datetime = NOW, is_confirmed: bool = True
) -> LimitChange:
    return ask_limit_change(
        scope=Scope.CUSTOMER,
        subject_id=SUBJECT,
        wanted=limits(per_payment, per_day),
        default=DEFAULT,
        is_confirmed=is_confirmed,
        by=ALICE,
        now=now,
    )


def in_force(now: datetime = NOW) -> Limits:
    defaults = {Scope.CUSTOMER: DEFAULT}
    return limits_in_force(subjects={Scope.CUSTOMER: SUBJECT}, defaults=defaults, currency="CHF", now=now)


def test_down_holds_at_once_without_the_pin() -> None:
    change = ask(800, 4000, is_confirmed=False)

    assert change == LimitChange(limits(800, 4000), limits(), None)
    assert in_force() == limits(800, 4000)


def test_up_holds_after_exactly_a_day() -> None:
    change = ask(1500, 9000)

    assert change == LimitChange(DEFAULT, limits(1500, 9000), NOW + DAY)
    assert in_force(NOW + DAY - timedelta(microseconds=1)) == DEFAULT
    assert in_force(NOW + DAY) == limits(1500, 9000)


def test_up_without_the_pin_is_refused_as_a_whole() -> None:
    with pytest.raises(RaiseUnconfirmed):
        ask(800, 9000, is_confirmed=False)

    assert in_force(NOW + DAY) == DEFAULT
    assert not Record.objects.exists()


def test_one_up_and_the_other_down_each_go_their_way() -> None:
    change = ask(1500, 4000)

    assert change == LimitChange(limits(1000, 4000), limits(1500), NOW + DAY)
    assert in_force() == limits(1000, 4000)
    assert in_force(NOW + DAY) == limits(1500, 4000)


def test_a_raise_binds_payments_by_the_same_read(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    ask(1500)

    def pay(now: datetime) -> OverLimit | None:
        return reserve_limits(
            amount=Money(1500, "CHF"),
            day=None,
            subjects={Scope.CUSTOMER: SUBJECT},
            defaults={Scope.CUSTOMER: DEFAULT},
            merchant=MerchantLimits(uuid7(), Money(10_000, "CHF")),
            now=now,
        )

    with django_assert_num_queries(2):
        assert pay(NOW) == OverLimit(Scope.CUSTOMER, Money(1000, "CHF"))
        assert pay(NOW + DAY) is None


def test_a_later_wish_for_less_takes_the_raise_back() -> None:
    ask(1500, 9000)

    ask(900, now=NOW + DAY / 2, is_confirmed=False)

    assert in_force(NOW + 2 * DAY) == limits(900, 9000)


def test_asking_for_what_is_in_force_takes_the_raise_back_too() -> None:
    ask(1500)

    assert ask(1000, is_confirmed=False).effective_at is None

    assert in_force(NOW + DAY) == DEFAULT
    assert not PendingLimit.objects.exists()


def test_asking_twice_for_the_same_raise_does_not_delay_it() -> None:
    ask(1500)

    assert ask(1500, now=NOW + DAY / 2).effective_at == NOW + DAY
    assert PendingLimit.objects.count() == 1


def test_another_raise_waits_a_day_of_its_own() -> None:
    ask(1500)

    assert ask(1600, now=NOW + DAY / 2).effective_at == NOW + DAY * 1.5
    assert in_force(NOW + DAY) == DEFAULT
    assert in_force(NOW + DAY * 1.5) == limits(1600, 5000)


def test_a_raise_that_came_true_outlives_the_next_wish() -> None:
    ask(1500)

    change = ask(None, 9000, now=NOW + DAY)

    assert change == LimitChange(limits(1500, 5000), limits(None, 9000), NOW + 2 * DAY)
    assert in_force(NOW + DAY) == limits(1500, 5000)
    assert in_force(NOW + 2 * DAY) == limits(1500, 9000)


def test_what_staff_decides_is_not_undone_by_an_earlier_raise() -> None:
    ask(1500, 9000)

    set_payment_limit(scope=Scope.CUSTOMER, subject_id=SUBJECT, limit=Money(100, "CHF"), by=STAFF, now=NOW)

    assert in_force(NOW + DAY) == limits(100, 5000)


def test_where_nothing_binds_any_limit_is_less() -> None:
    change = ask_limit_change(
        scope=Scope.CUSTOMER,
        subject_id=SUBJECT,
        wanted=limits(700),
        default=Limits(),
        is_confirmed=False,
        by=ALICE,
        now=NOW,
    )

    assert change == LimitChange(limits(700), limits(), None)


@pytest.mark.parametrize(
    "wanted",
    [
        limits(),
        limits(-1),
        limits(1, -1),
        limits(2**53),
        Limits(Money(1, "CHF"), Money(1, "EUR")),
    ],
)
def test_a_wish_that_makes_no_sense_is_refused(wanted: Limits) -> None:
    with pytest.raises(InvalidLimit):
        ask_limit_change(
            scope=Scope.CUSTOMER,
            subject_id=SUBJECT,
            wanted=wanted,
            default=DEFAULT,
            is_confirmed=True,
            by=ALICE,
            now=NOW,
        )


def test_another_currency_has_limits_of_its_own() -> None:
    change = ask_limit_change(
        scope=Scope.CUSTOMER,
        subject_id=SUBJECT,
        wanted=Limits(Money(9_000_000, "EUR")),
        default=DEFAULT,
        is_confirmed=False,
        by=ALICE,
        now=NOW,
    )

    assert change.in_force == Limits(Money(9_000_000, "EUR"))
    assert in_force() == DEFAULT


def test_every_wish_leaves_evidence() -> None:
    ask(1500, 4000)

    kept = Record.objects.get()
    assert (kept.actor_id, kept.action, kept.subject) == ("cus_alice", "limit.customer_change_asked", str(SUBJECT))
    assert kept.facts == {
        "per_payment": 1500,
        "per_day": 4000,
        "currency": "CHF",
        "raise_effective_at": (NOW + DAY).isoformat(),
    }


def test_ten_wishes_at_once_leave_one_limit_and_at_most_one_raise() -> None:
    def ask_and_close(number: int) -> None:
        try:
            ask(1500 + number, 4000 - number)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(ask_and_close, range(10)))

    assert PaymentLimit.objects.count() == 1
    assert PendingLimit.objects.count() == 1
    # Whoever asked last, the wishes were judged one after the other: a lower day is never undone without waiting.
    assert in_force().per_day == Money(3991, "CHF")
