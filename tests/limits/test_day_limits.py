"""Limits per day: reserved to the rappen, given back, and never half."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from threading import Barrier
from uuid import UUID

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.money import CurrencyMismatch, Money
from apps.limits.models import PAYING, DayCounter, Scope
from apps.limits.operations import forget_counters, give_back, reserve_limits, set_payment_limit
from apps.limits.queries import limits_in_force
from apps.limits.tasks import forget
from apps.limits.values import Limits, MerchantLimits, OverLimit

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
TODAY = NOW.date()
STAFF = Actor("operator", "tests")

pytestmark = pytest.mark.django_db(transaction=True)


def chf(amount: int) -> Money:
    return Money(amount, "CHF")


class World:
    """A customer with one phone and one card at one merchant, and what is in force for them."""

    def __init__(self, *, merchant_per_day: int | None = None, **per_day: int) -> None:
        self.subjects = {scope: uuid7() for scope in PAYING}
        self.merchant_id = uuid7()
        self.merchant_per_day = merchant_per_day
        self.defaults = {Scope(scope): Limits(per_day=chf(minor)) for scope, minor in per_day.items()}

    def reserve(
        self,
        amount: int,
        *,
        day: date | None = TODAY,
        now: datetime = NOW,
        subjects: dict[Scope, UUID] | None = None,
        currency: str = "CHF",
    ) -> OverLimit | None:
        per_day = None if self.merchant_per_day is None else Money(self.merchant_per_day, currency)
        with transaction.atomic():
            return reserve_limits(
                amount=Money(amount, currency),
                day=day,
                subjects=subjects or self.subjects,
                defaults=self.defaults,
                merchant=MerchantLimits(self.merchant_id, Money(1_000_000, currency), per_day),
                now=now,
            )

    def give_back(self, amount: int, *, day: date = TODAY, reserved_at: datetime = NOW) -> None:
        with transaction.atomic():
            give_back(amount=chf(amount), day=day, subjects=self.everybody, reserved_at=reserved_at)

    @property
    def everybody(self) -> dict[Scope, UUID]:
        return {**self.subjects, Scope.MERCHANT: self.merchant_id}

    def used(self, day: date = TODAY) -> dict[str, int]:
        rows = DayCounter.objects.filter(day=day, subject_id__in=self.everybody.values())
        return dict(rows.values_list("scope", "used_minor"))


def at_once(count: int, act: Callable[[int], object]) -> list[object]:
    """Run the act in so many threads and return what each answered."""

    def run(number: int) -> object:
        try:
            return act(number)
        finally:
            connection.close()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


@pytest.mark.parametrize("scope", PAYING)
def test_a_day_takes_exactly_its_limit(scope: Scope) -> None:
    world = World(**{scope: 100})

    assert world.reserve(60) is None
    assert world.reserve(41) == OverLimit(scope, chf(100), is_per_day=True)
    assert world.reserve(40) is None
    assert world.reserve(1) == OverLimit(scope, chf(100), is_per_day=True)
    assert world.used() == {scope: 100}


def test_a_merchants_day_takes_exactly_its_limit_whoever_pays() -> None:
    world = World(merchant_per_day=100)

    assert world.reserve(60) is None
    others = {scope: uuid7() for scope in PAYING}
    assert world.reserve(41, subjects=others) == OverLimit("merchant", chf(100), is_per_day=True)
    assert world.reserve(40, subjects=others) is None
    assert world.used() == {"merchant": 100}


def test_a_single_payment_above_the_limit_of_a_day_is_refused_before_anything_is_counted() -> None:
    world = World(device=100)

    assert world.reserve(101) == OverLimit(Scope.DEVICE, chf(100), is_per_day=True)
    assert world.used() == {}


def test_one_statement_reads_and_one_counts(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    world = World(merchant_per_day=100, device=100, customer=100, instrument=100)

    with transaction.atomic(), django_assert_num_queries(2):
        assert world_reserve_within(world, 10) is None
    with transaction.atomic(), django_assert_num_queries(2):
        assert world_reserve_within(world, 10) is None
    with transaction.atomic(), django_assert_num_queries(1):
        give_back(amount=chf(10), day=TODAY, subjects=world.everybody, reserved_at=NOW)

    assert world.used() == dict.fromkeys(("merchant", "device", "customer", "instrument"), 10)


def world_reserve_within(world: World, amount: int) -> OverLimit | None:
    """Reserve without a savepoint, as the payment does."""
    return reserve_limits(
        amount=chf(amount),
        day=TODAY,
        subjects=world.subjects,
        defaults=world.defaults,
        merchant=MerchantLimits(world.merchant_id, chf(1_000_000), chf(100)),
        now=NOW,
    )


def test_a_refused_payment_that_commits_has_counted_nothing() -> None:
    for full in ("device", "instrument", "customer", "merchant"):
        limits = {"device": 100, "instrument": 100, "customer": 100, "merchant": 100} | {full: 50}
        world = World(merchant_per_day=limits.pop("merchant"), **limits)
        assert world.reserve(50) is None

        assert world.reserve(1) == OverLimit(full, chf(50), is_per_day=True)

        assert world.used() == dict.fromkeys(("device", "instrument", "customer", "merchant"), 50)


def test_a_payment_that_is_rolled_back_has_counted_nothing() -> None:
    world = World(device=100)

    with transaction.atomic():
        world.reserve(100)
        transaction.set_rollback(True)

    assert world.reserve(100) is None


def test_training_is_held_against_limits_and_counted_nowhere() -> None:
    world = World(device=100)

    assert world.reserve(101, day=None) == OverLimit(Scope.DEVICE, chf(100), is_per_day=True)
    assert [world.reserve(100, day=None) for _ in range(2)] == [None, None]
    assert world.used() == {}


def test_each_day_and_each_currency_counts_for_itself() -> None:
    world = World(merchant_per_day=100)

    assert world.reserve(100) is None
    assert world.reserve(100, day=TODAY + timedelta(days=1)) is None
    assert world.reserve(100, currency="EUR") is None
    assert world.reserve(1) is not None


def test_a_default_in_another_currency_does_not_bind_and_a_merchants_must_fit() -> None:
    world = World(device=100)
    assert world.reserve(5000, currency="EUR") is None

    with pytest.raises(CurrencyMismatch):
        reserve_limits(
            amount=chf(1),
            day=TODAY,
            subjects=world.subjects,
            defaults={},
            merchant=MerchantLimits(world.merchant_id, chf(5), Money(5, "EUR")),
            now=NOW,
        )


def test_a_limit_that_was_set_counts_instead_of_the_default_and_each_kind_for_itself() -> None:
    world = World(device=100)
    device = world.subjects[Scope.DEVICE]

    set_payment_limit(scope=Scope.DEVICE, subject_id=device, limit=chf(70), by=STAFF, now=NOW)
    assert world.reserve(71) == OverLimit(Scope.DEVICE, chf(70))
    assert world.reserve(70) is None
    assert world.reserve(31) == OverLimit(Scope.DEVICE, chf(100), is_per_day=True)
    set_payment_limit(scope=Scope.DEVICE, subject_id=device, per_day=chf(200), by=STAFF, now=NOW)
    assert world.reserve(130) is None
    set_payment_limit(scope=Scope.DEVICE, subject_id=device, per_day=chf(0), by=STAFF, now=NOW)
    assert world.reserve(1) == OverLimit(Scope.DEVICE, chf(0), is_per_day=True)


def test_a_limit_below_what_was_paid_already_lets_nothing_more_through() -> None:
    world = World(customer=100)
    assert world.reserve(80) is None

    world.defaults = {Scope.CUSTOMER: Limits(per_day=chf(50))}

    assert world.reserve(1) is not None
    world.give_back(80)
    assert world.reserve(50) is None


def test_what_was_given_back_may_be_paid_again_and_a_part_of_it_in_part() -> None:
    world = World(merchant_per_day=100, device=100)
    assert world.reserve(100) is None

    world.give_back(30)
    assert world.reserve(31) is not None
    world.give_back(70)

    assert world.reserve(100) is None
    assert world.used() == {"device": 100, "merchant": 100}


def test_a_counter_never_falls_below_nothing_and_other_days_are_left_alone() -> None:
    world = World(device=100)
    assert world.reserve(40) is None

    world.give_back(40, day=TODAY - timedelta(days=1))
    assert world.used() == {"device": 40}
    world.give_back(41)
    assert world.used() == {"device": 0}


def test_a_payment_from_before_the_limit_gives_nothing_back() -> None:
    world = World()
    assert world.reserve(50) is None
    world.defaults = {Scope.DEVICE: Limits(per_day=chf(100))}
    assert world.reserve(100, now=NOW + timedelta(hours=1)) is None

    world.give_back(50, reserved_at=NOW)

    assert world.used() == {"device": 100}


def test_whoever_was_counted_first_and_asked_first_are_not_always_the_same() -> None:
    world = World(device=100)
    assert world.reserve(60, now=NOW + timedelta(milliseconds=5)) is None
    assert world.reserve(40, now=NOW) is None

    world.give_back(40, reserved_at=NOW)

    assert world.used() == {"device": 60}


@pytest.mark.parametrize("has_counter", [False, True])
def test_twenty_at_once_take_exactly_the_limit(has_counter: bool) -> None:
    world = World(merchant_per_day=70)
    if has_counter:
        world.reserve(0)

    answers = at_once(20, lambda _: world.reserve(10, subjects={scope: uuid7() for scope in PAYING}))

    assert sorted(answer is None for answer in answers) == [False] * 13 + [True] * 7
    assert world.used() == {"merchant": 70}


def test_twenty_at_once_against_four_limits_leave_nothing_half_counted() -> None:
    world = World(merchant_per_day=100, customer=100, instrument=100, device=50)

    answers = at_once(20, lambda _: world.reserve(10))

    assert sum(answer is None for answer in answers) == 5
    assert world.used() == dict.fromkeys(("merchant", "customer", "instrument", "device"), 50)


def test_payments_that_share_everybody_never_deadlock() -> None:
    world = World(merchant_per_day=100_000, customer=100_000, instrument=100_000, device=100_000)
    start = Barrier(8)

    def pay(number: int) -> None:
        chance = random.Random(number)  # noqa: S311  # a test's choice, not a secret
        start.wait()
        for _ in range(25):
            # Named in any order: the statement makes its own.
            everybody = list(world.everybody.items())
            chance.shuffle(everybody)
            subjects: dict[Scope, UUID] = {scope: who for scope, who in everybody if scope != Scope.MERCHANT}
            assert world.reserve(10, subjects=subjects) is None
            with transaction.atomic():
                give_back(amount=chf(5), day=TODAY, subjects=dict(everybody), reserved_at=NOW)

    at_once(8, pay)

    assert world.used() == dict.fromkeys(("merchant", "customer", "instrument", "device"), 8 * 25 * 5)


def test_half_of_twenty_at_once_give_back_and_what_is_left_is_counted() -> None:
    world = World(merchant_per_day=1_000_000, device=1_000_000)

    def pay(number: int) -> None:
        assert world.reserve(number) is None
        if number % 2:
            world.give_back(number)

    at_once(20, pay)

    assert world.used() == dict.fromkeys(("merchant", "device"), sum(range(0, 20, 2)))


STEP = st.tuples(
    st.sampled_from(["reserve", "reserve", "give back"]),
    st.integers(0, 60),
    st.sampled_from([TODAY, date(2026, 11, 25)]),
)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(limits=st.dictionaries(st.sampled_from(list(Scope)), st.integers(0, 120)), steps=st.lists(STEP, max_size=15))
def test_after_any_sequence_the_counters_are_what_was_reserved_less_what_was_given_back(
    limits: dict[Scope, int], steps: list[tuple[str, int, date]]
) -> None:
    paying = {str(scope): minor for scope, minor in limits.items() if scope != Scope.MERCHANT}
    world = World(merchant_per_day=limits.get(Scope.MERCHANT), **paying)
    model: dict[date, int] = {}
    reserved: list[tuple[int, date]] = []

    for verb, amount, day in steps:
        if verb == "reserve":
            fits = all(model.get(day, 0) + amount <= limit for limit in limits.values())
            assert (world.reserve(amount, day=day) is None) == fits
            if fits:
                model[day] = model.get(day, 0) + amount
                reserved.append((amount, day))
        elif reserved:
            amount, day = reserved.pop(amount % len(reserved))
            world.give_back(amount, day=day)
            model[day] -= amount

        for known, used in model.items():
            assert world.used(known) == dict.fromkeys(limits, used)


def test_the_lowest_of_what_is_in_force_is_shown() -> None:
    device, customer = uuid7(), uuid7()
    subjects = {Scope.DEVICE: device, Scope.CUSTOMER: customer}
    defaults = {Scope.DEVICE: Limits(chf(300), chf(1000))}

    def shown(currency: str = "CHF") -> Limits:
        return limits_in_force(subjects=subjects, defaults=defaults, currency=currency, now=NOW)

    assert shown() == Limits(chf(300), chf(1000))
    set_payment_limit(scope=Scope.CUSTOMER, subject_id=customer, limit=chf(200), by=STAFF, now=NOW)
    assert shown() == Limits(chf(200), chf(1000))
    set_payment_limit(scope=Scope.DEVICE, subject_id=device, limit=chf(100), per_day=chf(5000), by=STAFF, now=NOW)
    assert shown() == Limits(chf(100), chf(5000))
    assert shown("EUR") == Limits(None, None)


def test_counters_of_long_ago_are_forgotten_and_younger_ones_kept() -> None:
    world = World(device=100)
    days = [TODAY - timedelta(days=past) for past in (93, 92, 0)]
    for day in days:
        world.reserve(1, day=day)

    assert forget_counters(before=TODAY - timedelta(days=92), limit=10) == 1
    assert forget_counters(before=TODAY - timedelta(days=92), limit=10) == 0
    assert [world.used(day) for day in days] == [{}, {"device": 1}, {"device": 1}]


def test_the_daily_note_forgets_more_than_one_batch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.limits.tasks._BATCH", 2)
    world = World(device=100)
    for past in range(5):
        world.reserve(1, day=date(2026, 1, 1) + timedelta(days=past))

    forget()

    assert not DayCounter.objects.exists()


def test_several_who_forget_at_once_do_not_disturb_each_other() -> None:
    world = World(device=100)
    for past in range(30):
        world.reserve(1, day=TODAY - timedelta(days=past))

    counts = at_once(5, lambda _: forget_counters(before=TODAY, limit=100))

    assert sum(int(str(count)) for count in counts) == 29
    assert world.used() == {"device": 1}
