"""Money given back: never more than was taken, never twice, and never forgotten."""

from datetime import datetime, timedelta

import pytest

from apps.audit.models import Record
from apps.cases.models import Case
from apps.fraud.models import Refunded
from apps.idempotency.errors import KeyReused
from apps.kernel.errors import DomainError
from apps.kernel.money import Money
from apps.kernel.transitions import WrongState
from apps.ledger.models import Journal
from apps.ledger.queries import balance, broken_journals
from apps.merchants.models import Mode
from apps.merchants.operations import create_till
from apps.providers.contract import Approved, Declined, Unknown, Verb
from apps.providers.models import ProviderCall
from apps.providers.reasons import DeclineReason
from apps.transactions.errors import AmountTooLarge, CurrencyNotSupported, PaymentNotFound
from apps.transactions.models import Operation, Payment, Refund
from apps.transactions.operations import carry_out_operation, watch_payments
from apps.transactions.operations.carry_out import settle_operation
from apps.transactions.states import CaptureStatus, OperationStatus, RefundFacet, RefundStatus, Status
from tests.cast import STAFF, Phone
from tests.devices.crowd import at_once, codes
from tests.shop import Shop, carry_out_all, make_bank, make_shop, open_operations
from tests.transactions.bank import Bank
from tests.transactions.counter import at, buy, kinds_of, refund

SILENT_YES = 9902


@pytest.fixture
def payment(shop: Shop, phone: Phone, now: datetime) -> Payment:
    return buy(shop, phone, 1295, now=now)


def test_a_refund_is_reserved_at_once_and_booked_when_the_provider_says_yes(
    shop: Shop, payment: Payment, now: datetime
) -> None:
    asked = refund(shop, payment, 295, now=now, reason="broken", cashier="0042", lines=[{"name": "Wein"}])
    assert (asked.refund.status, asked.refund.amount_minor, asked.is_replay) == (RefundStatus.QUEUED, 295, False)
    assert (asked.refund.reason, asked.refund.cashier, asked.refund.lines) == ("broken", "0042", [{"name": "Wein"}])
    assert (asked.payment.refund_reserved_minor, asked.payment.refunded_minor) == (295, 0)
    assert asked.payment.refund_status == RefundFacet.PENDING

    done = carry_out_all(payment.id, now=now)

    assert (done.status, done.refund_reserved_minor, done.refunded_minor) == (Status.CAPTURED, 0, 295)
    assert done.refund_status == RefundFacet.PARTIAL
    given = Refund.objects.get()
    assert (given.status, given.ended_at is not None, given.business_date) == (
        RefundStatus.SUCCEEDED,
        True,
        payment.business_date,
    )
    assert balance(account="provider_receivable:bank", currency="CHF") == Money(1000, "CHF")
    assert balance(account=f"merchant_payable:{shop.merchant.id}", currency="CHF") == Money(-1000, "CHF")
    assert Record.objects.get(action="refund.requested").reason == "broken"
    assert kinds_of(payment)[-2:] == ["refund.requested", "payment.refunded"]


def test_without_an_amount_it_is_all_that_is_left(shop: Shop, payment: Payment, now: datetime) -> None:
    refund(shop, payment, 295, now=now)
    rest = refund(shop, payment, now=now)

    done = carry_out_all(payment.id, now=now)
    done = carry_out_all(payment.id, now=now)

    assert rest.refund.amount_minor == 1000
    assert (done.refunded_minor, done.refund_status) == (1295, RefundFacet.FULL)


def test_the_rules_hear_once_of_what_was_given_back(shop: Shop, payment: Payment, now: datetime) -> None:
    refund(shop, payment, 295, now=now, cashier="0042")
    assert not Refunded.objects.exists()

    for _ in range(2):
        carry_out_all(payment.id, now=now)

    (heard,) = Refunded.objects.all()
    assert (heard.refund_id, heard.cashier, heard.amount_minor) == (Refund.objects.get().id, "0042", 295)
    assert (heard.customer_id, heard.merchant_id) == (payment.customer_id, shop.merchant.id)


def test_repeating_a_refund_is_the_same_refund(shop: Shop, payment: Payment, now: datetime) -> None:
    key = shop.key("same")

    first, again = (refund(shop, payment, 295, now=now, key=key) for _ in range(2))

    assert (first.refund.id, first.is_replay, again.is_replay) == (again.refund.id, False, True)
    assert again.payment.refund_reserved_minor == 295
    assert Refund.objects.count() == Operation.objects.filter(verb=Verb.REFUND).count() == 1


