"""Closing a day: once, whole, and with what came late in the next one."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.db.models import Sum

from apps.audit.models import Record
from apps.ledger.accounts import merchant_payable
from apps.ledger.models import Journal
from apps.ledger.operations import reverse_journal
from apps.ledger.queries import balance
from apps.merchants.errors import UnknownMerchant
from apps.settlement.errors import DayNotOver
from apps.settlement.models import Batch, BatchLine
from apps.settlement.operations import close_batch, close_due_batches, closing
from apps.settlement.queries import settlement_statuses
from apps.settlement.states import BatchStatus, SettlementStatus
from apps.transactions.models import Payment
from apps.transactions.postings import post_capture
from tests.cast import Phone
from tests.settlement.evening import (
    DAY,
    NIGHT,
    amounts,
    assert_all_in_one_batch,
    buy,
    close,
    close_yesterday,
    day_of,
    give_back,
    sums,
    taken,
)
from tests.shop import Shop, make_bank, make_payer, make_shop


def due(now: datetime) -> list[Batch]:
    return close_due_batches(by=NIGHT, now=now)


def test_a_day_is_what_was_taken_and_given_back(shop: Shop, phone: Phone, now: datetime) -> None:
    first = buy(shop, phone, 1000, now=now)
    buy(shop, phone, 2550, now=now)
    give_back(shop, first, 300, now=now)

    batch = close_yesterday(shop, now=now + DAY)

    assert sums(batch) == (3550, 2, 300, 1)
    assert (batch.status, batch.number, batch.business_date) == (BatchStatus.CLOSED, 1, day_of(shop, now))
    assert amounts(batch) == [("captured", 1000), ("captured", 2550), ("refunded", 300)]
    owed = balance(account=merchant_payable(shop.merchant.id), currency="CHF")
    assert owed.amount == -(batch.captured_minor - batch.refunded_minor)
    assert Record.objects.get(action="batch.closed").subject == batch.public_id


def test_each_capture_of_one_hold_is_a_line(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, 400, is_final=False, now=now)
    shop.capture(payment, 100, now=now)

    assert amounts(close_yesterday(shop, now=now + DAY)) == [("captured", 400), ("captured", 100)]


def test_a_second_run_changes_nothing(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, now=now)
    batch = close_yesterday(shop, now=now + DAY)

    assert close(shop, batch.business_date, now=now + DAY) is None
    assert due(now + DAY) == []
    assert list(Batch.objects.values_list("id", "captured_minor")) == [(batch.id, 1000)]


def test_a_day_without_sales_has_no_batch(shop: Shop, now: datetime) -> None:
    assert close(shop, day_of(shop, now), now=now + DAY) is None
    assert not Batch.objects.exists()


def test_training_is_in_no_batch(shop: Shop, phone: Phone, now: datetime) -> None:
    make_bank(code="sandbox", now=now)
    trained = shop.sell(phone, 1000, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)
    shop.capture(trained, now=now)

    assert Payment.objects.get().captured_minor == 1000
    assert close(shop, day_of(shop, now), now=now + DAY) is None
    assert not taken()


def test_a_day_that_is_not_over_is_not_closed(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, now=now)

    with pytest.raises(DayNotOver):
        close(shop, day_of(shop, now), now=now)
    assert due(now) == []


def test_the_merchant_s_own_clock_ends_the_day(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, now=now)
    midnight = now.replace(hour=22) if day_of(shop, now.replace(hour=22)) != day_of(shop, now) else now.replace(hour=23)

    assert close(shop, day_of(shop, now), now=midnight) is not None


def test_the_clock_waits_a_moment_after_midnight(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, now=now)
    midnight = now.replace(hour=22) if day_of(shop, now.replace(hour=22)) != day_of(shop, now) else now.replace(hour=23)

    assert due(midnight + timedelta(minutes=9)) == []
    assert len(due(midnight + timedelta(minutes=10))) == 1


def test_nobody_closes_for_a_stranger(shop: Shop, now: datetime) -> None:
    with pytest.raises(UnknownMerchant):
        close_batch(merchant_id=shop.till.id, currency="CHF", day=day_of(shop, now), by=NIGHT, now=now + DAY)


def test_a_refund_counts_on_the_day_on_which_it_is_booked(shop: Shop, phone: Phone, now: datetime) -> None:
    sold = buy(shop, phone, 1000, now=now)
    monday = close_yesterday(shop, now=now + DAY)
    give_back(shop, sold, 400, now=now + DAY)

    tuesday = close_yesterday(shop, now=now + 2 * DAY)

    assert (sums(monday), sums(tuesday)) == ((1000, 1, 0, 0), (0, 0, 400, 1))


def test_what_comes_after_the_close_goes_into_the_next_batch(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, 1000, now=now)
    monday = close_yesterday(shop, now=now + DAY)
    late = buy(shop, phone, 700, now=now)

    assert due(now + DAY) == []
    assert due(now + 2 * DAY - timedelta(hours=12)) == []
    (tuesday,) = due(now + 2 * DAY)

    assert (tuesday.business_date, sums(tuesday)) == (monday.business_date + DAY, (700, 1, 0, 0))
    assert BatchLine.objects.get(payment=late).batch_id == tuesday.id
    assert_all_in_one_batch()


def test_a_closed_day_may_be_closed_again_by_hand(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, 1000, now=now)
    first = close_yesterday(shop, now=now + DAY)
    buy(shop, phone, 700, now=now)

    second = close_yesterday(shop, now=now + DAY)

    assert (first.number, second.number, sums(second)) == (1, 2, (700, 1, 0, 0))
    assert second.business_date == first.business_date
    assert_all_in_one_batch()


def test_days_that_nobody_closed_get_a_batch_each(shop: Shop, phone: Phone, now: datetime) -> None:
    for days in (0, 1, 3):
        buy(shop, phone, 1000 + days, now=now + days * DAY)

    batches = due(now + 4 * DAY)

    assert [(batch.business_date, batch.captured_minor) for batch in batches] == [
        (day_of(shop, now + days * DAY), 1000 + days) for days in (0, 1, 3)
    ]
    assert_all_in_one_batch()


def test_the_clock_looks_no_further_back_than_it_is_told(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(shop, phone, 1000, now=now)

    assert close_due_batches(reach=timedelta(days=35), by=NIGHT, now=now + timedelta(days=40)) == []
    assert len(due(now + timedelta(days=40))) == 1


def test_merchants_are_kept_apart(shop: Shop, phone: Phone, now: datetime) -> None:
    other = make_shop(now=now)
    buy(shop, phone, 1000, now=now)
    buy(other, make_payer(other, now=now), 2000, now=now)

    batches = {batch.merchant_id: batch for batch in due(now + DAY)}

    assert sums(batches[shop.merchant.id]) == (1000, 1, 0, 0)
    assert sums(batches[other.merchant.id]) == (2000, 1, 0, 0)
    assert_all_in_one_batch()


def test_a_reversed_entry_and_its_mirror_are_both_counted(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = buy(shop, phone, 1000, now=now)
    with connection.cursor() as cursor:
        # The mirror and the entry that is right instead belong into one commit.
        cursor.execute("BEGIN")
        wrong = Journal.objects.get(kind="capture")
        reverse_journal(journal_id=wrong.id, business_date=wrong.business_date, subject=payment.public_id, now=now)
        post_capture(payment, provider="bank", amount=payment.amount, now=now)
        cursor.execute("COMMIT")

    batch = close_yesterday(shop, now=now + DAY)

    assert amounts(batch) == [("captured", 1000), ("captured", -1000), ("captured", 1000)]
    assert sums(batch) == (1000, 3, 0, 0)


def test_one_merchant_s_trouble_keeps_nobody_waiting(
    shop: Shop, phone: Phone, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_shop(now=now)
    buy(shop, phone, 1000, now=now)
    buy(other, make_payer(other, now=now), 2000, now=now)
    collect = closing._collect

    def broken(batch: Batch, since: object) -> int:
        count = collect(batch, now.date() - 3 * DAY)
        if batch.merchant_id == shop.merchant.id:
            raise RuntimeError("the process dies here")
        return count

    monkeypatch.setattr(closing, "_collect", broken)
    assert [batch.merchant_id for batch in due(now + DAY)] == [other.merchant.id]
    # Nothing half is left of it.
    assert Batch.objects.filter(merchant=shop.merchant).count() == 0
    monkeypatch.undo()

    assert [batch.captured_minor for batch in due(now + DAY)] == [1000]
    assert_all_in_one_batch()


def test_of_many_at_once_one_closes(shop: Shop, phone: Phone, now: datetime) -> None:
    for amount in range(1000, 1005):
        buy(shop, phone, amount, now=now)
    start = Barrier(6)

    def run(_: int) -> Batch | None:
        try:
            start.wait()
            return close(shop, day_of(shop, now), now=now + DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        closed = [batch for batch in pool.map(run, range(6)) if batch is not None]

    assert [sums(batch) for batch in closed] == [(5010, 5, 0, 0)]
    assert_all_in_one_batch()


def test_captures_that_race_with_the_close_are_in_it_or_in_the_next(shop: Shop, phone: Phone, now: datetime) -> None:
    sold = [shop.sell(phone, 1000 + number, now=now) for number in range(12)]
    start = Barrier(3)

    def capture(payments: list[Payment]) -> None:
        try:
            start.wait()
            for payment in payments:
                shop.capture(payment, now=now)
        finally:
            connection.close()

    def keep_closing() -> None:
        try:
            start.wait()
            while Journal.objects.filter(kind="capture").count() < len(sold):
                close(shop, day_of(shop, now), now=now + DAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        runs = [pool.submit(capture, sold[:6]), pool.submit(capture, sold[6:]), pool.submit(keep_closing)]
        for run in runs:
            run.result()
    close(shop, day_of(shop, now), now=now + DAY)

    assert Batch.objects.aggregate(total=Sum("captured_minor"))["total"] == sum(1000 + number for number in range(12))
    assert_all_in_one_batch()


def test_a_payment_says_whether_all_of_it_is_in_batches(shop: Shop, phone: Phone, now: datetime) -> None:
    payment, other = buy(shop, phone, 1000, now=now), shop.sell(phone, 500, now=now)

    def facet() -> dict[object, SettlementStatus]:
        return dict(settlement_statuses([payment.id, other.id]))

    assert facet() == {payment.id: SettlementStatus.NONE, other.id: SettlementStatus.NONE}
    close_yesterday(shop, now=now + DAY)
    assert facet() == {payment.id: SettlementStatus.BATCHED, other.id: SettlementStatus.NONE}
    give_back(shop, payment, 100, now=now + DAY)
    assert facet()[payment.id] == SettlementStatus.NONE
    close_yesterday(shop, now=now + 2 * DAY)
    assert facet()[payment.id] == SettlementStatus.BATCHED
