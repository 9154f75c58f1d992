"""One message at a time, in order, each claimed by one worker, whatever it comes back with and however late."""

from datetime import datetime, timedelta

import pytest

from apps.cases.models import Case
from apps.kernel.money import Money
from apps.ledger.models import Journal
from apps.ledger.queries import balance
from apps.outbox.models import Message
from apps.providers.contract import Approved, Declined, NotSent, Unknown, Verb
from apps.providers.models import ProviderCall
from apps.providers.reasons import DeclineReason
from apps.transactions.models import Operation, Payment
from apps.transactions.operations import asking as asking_module
from apps.transactions.operations import carry_out_operation, watch_payments
from apps.transactions.operations.carry_out import settle_operation
from apps.transactions.states import CaptureStatus, OperationStatus, RefundStatus, Status
from tests.cast import Phone
from tests.devices.crowd import at_once
from tests.shop import Shop, carry_out_all, open_operations
from tests.transactions.bank import Bank
from tests.transactions.counter import at, buy, refund


def call_of(shop: Shop, now: datetime) -> ProviderCall:
    return ProviderCall(account=shop.bank, reference="x", verb="capture", outcome="approved", latency_ms=1, at=now)


def verbs(payment: Payment) -> list[str]:
    return list(Operation.objects.filter(payment=payment).order_by("id").values_list("verb", flat=True))


def test_a_final_capture_below_the_hold_voids_the_rest_after_the_capture_has_arrived(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, 600, now=now)
    bank.says("capture", Unknown("timeout"))
    capture, void = open_operations(payment.id)
    assert (capture.verb, capture.is_final, void.verb, void.amount_minor) == (Verb.CAPTURE, False, Verb.VOID, 400)

    assert not carry_out_operation(operation_id=void.id, now=now)
    carry_out_operation(operation_id=capture.id, now=now)
    assert not carry_out_operation(operation_id=void.id, now=at(now, 1))
    watch_payments(now=at(now, 2))
    done = carry_out_all(payment.id, now=at(now, 2))

    assert (done.capture_status, done.captured_minor, done.released_minor) == (CaptureStatus.SUCCEEDED, 600, 400)
    assert [verb for verb, _ in bank.asked] == ["authorise", "capture", "capture", "void"]
    assert Operation.objects.get(verb=Verb.VOID).status == OperationStatus.SUCCEEDED
    assert balance(account="holds:bank", currency="CHF") == Money(0, "CHF")


def test_a_final_capture_of_all_needs_no_void(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, now=now)

    assert verbs(payment) == [Verb.AUTHORISE, Verb.CAPTURE]
    assert Operation.objects.get(verb=Verb.CAPTURE).is_final