def test_the_key_of_another_request_is_refused_and_reserves_nothing(
    shop: Shop, payment: Payment, now: datetime
) -> None:
    refund(shop, payment, 100, now=now, key=shop.key("same", b"one"))

    with pytest.raises(KeyReused):
        refund(shop, payment, 100, now=now, key=shop.key("same", b"two"))

    assert Payment.objects.get(id=payment.id).refund_reserved_minor == 100


def test_a_repetition_at_once_joins_the_first(shop: Shop, payment: Payment, now: datetime) -> None:
    key = shop.key("same")

    answers = at_once(8, lambda _: refund(shop, payment, 295, now=now, key=key))

    refunds = [answer for answer in answers if not isinstance(answer, DomainError)]
    assert len(refunds) == 8
    assert sorted(answer.is_replay for answer in refunds) == [False] + [True] * 7
    assert Refund.objects.count() == 1


def test_twenty_refunds_at_once_never_sum_above_the_capture(shop: Shop, payment: Payment, now: datetime) -> None:
    answers = at_once(20, lambda _: refund(shop, payment, 200, now=now))

    assert codes(answers) == ["amount_too_large"] * 14
    reserved = Payment.objects.get(id=payment.id)
    assert reserved.refund_reserved_minor == 6 * 200
    for _ in range(6):
        carry_out_all(payment.id, now=now)
    done = Payment.objects.get(id=payment.id)
    assert (done.refunded_minor, done.refund_reserved_minor) == (1200, 0)
    assert balance(account="provider_receivable:bank", currency="CHF") == Money(95, "CHF")
    assert broken_journals() == []


@pytest.mark.parametrize("amount", [1296, 2**53])
def test_gives_back_no_more_than_was_captured(amount: int, shop: Shop, payment: Payment, now: datetime) -> None:
    with pytest.raises(AmountTooLarge) as refused:
        refund(shop, payment, amount, now=now)

    assert refused.value.facts == {"refundable": 1295}
    assert not Refund.objects.exists()


def test_what_is_reserved_is_not_promised_again(shop: Shop, payment: Payment, now: datetime) -> None:
    refund(shop, payment, 1000, now=now)

    with pytest.raises(AmountTooLarge) as refused:
        refund(shop, payment, 296, now=now)

    assert refused.value.facts == {"refundable": 295}


def test_what_is_given_back_is_given_back_once(shop: Shop, payment: Payment, now: datetime) -> None:
    refund(shop, payment, now=now)
    carry_out_all(payment.id, now=now)

    with pytest.raises(AmountTooLarge):
        refund(shop, payment, now=now)


def test_only_a_captured_payment_has_something_to_give_back(shop: Shop, phone: Phone, now: datetime) -> None:
    authorised = shop.sell(phone, 1000, now=now)
    declined = shop.sell(phone, 9911, now=now)

    for payment in (authorised, declined):
        with pytest.raises(WrongState):
            refund(shop, payment, now=now)


def test_another_currency_is_refused(shop: Shop, payment: Payment, now: datetime) -> None:
    with pytest.raises(CurrencyNotSupported):
        refund(shop, payment, 100, now=now, currency="EUR")


def test_another_merchants_payment_is_not_found_nor_another_modes(shop: Shop, payment: Payment, now: datetime) -> None:
    with pytest.raises(PaymentNotFound):
        refund(make_shop(now=now), payment, 100, now=now)
    shop.mode = Mode.TEST
    with pytest.raises(PaymentNotFound):
        refund(shop, payment, 100, now=now)


def test_another_till_of_the_merchant_may_refund(shop: Shop, payment: Payment, now: datetime) -> None:
    till = create_till(store_id=shop.store.id, name="Kasse 2", by=STAFF, now=now)

    asked = refund(Shop(shop.merchant, shop.store, till, shop.bank), payment, 100, now=now)

    assert asked.refund.till_id == till.id


def test_a_refund_waits_for_its_capture(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, now=now)
    refund(shop, payment, 400, now=now)
    bank.says("capture", Unknown("timeout"))
    capture, giving_back = Operation.objects.exclude(verb=Verb.AUTHORISE).order_by("id")

    assert not carry_out_operation(operation_id=giving_back.id, now=now)
    assert carry_out_operation(operation_id=capture.id, now=now)
    assert not carry_out_operation(operation_id=giving_back.id, now=now)
    watch_payments(now=at(now, 2))
    done = carry_out_all(payment.id, now=at(now, 2))

    assert (done.capture_status, done.refunded_minor) == (CaptureStatus.SUCCEEDED, 400)
    assert [verb for verb, _ in bank.asked] == ["authorise", "capture", "capture", "refund"]


