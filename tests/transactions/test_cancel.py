"""Taking a sale off: in every state before the capture, after it until the day is closed, and by a key alone."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from apps.audit.models import Record
from apps.idempotency.errors import CancelledBeforeArrival, KeyReused
from apps.kernel.errors import DomainError
from apps.kernel.money import Money
from apps.ledger.queries import balance
from apps.merchants.operations import create_till
from apps.providers.contract import Declined, Verb
from apps.providers.reasons import DeclineReason
from apps.transactions.errors import OtherReference, PaymentNotFound, UseRefund
from apps.transactions.models import Operation, Payment, Refund
from apps.transactions.operations import cancel_payment, carry_out_operation
from apps.transactions.operations.cancel import NeverArrived, cancel_by_key
from apps.transactions.operations.day_close import Count, DayCount, close_day
from apps.transactions.requests import RequestKey
from apps.transactions.states import Action, OperationStatus, RefundFacet, RefundStatus, Status
from tests.cast import STAFF, Phone
from tests.devices.crowd import at_once
from tests.shop import Shop, carry_out_all, make_bank, make_shop, open_operations
from tests.transactions.bank import Bank
from tests.transactions.counter import approve, at, buy, kinds_of, refund, set_refund_limit

NOTHING = Count(0, 0)


def cancel_lost(shop: Shop, key: RequestKey, *, now: datetime, reference: str = "A1") -> Payment | NeverArrived:
    return cancel_by_key(idempotency_key=key.key, reference=reference, point=shop.point, by=shop.actor, now=now)


def cancel_rest(shop: Shop, payment: Payment, *, now: datetime) -> Payment:
    answered = cancel_payment(
        payment_id=payment.id, point=shop.point, only_rest=True, key=shop.key(), by=shop.actor, now=now
    )
    return answered.payment


def close(shop: Shop, payment: Payment, *, now: datetime) -> None:
    counted = DayCount(payment.business_date, "CHF", Count(1, payment.captured_minor), NOTHING)
    close_day(counted=counted, point=shop.point, key=shop.key(), by=shop.actor, now=now)


def other_till_of(shop: Shop, *, now: datetime) -> Shop:
    till = create_till(store_id=shop.store.id, name="Kasse 2", by=STAFF, now=now)
    return Shop(shop.merchant, shop.store, till, shop.bank)


def test_a_captured_sale_is_given_back_without_a_second_person(shop: Shop, phone: Phone, now: datetime) -> None:
    set_refund_limit(shop, 0, now=now)
    payment = buy(shop, phone, 1000, now=now)

    off = shop.cancel(payment, now=now).payment

    assert (off.status, off.refund_status, off.refund_reserved_minor) == (Status.CAPTURED, RefundFacet.PENDING, 1000)
    done = carry_out_all(payment.id, now=now)
    assert (done.refunded_minor, done.refund_status) == (1000, RefundFacet.FULL)
    assert Refund.objects.get().reason == "cancelled"
    assert Record.objects.filter(action="payment.cancelled", subject=payment.public_id).count() == 1


def test_repeating_a_cancel_after_the_capture_gives_back_once(shop: Shop, phone: Phone, now: datetime) -> None:
    payment, key = buy(shop, phone, 1000, now=now), shop.key("same")

    answers = [shop.cancel(payment, now=now, key=key), shop.cancel(payment, now=now, key=key)]
    by_another_key = shop.cancel(payment, now=now)

    assert [answer.is_replay for answer in answers] == [False, True]
    assert by_another_key.payment.version == answers[0].payment.version
    assert Refund.objects.count() == 1


def test_ten_cancels_at_once_give_back_once(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = buy(shop, phone, 1000, now=now)

    answers = at_once(10, lambda _: shop.cancel(payment, now=now))

    assert not [answer for answer in answers if isinstance(answer, DomainError)]
    assert carry_out_all(payment.id, now=now).refunded_minor == 1000
    assert Refund.objects.count() == 1


def test_what_is_captured_is_refunded_and_what_is_not_is_voided(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, 600, now=now, is_final=False)

    off = shop.cancel(payment, now=now).payment
    for _ in range(3):
        done = carry_out_all(payment.id, now=now)

    assert (off.released_minor, off.refund_reserved_minor, off.deadline_at) == (400, 600, None)
    assert (done.captured_minor, done.released_minor, done.refunded_minor) == (600, 400, 600)
    operations = Operation.objects.filter(payment=payment).order_by("id").values_list("verb", "status")
    assert list(operations) == [
        (verb, OperationStatus.SUCCEEDED) for verb in (Verb.AUTHORISE, Verb.CAPTURE, Verb.VOID, Verb.REFUND)
    ]
    assert balance(account="holds:bank", currency="CHF") == Money(0, "CHF")
    assert balance(account="provider_receivable:bank", currency="CHF") == Money(0, "CHF")


def test_only_the_rest_is_released_where_only_that_is_asked_for(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, 600, now=now, is_final=False)

    off = cancel_rest(shop, payment, now=now)
    again = cancel_rest(shop, payment, now=now)
    done = carry_out_all(payment.id, now=now)

    assert (off.status, off.released_minor, off.refund_reserved_minor) == (Status.CAPTURED, 400, 0)
    assert again.version == off.version
    assert (done.captured_minor, done.refunded_minor, done.remaining_minor) == (600, 0, 0)
    assert kinds_of(payment)[3] == "payment.rest_released"


def test_what_was_refunded_before_is_not_given_back_again(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = buy(shop, phone, 1000, now=now)
    refund(shop, payment, 300, now=now)

    off = shop.cancel(payment, now=now).payment

    assert off.refund_reserved_minor == 1000
    for _ in range(2):
        done = carry_out_all(payment.id, now=now)
    assert (done.refunded_minor, done.refund_status) == (1000, RefundFacet.FULL)


def test_another_till_gives_back_by_a_refund(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = buy(shop, phone, 1000, now=now)
    other = other_till_of(shop, now=now)

    with pytest.raises(UseRefund):
        other.cancel(payment, now=now)

    assert not Refund.objects.exists()
    assert refund(other, payment, now=now).refund.amount_minor == 1000


def test_after_the_day_close_it_is_a_refund(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = buy(shop, phone, 1000, now=now)
    close(shop, payment, now=now)

    with pytest.raises(UseRefund):
        shop.cancel(payment, now=now)


def test_what_is_given_back_already_may_be_cancelled_again_after_the_day_close(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    payment = buy(shop, phone, 1000, now=now)
    shop.cancel(payment, now=now)
    close(shop, payment, now=now)

    assert shop.cancel(payment, now=now).payment.status == Status.CAPTURED
    assert Refund.objects.count() == 1


def test_a_refund_that_waits_for_its_second_person_is_not_paid_twice(shop: Shop, phone: Phone, now: datetime) -> None:
    set_refund_limit(shop, 100, now=now)
    payment = buy(shop, phone, 1000, now=now)
    waiting = refund(shop, payment, 400, now=now)

    shop.cancel(payment, now=now)
    done = carry_out_all(payment.id, now=now)

    assert (done.refunded_minor, done.refund_reserved_minor) == (600, 400)
    assert waiting.refund.status == RefundStatus.AWAITING_APPROVAL
    assert approve(waiting, now=now).status == "approved"


def test_of_a_refused_capture_a_cancel_gives_nothing_back(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, now=now)
    bank.says("capture", Declined(DeclineReason.HOLD_CLOSED, "hold_closed"))
    carry_out_all(payment.id, now=now)

    off = shop.cancel(payment, now=now).payment

    assert (off.status, off.refund_reserved_minor) == (Status.CAPTURED, 0)
    assert not Refund.objects.exists()


@pytest.mark.parametrize(
    ("amount", "status"), [(9931, Status.IN_REVIEW), (9932, Status.ACTION_REQUIRED), (9933, Status.ACTION_REQUIRED)]
)
def test_what_waits_for_a_person_is_cancelled_at_once(
    amount: int, status: Status, shop: Shop, phone: Phone, now: datetime
) -> None:
    make_bank(now=now, code="sandbox")
    payment = shop.sell(phone, amount, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)
    assert payment.status == status

    off = shop.cancel(payment, now=now).payment

    assert (off.status, off.action, off.deadline_at, off.ended_at) == (Status.CANCELLED, "", None, now)
    assert not Operation.objects.exists()
    assert Action.CUSTOMER_CONSENT not in (off.action,)


def test_cancelling_what_is_off_changes_nothing(shop: Shop, phone: Phone, now: datetime) -> None:
    declined = shop.sell(phone, 9911, now=now)
    cancelled = shop.cancel(shop.sell(phone, 1000, now=now), now=now).payment
    cancelled = carry_out_all(cancelled.id, now=now)

    for payment in (declined, cancelled):
        again = shop.cancel(payment, now=now).payment
        assert (again.status, again.version) == (payment.status, payment.version)


def test_another_merchants_payment_is_not_found(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now)

    with pytest.raises(PaymentNotFound):
        make_shop(now=now).cancel(payment, now=now)


def test_a_lost_answer_is_cancelled_by_the_key_of_its_request(shop: Shop, phone: Phone, now: datetime) -> None:
    key = shop.key("lost")
    started = shop.start(phone.make_code(now=now), 1000, now=now, key=key, reference="A1")
    assert started.operation_id is not None
    carry_out_operation(operation_id=started.operation_id, now=now)

    off = cancel_lost(shop, key, now=at(now, 9))
    again = cancel_lost(shop, key, now=at(now, 10))

    assert isinstance(off, Payment)
    assert isinstance(again, Payment)
    assert (off.id, off.status) == (started.payment_id, Status.REVERSING)
    assert again.version == off.version
    assert carry_out_all(off.id, now=at(now, 11)).status == Status.CANCELLED


def test_a_key_that_never_arrived_is_buried(shop: Shop, phone: Phone, now: datetime) -> None:
    key = shop.key("lost")

    assert cancel_lost(shop, key, now=now) == NeverArrived()
    assert cancel_lost(shop, key, now=now) == NeverArrived()

    code = phone.make_code(now=now)
    with pytest.raises(CancelledBeforeArrival):
        shop.start(code, 1000, now=now, key=key, reference="A1")
    assert not Payment.objects.exists()
    assert shop.sell(phone, 1000, now=now, code=code, reference="A1").status == Status.AUTHORISED


def test_another_tills_key_is_not_buried(shop: Shop, phone: Phone, now: datetime) -> None:
    cancel_lost(shop, shop.key("same"), now=now)
    other = other_till_of(shop, now=now)

    started = other.start(phone.make_code(now=now), 1000, now=now, key=other.key("same"))

    assert not started.is_replay


def test_a_key_that_made_another_receipts_sale_cancels_nothing(shop: Shop, phone: Phone, now: datetime) -> None:
    key = shop.key("other")
    started = shop.start(phone.make_code(now=now), 1000, now=now, key=key, reference="A2")

    with pytest.raises(OtherReference):
        cancel_lost(shop, key, now=now, reference="A1")

    assert Payment.objects.get(id=started.payment_id).status == Status.AUTHORISING


def test_a_key_that_made_a_refund_cancels_nothing(shop: Shop, phone: Phone, now: datetime) -> None:
    payment, key = buy(shop, phone, 1000, now=now, reference="A1"), shop.key("refund")
    refund(shop, payment, 400, now=now, key=key)

    with pytest.raises(KeyReused):
        cancel_lost(shop, key, now=now)

    assert Payment.objects.get(id=payment.id).refund_reserved_minor == 400


def test_a_captured_sale_is_given_back_by_its_key_too(shop: Shop, phone: Phone, now: datetime) -> None:
    key = shop.key("lost")
    started = shop.start(phone.make_code(now=now), 1000, now=now, key=key, reference="A1")
    carry_out_all(started.payment_id, now=now)
    payment = Payment.objects.get(id=started.payment_id)
    shop.capture(payment, now=now)

    off = cancel_lost(shop, key, now=now)

    assert isinstance(off, Payment)
    assert (off.status, off.refund_reserved_minor) == (Status.CAPTURED, 1000)


def test_a_start_and_its_cancellation_at_once_leave_no_live_sale(shop: Shop, phone: Phone, now: datetime) -> None:
    keys = [shop.key(f"race-{number}") for number in range(6)]
    jobs = [(key, phone.make_code(now=now), number) for number, key in enumerate(keys)]
    barrier = threading.Barrier(2)

    def start(job: tuple[RequestKey, str, int]) -> None:
        key, code, number = job
        try:
            barrier.wait()
            shop.start(code, 500 + number, now=now, key=key, reference=f"A{number}")
        except CancelledBeforeArrival:
            pass
        finally:
            connection.close()

    for job in jobs:
        starting = threading.Thread(target=start, args=(job,))
        starting.start()
        barrier.wait()
        cancel_lost(shop, job[0], now=now, reference=f"A{job[2]}")
        starting.join()

    for payment in Payment.objects.all():
        assert carry_out_all(payment.id, now=now + timedelta(seconds=1)).status == Status.CANCELLED
        assert not open_operations(payment.id)