def test_operations_keep_their_order_whatever_the_clocks_say(
    shop: Shop, phone: Phone, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = shop.sell(phone, 1000, now=now)
    first = Operation.objects.get(payment=payment)
    # Another machine, whose clock is behind.
    monkeypatch.setattr(asking_module, "uuid7", lambda: type(first.id)(int=first.id.int - (5_000 << 80)))

    shop.capture(payment, 600, now=now)
    refund(shop, payment, 100, now=now)

    assert verbs(payment) == [Verb.AUTHORISE, Verb.CAPTURE, Verb.VOID, Verb.REFUND]
    for _ in range(3):
        done = carry_out_all(payment.id, now=now)
    assert (done.capture_status, done.refunded_minor) == (CaptureStatus.SUCCEEDED, 100)


def test_whoever_settles_leaves_a_note_for_what_waited_behind(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, 600, now=now)
    capture, void = open_operations(payment.id)
    before = asked_for(void)

    carry_out_operation(operation_id=capture.id, now=now)

    assert asked_for(void) == before + 1


def asked_for(operation: Operation) -> int:
    return Message.objects.filter(arguments__operation_id=str(operation.id)).count()


def test_ten_workers_at_one_message_send_it_once(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, now=now)
    (capture,) = open_operations(payment.id)

    answers = at_once(10, lambda _: carry_out_operation(operation_id=capture.id, now=now))

    assert sorted(map(bool, answers)) == [False] * 9 + [True]
    assert len(bank.references("capture")) == 1


def test_a_claim_lasts_ten_seconds_and_then_the_worker_is_believed_dead(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, now=now)
    (capture,) = open_operations(payment.id)
    bank.says("capture", KeyboardInterrupt())
    with pytest.raises(KeyboardInterrupt):
        carry_out_operation(operation_id=capture.id, now=now)
    assert Operation.objects.get(id=capture.id).status == OperationStatus.SENT

    assert not carry_out_operation(operation_id=capture.id, now=at(now, 9.9))
    assert carry_out_operation(operation_id=capture.id, now=at(now, 10))

    assert Payment.objects.get(id=payment.id).capture_status == CaptureStatus.SUCCEEDED
    assert len(set(bank.references("capture"))) == 1


@pytest.mark.parametrize(
    "later", [Approved("capture-2"), Unknown("timeout"), NotSent("x"), Declined(DeclineReason.HOLD_CLOSED)]
)
def test_a_capture_that_is_known_stays_known_whatever_a_slow_worker_brings(
    later: object, shop: Shop, phone: Phone, now: datetime
) -> None:
    payment = buy(shop, phone, 1000, now=now)
    capture = Operation.objects.get(verb=Verb.CAPTURE)

    settle_operation(capture, later, call_of(shop, now), now)  # type: ignore[arg-type]  # outcomes, one by one

    after = Operation.objects.get(id=capture.id)
    assert (after.status, after.provider_reference) == (OperationStatus.SUCCEEDED, capture.provider_reference)
    assert Payment.objects.get(id=payment.id).version == payment.version
    assert not Case.objects.exists()


@pytest.mark.parametrize("later", [Approved("void-2"), Unknown("timeout"), Declined(DeclineReason.NOT_PERMITTED)])
def test_an_undoing_that_is_proven_stays_proven(later: object, shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.cancel(payment, now=now)
    cancelled = carry_out_all(payment.id, now=now)
    void = Operation.objects.get(verb=Verb.VOID)

    settle_operation(void, later, call_of(shop, now), now)  # type: ignore[arg-type]  # outcomes, one by one

    assert Operation.objects.get(id=void.id).status == OperationStatus.SUCCEEDED
    assert Payment.objects.get(id=payment.id).version == cancelled.version
    assert Journal.objects.filter(kind="release").count() == 1


def test_the_worst_of_all_captures_is_what_the_payment_says(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, 300, now=now, is_final=False)
    bank.says("capture", Declined(DeclineReason.HOLD_CLOSED, "hold_closed"))
    carry_out_all(payment.id, now=now)

    further = shop.capture(payment, 200, now=now, is_final=False).payment
    known = carry_out_all(payment.id, now=now)

    assert (further.capture_status, known.capture_status) == (CaptureStatus.FAILED, CaptureStatus.FAILED)


def test_a_further_capture_makes_what_was_done_queued_again(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, 300, now=now, is_final=False)
    assert carry_out_all(payment.id, now=now).capture_status == CaptureStatus.SUCCEEDED

    assert shop.capture(payment, 200, now=now).payment.capture_status == CaptureStatus.QUEUED


def test_a_refused_capture_is_a_case(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, now=now)
    bank.says("capture", Declined(DeclineReason.HOLD_CLOSED, "hold_closed"))

    refused = carry_out_all(payment.id, now=now)

    case = Case.objects.get()
    assert (case.kind, case.subject, case.severity) == ("capture_refused", payment.public_id, "alarm")
    assert (case.amount, case.facts["raw_reason"]) == (Money(1000, "CHF"), "hold_closed")
    # The merchant is not silently debited.
    assert refused.captured_minor == 1000
    assert balance(account=f"merchant_payable:{shop.merchant.id}", currency="CHF") == Money(-1000, "CHF")


def test_a_capture_that_nobody_acknowledges_is_a_case_after_a_quarter_of_an_hour(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, now=now)
    bank.keeps_saying("capture", Unknown("timeout"))

    carry_out_all(payment.id, now=now + timedelta(minutes=14))
    assert not Case.objects.exists()
    carry_out_all(payment.id, now=now + timedelta(minutes=15))
    carry_out_all(payment.id, now=now + timedelta(minutes=30))

    case = Case.objects.get()
    assert (case.kind, case.subject, case.times) == ("capture_overdue", payment.public_id, 2)
    bank.is_itself()
    late = carry_out_all(payment.id, now=now + timedelta(hours=1))
    assert late.capture_status == CaptureStatus.SUCCEEDED


def test_a_refund_that_is_on_its_way_says_so(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = buy(shop, phone, 1000, now=now)
    asked = refund(shop, payment, 400, now=now)
    (operation,) = open_operations(payment.id)
    bank.says("refund", KeyboardInterrupt())

    with pytest.raises(KeyboardInterrupt):
        carry_out_operation(operation_id=operation.id, now=now)

    asked.refund.refresh_from_db()
    assert asked.refund.status == RefundStatus.SENT


def test_a_worker_who_finds_the_sale_taken_off_sends_nothing(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    started = shop.start(phone.make_code(now=now), 1000, now=now)
    payment = Payment.objects.get(id=started.payment_id)
    assert started.operation_id is not None
    operation_id = started.operation_id

    def act(number: int) -> object:
        if number == 3:
            return shop.cancel(payment, now=now).payment.status
        return carry_out_operation(operation_id=operation_id, now=now)

    at_once(6, act)

    operation = Operation.objects.get(id=operation_id)
    if operation.status == OperationStatus.WITHDRAWN:
        assert bank.asked == []
        assert Payment.objects.get(id=payment.id).status == Status.CANCELLED
    else:
        assert carry_out_all(payment.id, now=now).status == Status.CANCELLED
