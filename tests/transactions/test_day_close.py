"""The end of a till's day: what it counted beside what we did."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from apps.audit.models import Record
from apps.cases.models import Case
from apps.merchants.models import Mode
from apps.transactions.errors import CurrencyNotSupported, DayNotBegun
from apps.transactions.models import DayClose, Payment
from apps.transactions.operations.day_close import Closed, Count, CountedLine, DayCount, close_day
from apps.transactions.queries import is_day_closed
from apps.transactions.requests import RequestKey
from tests.cast import Phone
from tests.devices.crowd import at_once
from tests.shop import Shop, carry_out_all, make_bank
from tests.transactions.counter import approve, buy, carry_out_decision, refund, set_refund_limit

NOTHING = Count(0, 0)


@pytest.fixture
def payment(shop: Shop, phone: Phone, now: datetime) -> Payment:
    return buy(shop, phone, 1000, now=now, reference="A1")


# Any: what DayCount takes.
def close(shop: Shop, payment: Payment, *, now: datetime, key: RequestKey | None = None, **told: Any) -> Closed:
    wanted = {"day": payment.business_date, "currency": "CHF", "payments": Count(1, 1000), "refunds": NOTHING} | told
    return close_day(counted=DayCount(**wanted), point=shop.point, key=key or shop.key(), by=shop.actor, now=now)


def test_a_day_that_was_counted_alike_matches(shop: Shop, payment: Payment, now: datetime) -> None:
    closed = close(shop, payment, now=now).close

    assert (closed.matched, closed.differences) == (True, [])
    assert closed.ours == {"payments": {"count": 1, "amount": 1000}, "refunds": {"count": 0, "amount": 0}}
    assert is_day_closed(till_id=shop.till.id, mode=Mode.LIVE, day=payment.business_date)
    assert Record.objects.filter(action="till.day_closed", subject=shop.till.public_id).count() == 1
    assert not Case.objects.exists()


def test_other_sums_are_a_difference_and_people_hear_of_it(shop: Shop, payment: Payment, now: datetime) -> None:
    closed = close(shop, payment, now=now, payments=Count(2, 1500)).close

    assert not closed.matched
    assert closed.differences == [
        {
            "type": "payment",
            "reference": None,
            "told": {"count": 2, "amount": 1500},
            "ours": {"count": 1, "amount": 1000},
        }
    ]
    case = Case.objects.get()
    assert (case.kind, case.severity) == ("day_close_difference", "warning")
    assert case.subject == f"{shop.till.public_id}:{payment.business_date}"


def test_the_difference_of_another_day_is_a_case_of_its_own(shop: Shop, payment: Payment, now: datetime) -> None:
    close(shop, payment, now=now, payments=Count(2, 1500))
    close(shop, payment, now=now, payments=Count(3, 2500))
    payment.business_date -= timedelta(days=1)
    close(shop, payment, now=now, payments=Count(1, 1))

    assert sorted(Case.objects.values_list("times", flat=True)) == [1, 2]


def test_a_difference_in_training_troubles_nobody(shop: Shop, payment: Payment, now: datetime) -> None:
    test_till = Shop(shop.merchant, shop.store, shop.till, shop.bank, mode=Mode.TEST)

    assert not close(test_till, payment, now=now, payments=Count(1, 1)).close.matched
    assert not Case.objects.exists()


def test_the_lines_say_where_the_difference_is(shop: Shop, phone: Phone, payment: Payment, now: datetime) -> None:
    second = buy(shop, phone, 2000, now=now, reference="A2")
    refund(shop, second, 300, now=now)
    lines = (
        CountedLine("A1", 1000, "payment"),
        CountedLine("A3", 700, "payment"),
        CountedLine("A2", 250, "refund"),
    )

    closed = close(shop, payment, now=now, payments=Count(2, 3000), refunds=Count(1, 300), lines=lines).close

    assert closed.differences == [
        {"type": "payment", "reference": "A2", "told": 0, "ours": 2000},
        {"type": "payment", "reference": "A3", "told": 700, "ours": 0},
        {"type": "refund", "reference": "A2", "told": 250, "ours": 300},
    ]


def test_lines_of_one_receipt_are_added_up(shop: Shop, payment: Payment, now: datetime) -> None:
    refund(shop, payment, 100, now=now)
    refund(shop, payment, 200, now=now)
    lines = (
        CountedLine("A1", 600, "payment"),
        CountedLine("A1", 400, "payment"),
        CountedLine("A1", 300, "refund"),
    )

    closed = close(shop, payment, now=now, refunds=Count(2, 300), lines=lines).close

    assert closed.matched


def test_each_refund_is_counted(shop: Shop, payment: Payment, now: datetime) -> None:
    refund(shop, payment, 100, now=now)
    refund(shop, payment, 200, now=now)

    assert close(shop, payment, now=now, refunds=Count(2, 300)).close.matched
    assert not close(shop, payment, now=now, refunds=Count(1, 300)).close.matched


def test_a_refund_counts_on_the_day_on_which_it_was_asked_for(shop: Shop, payment: Payment, now: datetime) -> None:
    tomorrow = now + timedelta(days=1)
    refund(shop, payment, 400, now=tomorrow)

    today = close(shop, payment, now=tomorrow).close
    next_day = close(
        shop,
        payment,
        now=tomorrow,
        day=payment.business_date + timedelta(days=1),
        payments=NOTHING,
        refunds=Count(1, 400),
    ).close

    assert (today.matched, next_day.matched) == (True, True)


def test_what_nobody_approved_yet_is_not_given_back(shop: Shop, payment: Payment, now: datetime) -> None:
    set_refund_limit(shop, 100, now=now)
    waiting = refund(shop, payment, 400, now=now)
    before = close(shop, payment, now=now).close

    carry_out_decision(approve(waiting, now=now), now=now)
    carry_out_all(payment.id, now=now)
    after = close(shop, payment, now=now, refunds=Count(1, 400)).close

    assert (before.matched, after.matched) == (True, True)


def test_a_cancelled_capture_is_a_payment_and_a_refund(shop: Shop, payment: Payment, now: datetime) -> None:
    shop.cancel(payment, now=now)

    assert close(shop, payment, now=now, refunds=Count(1, 1000)).close.matched


def test_only_what_was_captured_is_counted(shop: Shop, phone: Phone, payment: Payment, now: datetime) -> None:
    shop.sell(phone, 500, now=now)
    shop.sell(phone, 9911, now=now)
    part = shop.sell(phone, 800, now=now)
    shop.capture(part, 300, now=now)

    assert close(shop, payment, now=now, payments=Count(2, 1300)).close.matched


def test_training_is_not_in_the_drawer_of_a_live_till(
    shop: Shop, phone: Phone, payment: Payment, now: datetime
) -> None:
    make_bank(now=now, code="sandbox")
    trained = buy(shop, phone, 700, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)
    refund(shop, trained, 200, now=now)

    assert close(shop, payment, now=now).close.matched


def test_a_test_key_closes_a_day_of_its_own(shop: Shop, phone: Phone, payment: Payment, now: datetime) -> None:
    make_bank(now=now, code="sandbox")
    test_till = Shop(shop.merchant, shop.store, shop.till, shop.bank, mode=Mode.TEST)
    buy(test_till, phone, 700, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)

    closed = close(test_till, payment, now=now, payments=Count(1, 700)).close

    assert (closed.mode, closed.matched) == (Mode.TEST, True)
    assert not is_day_closed(till_id=shop.till.id, mode=Mode.LIVE, day=payment.business_date)


def test_repeating_the_request_is_the_same_close(shop: Shop, phone: Phone, payment: Payment, now: datetime) -> None:
    key = shop.key("same")
    first = close(shop, payment, now=now, key=key)
    buy(shop, phone, 500, now=now)

    again = close(shop, payment, now=now, key=key)

    assert (first.close.id, first.is_replay, again.is_replay) == (again.close.id, False, True)
    assert again.close.matched
    assert DayClose.objects.count() == 1


def test_a_repetition_at_once_writes_one_close(shop: Shop, payment: Payment, now: datetime) -> None:
    key = shop.key("same")

    at_once(8, lambda _: close(shop, payment, now=now, key=key))

    assert DayClose.objects.count() == 1


def test_closing_again_replaces_nothing(shop: Shop, payment: Payment, now: datetime) -> None:
    close(shop, payment, now=now, payments=Count(0, 0))
    close(shop, payment, now=now)

    assert list(DayClose.objects.order_by("id").values_list("matched", flat=True)) == [False, True]


def test_a_day_that_has_not_begun_is_not_closed(shop: Shop, payment: Payment, now: datetime) -> None:
    with pytest.raises(DayNotBegun):
        close(shop, payment, now=now, day=payment.business_date + timedelta(days=1))


def test_another_currency_is_refused(shop: Shop, payment: Payment, now: datetime) -> None:
    with pytest.raises(CurrencyNotSupported):
        close(shop, payment, now=now, currency="EUR")