def test_what_waits_for_a_capture_that_is_refused_is_given_up(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, now=now)
    refund(shop, payment, 400, now=now)
    bank.says("capture", Declined(DeclineReason.HOLD_CLOSED, "hold_closed"))

    done = carry_out_all(payment.id, now=now)

    given_up = Refund.objects.get()
    assert (given_up.status, given_up.failure_reason) == (RefundStatus.FAILED, "capture_refused")
    assert (done.refund_reserved_minor, done.refunded_minor, done.refund_status) == (0, 0, RefundFacet.FAILED)
    assert Operation.objects.get(verb=Verb.REFUND).status == OperationStatus.WITHDRAWN
    assert bank.references("refund") == []
    assert set(Case.objects.values_list("kind", flat=True)) == {"capture_refused", "refund_failed"}
    assert not open_operations(payment.id)


def test_of_a_refused_capture_nothing_can_be_given_back(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, 300, now=now, is_final=False)
    carry_out_all(payment.id, now=now)
    shop.capture(payment, 700, now=now)
    bank.says("capture", Declined(DeclineReason.HOLD_CLOSED, "hold_closed"))
    carry_out_all(payment.id, now=now)

    with pytest.raises(AmountTooLarge) as refused:
        refund(shop, payment, 301, now=now)
    assert refused.value.facts == {"refundable": 300}

    refund(shop, payment, 300, now=now)
    assert carry_out_all(payment.id, now=now).refunded_minor == 300


