"""A payment that has begun asks for nothing new once its provider, its merchant or everything is stopped."""

from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from apps.fraud.models import Verdict
from apps.instruments.models import Instrument
from apps.limits.models import DayCounter
from apps.providers.models import ProviderAccount
from apps.switches.models import SwitchKind
from apps.switches.queries import forget_switches
from apps.transactions.models import Attempt, Operation
from apps.transactions.states import Status
from tests.cast import Phone
from tests.shop import Shop
from tests.switches.desk import stop
from tests.transactions import test_fallback, test_next_route
from tests.transactions.counter import review
from tests.transactions.test_fallback import NO, scripted, second
from tests.transactions.test_next_route import NOT_SENT, other_line

__all__ = ["other_line", "scripted", "second"]


@pytest.fixture(autouse=True)
def no_stop_of_another_test() -> Iterator[None]:
    forget_switches()
    yield
    forget_switches()


def test_what_was_held_for_review_is_declined_when_it_is_released(
    shop: Shop, phone: Phone, now: datetime, fraud_says: Callable[[Verdict], None]
) -> None:
    fraud_says(Verdict.REVIEW)
    payment = shop.sell(phone, 4250, now=now)
    stop(SwitchKind.MERCHANT, str(shop.merchant.id), now=now)

    released = review(payment, now=now)

    assert (released.status, released.decline_code) == (Status.DECLINED, "payments_stopped")
    assert not Operation.objects.exists()
    assert not DayCounter.objects.filter(used_minor__gt=0).exists()


def test_the_second_choice_is_not_taken_at_a_provider_that_is_stopped(
    shop: Shop, phone: Phone, second: Instrument, now: datetime, scripted: list[object]
) -> None:
    stop(SwitchKind.PROVIDER, str(second.provider_account_id), now=now)
    scripted.append(NO)

    payment = test_fallback.sell(shop, phone, now)

    assert (payment.status, payment.decline_code) == (Status.DECLINED, "insufficient_funds")
    assert Attempt.objects.count() == 1


def test_the_second_route_is_not_taken_when_it_is_stopped(
    shop: Shop, phone: Phone, other_line: ProviderAccount, now: datetime, scripted: list[object]
) -> None:
    stop(SwitchKind.PROVIDER, str(other_line.id), now=now)
    scripted.append(NOT_SENT)

    payment = test_next_route.sell(shop, phone, now)

    assert (payment.status, payment.decline_code) == (Status.DECLINED, "provider_unavailable")
    assert Attempt.objects.count() == 1


def test_a_stopped_payment_is_held_against_no_limit(shop: Shop, phone: Phone, now: datetime) -> None:
    stop(SwitchKind.EVERYTHING, now=now)

    payment = shop.sell(phone, 4250, now=now)

    assert (payment.status, payment.decline_detail) == (Status.DECLINED, "payments_stopped")
    assert payment.limits_reserved_minor == 0
    assert not DayCounter.objects.filter(used_minor__gt=0).exists()