def test_a_refund_over_several_captures_names_each_of_them(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = shop.sell(phone, 1000, now=now)
    for amount, is_final in ((300, False), (200, False), (500, True)):
        shop.capture(payment, amount, now=now, is_final=is_final)
        carry_out_all(payment.id, now=now)
    captures = list(Operation.objects.filter(verb=Verb.CAPTURE).order_by("id").values_list("reference", flat=True))

    refund(shop, payment, 100, now=now)
    asked = refund(shop, payment, 600, now=now)
    for _ in range(4):
        carry_out_all(payment.id, now=now)

    parts = Operation.objects.filter(refund=asked.refund).order_by("id").values_list("target", "amount_minor")
    assert list(parts) == list(zip(captures, (200, 200, 200), strict=True))
    done = Payment.objects.get(id=payment.id)
    assert (done.refunded_minor, done.refund_reserved_minor, done.refund_status) == (700, 0, RefundFacet.PARTIAL)
    assert Refund.objects.filter(status=RefundStatus.SUCCEEDED).count() == 2
    assert broken_journals() == []


def test_a_refund_of_several_parts_is_done_when_all_of_them_are(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, 400, now=now, is_final=False)
    shop.capture(payment, 600, now=now)
    carry_out_all(payment.id, now=now)
    asked = refund(shop, payment, 1000, now=now)
    first, second = Operation.objects.filter(refund=asked.refund).order_by("id")

    carry_out_operation(operation_id=first.id, now=now)
    half = Payment.objects.get(id=payment.id)
    status_of_half = Refund.objects.get().status
    carry_out_operation(operation_id=second.id, now=now)

    assert (half.refunded_minor, half.refund_reserved_minor, half.refund_status) == (400, 600, RefundFacet.PENDING)
    assert status_of_half == RefundStatus.SENT
    assert Refund.objects.get().status == RefundStatus.SUCCEEDED


def test_a_part_that_is_refused_fails_the_refund_and_what_went_back_is_counted(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, 400, now=now, is_final=False)
    shop.capture(payment, 600, now=now)
    carry_out_all(payment.id, now=now)
    asked = refund(shop, payment, 1000, now=now)
    bank.says("refund", Declined(DeclineReason.NOT_PERMITTED, "closed"))

    carry_out_all(payment.id, now=now)
    done = carry_out_all(payment.id, now=now)

    failed = Refund.objects.get(id=asked.refund.id)
    assert (failed.status, failed.failure_reason) == (RefundStatus.FAILED, "refused_by_provider")
    assert (done.refunded_minor, done.refund_reserved_minor, done.refund_status) == (600, 0, RefundFacet.PARTIAL)
    assert Case.objects.get().amount == Money(400, "CHF")
    assert refund(shop, payment, now=now).refund.amount_minor == 400


def test_an_unknown_refund_is_repeated_with_the_same_reference_until_it_is_known(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = buy(shop, phone, 20_000, now=now)
    refund(shop, payment, SILENT_YES, now=now)

    unknown = carry_out_all(payment.id, now=now)
    assert (unknown.refund_status, unknown.refund_reserved_minor) == (RefundFacet.PENDING, SILENT_YES)
    assert Refund.objects.get().status == RefundStatus.UNKNOWN
    assert not carry_out_operation(operation_id=open_operations(payment.id)[0].id, now=at(now, 0.5))
    watch_payments(now=at(now, 2))
    known = carry_out_all(payment.id, now=at(now, 2))

    assert (known.refunded_minor, known.refund_reserved_minor) == (SILENT_YES, 0)
    assert len(bank.references("refund")) == 2
    assert len(set(bank.references("refund"))) == 1


def test_a_refund_that_stays_unknown_is_heard_of(shop: Shop, payment: Payment, now: datetime, bank: Bank) -> None:
    asked = refund(shop, payment, 295, now=now)
    bank.keeps_saying("refund", Unknown("timeout"))
    carry_out_all(payment.id, now=now)
    assert not Case.objects.exists()

    carry_out_all(payment.id, now=now + timedelta(minutes=15))

    case = Case.objects.get()
    assert (case.kind, case.subject, case.amount) == ("refund_overdue", asked.refund.public_id, Money(295, "CHF"))
    bank.is_itself()
    assert carry_out_all(payment.id, now=now + timedelta(hours=1)).refunded_minor == 295


def test_a_refused_refund_gives_its_reservation_back_and_people_hear_of_it(
    shop: Shop, payment: Payment, now: datetime, bank: Bank
) -> None:
    asked = refund(shop, payment, 295, now=now)
    bank.says("refund", Declined(DeclineReason.NOT_PERMITTED, "account_closed"))

    done = carry_out_all(payment.id, now=now)

    failed = Refund.objects.get()
    assert (failed.status, failed.failure_reason) == (RefundStatus.FAILED, "refused_by_provider")
    assert (done.refund_reserved_minor, done.refunded_minor, done.refund_status) == (0, 0, RefundFacet.FAILED)
    case = Case.objects.get()
    assert (case.kind, case.subject, case.severity) == ("refund_failed", asked.refund.public_id, "alarm")
    assert case.facts["raw_reason"] == "account_closed"
    assert not Journal.objects.filter(kind="refund").exists()
    assert kinds_of(payment)[-1] == "refund.failed"


def test_after_a_refusal_it_can_be_asked_for_again(shop: Shop, payment: Payment, now: datetime, bank: Bank) -> None:
    bank.says("refund", Declined(DeclineReason.NOT_PERMITTED, "account_closed"))
    refund(shop, payment, now=now)
    carry_out_all(payment.id, now=now)

    refund(shop, payment, now=now)
    done = carry_out_all(payment.id, now=now)

    assert (done.refunded_minor, done.refund_status) == (1295, RefundFacet.FULL)


def test_two_workers_who_settle_one_refund_book_it_once(shop: Shop, payment: Payment, now: datetime) -> None:
    refund(shop, payment, 295, now=now)
    refund(shop, payment, 295, now=now)
    operation = Operation.objects.filter(verb=Verb.REFUND).earliest("id")
    carry_out_operation(operation_id=operation.id, now=now)
    call = ProviderCall(account=shop.bank, reference="x", verb="refund", outcome="approved", latency_ms=1, at=now)

    # A worker that was slow comes with the same answer, and another one with less.
    settle_operation(operation, Approved(Operation.objects.get(id=operation.id).provider_reference), call, now)
    call = ProviderCall(account=shop.bank, reference="x", verb="refund", outcome="unknown", latency_ms=1, at=now)
    settle_operation(operation, Unknown("timeout"), call, now)

    done = Payment.objects.get(id=payment.id)
    assert (done.refunded_minor, done.refund_reserved_minor) == (295, 295)
    assert Journal.objects.filter(kind="refund").count() == 1


def test_a_refund_goes_to_the_instrument_that_paid(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = buy(shop, phone, 1000, now=now)

    refund(shop, payment, now=now)
    carry_out_all(payment.id, now=now)

    (asked,) = [request for verb, request in bank.asked if verb == "refund"]
    capture = Operation.objects.get(verb=Verb.CAPTURE)
    assert getattr(asked, "capture", None) == capture.provider_reference
    assert Operation.objects.get(verb=Verb.REFUND).attempt_id == capture.attempt_id


def test_training_gives_back_what_it_never_took_and_books_nothing(shop: Shop, phone: Phone, now: datetime) -> None:
    make_bank(now=now, code="sandbox")
    shop.mode = Mode.TEST
    payment = buy(shop, phone, 1000, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)

    refund(shop, payment, now=now)
    done = carry_out_all(payment.id, now=now)

    assert (done.refunded_minor, done.refund_status) == (1000, RefundFacet.FULL)
    assert not Journal.objects.exists()
