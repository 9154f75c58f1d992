from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import F

from apps.kernel.money import Money
from apps.kernel.transitions import WrongState
from apps.ledger.models import Journal
from apps.ledger.queries import balance, broken_journals
from apps.merchants.models import Mode
from apps.outbox.models import Message
from apps.providers.contract import Declined, Unknown, Verb
from apps.providers.reasons import DeclineReason
from apps.transactions.errors import AmountTooLarge, CurrencyNotSupported, PaymentNotFound, UseRefund
from apps.transactions.models import Operation, Payment
from apps.transactions.operations import (
    capture_payment,
    carry_out_operation,
    look_at_payment,
    meet_deadline,
    watch_payments,
)
from apps.transactions.states import CaptureMode, CaptureStatus, OperationStatus, RefundFacet, Status
from tests.cast import WRONG_PIN, Phone
from tests.shop import Shop, carry_out_all, make_shop, open_operations

SILENT_YES = 9902


@pytest.fixture
def payment(shop: Shop, phone: Phone, now: datetime) -> Payment:
    return shop.sell(phone, 1295, now=now)


def test_the_till_is_answered_at_once_and_the_provider_told_after(shop: Shop, payment: Payment, now: datetime) -> None:
    captured = shop.capture(payment, now=now).payment

    assert (captured.status, captured.captured_minor, captured.deadline_at) == (Status.CAPTURED, 1295, None)
    operation = Operation.objects.get(verb=Verb.CAPTURE)
    assert (operation.status, operation.target) == (OperationStatus.QUEUED, payment.attempts.get().hold_reference)
    assert Message.objects.filter(topic="transactions.carry_out", done_at=None).count() == 2
    assert Message.objects.filter(topic="confirmations.tell").count() == 1


def test_repeating_a_capture_is_the_same_capture(shop: Shop, payment: Payment, now: datetime) -> None:
    key = shop.key("same")

    first, again = shop.capture(payment, now=now, key=key), shop.capture(payment, now=now, key=key)
    other_key = shop.capture(payment, now=now)

    assert (first.is_replay, again.is_replay) == (False, True)
    assert first.payment.version == again.payment.version == other_key.payment.version
    assert Journal.objects.filter(kind="capture").count() == 1


def test_ten_captures_at_once_book_once(shop: Shop, payment: Payment, now: datetime) -> None:
    def capture(_: int) -> str:
        try:
            return shop.capture(payment, now=now).payment.status
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        results = set(pool.map(capture, range(10)))

    assert results == {Status.CAPTURED}
    assert Journal.objects.filter(kind="capture").count() == 1
    assert Operation.objects.filter(verb=Verb.CAPTURE).count() == 1


def test_takes_no_more_than_was_authorised(shop: Shop, payment: Payment, now: datetime) -> None:
    with pytest.raises(AmountTooLarge):
        shop.capture(payment, 1296, now=now)

    assert Payment.objects.get(id=payment.id).status == Status.AUTHORISED


def test_a_partial_capture_releases_the_rest(shop: Shop, payment: Payment, now: datetime) -> None:
    captured = shop.capture(payment, 1000, now=now).payment

    assert (captured.captured_minor, captured.released_minor, captured.remaining_minor) == (1000, 295, 0)
    assert balance(account="holds:bank", currency="CHF") == Money(0, "CHF")
    assert balance(account="provider_receivable:bank", currency="CHF") == Money(1000, "CHF")
    with pytest.raises(WrongState):
        shop.capture(payment, 295, now=now)


def test_several_captures_take_the_hold_in_parts(shop: Shop, payment: Payment, now: datetime) -> None:
    shop.capture(payment, 1000, now=now, is_final=False)
    carry_out_all(payment.id, now=now)
    captured = shop.capture(payment, 295, now=now).payment

    assert (captured.captured_minor, captured.released_minor) == (1295, 0)
    assert carry_out_all(payment.id, now=now).capture_status == CaptureStatus.SUCCEEDED
    assert broken_journals() == []


def test_captures_of_one_payment_go_out_one_at_a_time(shop: Shop, payment: Payment, now: datetime) -> None:
    shop.capture(payment, 1000, now=now, is_final=False)
    shop.capture(payment, 295, now=now)
    first, second = Operation.objects.filter(verb=Verb.CAPTURE).order_by("id")
    Operation.objects.filter(id=first.id).update(status=OperationStatus.SENT, tries=1, sent_at=now)

    assert not carry_out_operation(operation_id=second.id, now=now)
    assert Operation.objects.get(id=second.id).status == OperationStatus.QUEUED


def test_the_rest_of_a_kept_hold_is_given_back_when_it_expires(shop: Shop, payment: Payment, now: datetime) -> None:
    shop.capture(payment, 1000, now=now, is_final=False)
    carry_out_all(payment.id, now=now)
    later = now + timedelta(days=8)

    assert watch_payments(now=later) == 1
    carry_out_all(payment.id, now=later)

    done = Payment.objects.get(id=payment.id)
    assert (done.status, done.captured_minor, done.released_minor) == (Status.CAPTURED, 1000, 295)
    assert Operation.objects.get(verb=Verb.VOID).status == OperationStatus.SUCCEEDED
    assert balance(account="holds:bank", currency="CHF") == Money(0, "CHF")


def test_an_unknown_answer_is_repeated_with_the_same_reference_until_it_is_known(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    payment = shop.sell(phone, 20_000, now=now)
    shop.capture(payment, SILENT_YES, now=now)
    unknown = carry_out_all(payment.id, now=now)
    assert (unknown.status, unknown.capture_status) == (Status.CAPTURED, CaptureStatus.SENT)
    reference = Operation.objects.get(verb=Verb.CAPTURE).reference

    watch_payments(now=now + timedelta(seconds=2))
    known = carry_out_all(payment.id, now=now + timedelta(seconds=2))

    assert known.capture_status == CaptureStatus.SUCCEEDED
    operation = Operation.objects.get(verb=Verb.CAPTURE)
    assert (operation.reference, operation.tries) == (reference, 2)


def test_a_refused_capture_stays_captured_and_people_hear_of_it(
    shop: Shop, payment: Payment, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(
        "apps.providers.connectors.sandbox.SandboxConnector.capture",
        lambda self, request: Declined(DeclineReason.HOLD_CLOSED, "hold_closed"),
    )
    shop.capture(payment, now=now)

    refused = carry_out_all(payment.id, now=now)

    assert (refused.status, refused.capture_status) == (Status.CAPTURED, CaptureStatus.FAILED)
    assert "capture refused by the provider" in caplog.messages


@pytest.mark.parametrize(("age_seconds", "levels"), [(30, set()), (61, {"WARNING"}), (901, {"ERROR"})])
def test_a_capture_that_stays_unknown_becomes_louder(
    age_seconds: int,
    levels: set[str],
    shop: Shop,
    payment: Payment,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(
        "apps.providers.connectors.sandbox.SandboxConnector.capture", lambda self, request: Unknown("timeout")
    )
    shop.capture(payment, now=now)

    carry_out_all(payment.id, now=now + timedelta(seconds=age_seconds))

    found = {record.levelname for record in caplog.records if record.message == "capture not acknowledged"}
    assert found == levels


def test_another_merchants_payment_is_not_found(payment: Payment, now: datetime) -> None:
    with pytest.raises(PaymentNotFound):
        make_shop(now=now).capture(payment, now=now)
    with pytest.raises(PaymentNotFound):
        look_at_payment(payment_id=payment.id, point=make_shop(now=now).point, wait_seconds=0, now=now)


def test_a_test_key_does_not_find_a_live_payment(shop: Shop, payment: Payment, now: datetime) -> None:
    shop.mode = Mode.TEST

    with pytest.raises(PaymentNotFound):
        shop.capture(payment, now=now)


def test_another_currency_is_refused(shop: Shop, payment: Payment, now: datetime) -> None:
    with pytest.raises(CurrencyNotSupported):
        capture_payment(
            payment_id=payment.id,
            amount=Money(100, "EUR"),
            is_final=True,
            point=shop.point,
            key=shop.key(),
            by=shop.actor,
            now=now,
        )


def test_a_declined_or_cancelled_payment_is_not_captured(shop: Shop, phone: Phone, now: datetime) -> None:
    declined = shop.sell(phone, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))
    cancelled = shop.cancel(shop.sell(phone, now=now), now=now).payment

    for payment in (declined, cancelled):
        with pytest.raises(WrongState):
            shop.capture(payment, now=now)


def test_a_payment_that_is_still_being_processed_says_when_to_ask_again(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    started = shop.start(phone.make_code(now=now), now=now)

    with pytest.raises(WrongState) as refused:
        shop.capture(Payment.objects.get(id=started.payment_id), now=now)

    assert refused.value.facts["retry_after_seconds"] == 1


def test_an_expired_hold_is_not_captured(shop: Shop, payment: Payment, now: datetime) -> None:
    assert payment.hold_expires_at is not None

    with pytest.raises(WrongState, match="expired"):
        shop.capture(payment, now=payment.hold_expires_at)


def test_an_authorised_sale_that_nobody_confirms_is_given_back(shop: Shop, payment: Payment, now: datetime) -> None:
    meet_deadline(payment_id=payment.id, now=now + timedelta(seconds=44))
    assert Payment.objects.get(id=payment.id).status == Status.AUTHORISED

    assert payment.deadline_at is not None
    meet_deadline(payment_id=payment.id, now=payment.deadline_at)

    assert carry_out_all(payment.id, now=payment.deadline_at).status == Status.CANCELLED
    assert balance(account="holds:bank", currency="CHF") == Money(0, "CHF")


def test_being_asked_about_keeps_an_authorised_sale_alive(shop: Shop, payment: Payment, now: datetime) -> None:
    later = now + timedelta(seconds=40)
    look_at_payment(payment_id=payment.id, point=shop.point, wait_seconds=0, now=later)

    meet_deadline(payment_id=payment.id, now=now + timedelta(seconds=84))

    assert Payment.objects.get(id=payment.id).status == Status.AUTHORISED


def test_a_hold_that_expires_is_expired_and_voided_anyway(shop: Shop, payment: Payment, now: datetime) -> None:
    later = now + timedelta(days=8)
    Payment.objects.filter(id=payment.id).update(deadline_at=later)

    meet_deadline(payment_id=payment.id, now=later)
    carry_out_all(payment.id, now=later)

    done = Payment.objects.get(id=payment.id)
    assert (done.status, done.released_minor) == (Status.EXPIRED, 1295)
    assert Operation.objects.get(verb=Verb.VOID).status == OperationStatus.SUCCEEDED


def test_an_automatic_capture_happens_with_the_yes(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1295, now=now, capture_mode=CaptureMode.AUTOMATIC)

    assert (payment.status, payment.captured_minor) == (Status.CAPTURED, 1295)
    assert carry_out_all(payment.id, now=now).capture_status == CaptureStatus.SUCCEEDED


def test_an_automatic_capture_does_not_happen_when_nobody_listens(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, SILENT_YES, now=now, capture_mode=CaptureMode.AUTOMATIC)
    late = now + timedelta(seconds=12)

    carry_out_operation(operation_id=open_operations(payment.id)[0].id, now=late)

    off = Payment.objects.get(id=payment.id)
    assert (off.status, off.captured_minor) == (Status.REVERSING, 0)
    assert carry_out_all(payment.id, now=late).status == Status.CANCELLED


def test_a_till_that_still_asks_gets_its_automatic_capture(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, SILENT_YES, now=now, capture_mode=CaptureMode.AUTOMATIC)
    look_at_payment(payment_id=payment.id, point=shop.point, wait_seconds=0, now=now + timedelta(seconds=7))

    carry_out_operation(operation_id=open_operations(payment.id)[0].id, now=now + timedelta(seconds=12))

    assert Payment.objects.get(id=payment.id).status == Status.CAPTURED


def test_a_cancel_before_anything_was_sent_is_final_at_once(shop: Shop, phone: Phone, now: datetime) -> None:
    started = shop.start(phone.make_code(now=now), now=now)

    off = shop.cancel(Payment.objects.get(id=started.payment_id), now=now).payment

    assert off.status == Status.CANCELLED
    assert not open_operations(off.id)


def test_a_cancelled_hold_is_released(shop: Shop, payment: Payment, now: datetime) -> None:
    off = shop.cancel(payment, now=now).payment
    again = shop.cancel(payment, now=now).payment
    done = carry_out_all(payment.id, now=now)
    after = shop.cancel(payment, now=now).payment

    assert [off.status, again.status, done.status, after.status] == [
        Status.REVERSING,
        Status.REVERSING,
        Status.CANCELLED,
        Status.CANCELLED,
    ]
    assert Operation.objects.filter(verb=Verb.VOID).count() == 1
    assert balance(account="holds:bank", currency="CHF") == Money(0, "CHF")


def test_a_captured_sale_that_is_cancelled_is_given_back(shop: Shop, payment: Payment, now: datetime) -> None:
    shop.capture(payment, now=now)
    carry_out_all(payment.id, now=now)

    off = shop.cancel(payment, now=now).payment
    again = shop.cancel(payment, now=now).payment
    done = carry_out_all(payment.id, now=now)

    assert (off.status, off.refund_status, off.refund_reserved_minor) == (Status.CAPTURED, RefundFacet.PENDING, 1295)
    assert again.version == off.version
    assert (done.status, done.refund_status, done.refunded_minor) == (Status.CAPTURED, RefundFacet.FULL, 1295)
    assert balance(account="provider_receivable:bank", currency="CHF") == Money(0, "CHF")
    assert balance(account=f"merchant_payable:{shop.merchant.id}", currency="CHF") == Money(0, "CHF")


def test_a_capture_and_a_cancel_at_once_take_no_money_in_either_order(shop: Shop, phone: Phone, now: datetime) -> None:
    payments = [shop.sell(phone, 500 + number, now=now) for number in range(6)]

    def act(job: tuple[bool, Payment]) -> str:
        is_capture, payment = job
        try:
            return (shop.capture if is_capture else shop.cancel)(payment, now=now).payment.status
        except (WrongState, UseRefund) as refused:
            return refused.code
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(act, [(is_capture, payment) for payment in payments for is_capture in (True, False)]))
    for payment in payments:
        carry_out_all(payment.id, now=now)

    for payment in payments:
        carry_out_all(payment.id, now=now)

    given_back = Payment.objects.filter(status=Status.CAPTURED, refunded_minor=F("amount_minor")).count()
    cancelled = Payment.objects.filter(status=Status.CANCELLED, released_minor=F("amount_minor")).count()
    assert given_back + cancelled == 6
    assert balance(account="provider_receivable:bank", currency="CHF") == Money(0, "CHF")
    assert balance(account="holds:bank", currency="CHF") == Money(0, "CHF")


def test_an_approval_names_the_providers_capture(shop: Shop, payment: Payment, now: datetime) -> None:
    shop.capture(payment, now=now)
    carry_out_all(payment.id, now=now)

    operation = Operation.objects.get(verb=Verb.CAPTURE)
    assert operation.provider_reference.startswith("capture_")


def test_the_statements_of_a_capture_are_counted(
    shop: Shop, payment: Payment, now: datetime, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    key, point = shop.key(), shop.point
    # With the till's key before it, 14 in the web process; BEGIN and COMMIT come on top.
    with django_assert_max_num_queries(13 + 2):
        capture_payment(payment_id=payment.id, amount=None, is_final=True, point=point, key=key, by=shop.actor, now=now)


def test_the_statements_of_a_worker_are_counted(
    shop: Shop, phone: Phone, now: datetime, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    shop.sell(phone, now=now)
    started = shop.start(phone.make_code(now=now), 100, now=now)
    assert started.operation_id is not None

    # Taking the note up and marking it done make 14; two transactions come on top.
    with django_assert_max_num_queries(12 + 4):
        carry_out_operation(operation_id=started.operation_id, now=now)


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE transactions_payment SET captured_minor = 1296, status = 'captured'",
        "UPDATE transactions_payment SET status = 'declined', decline_code = 'x'",
        "UPDATE transactions_payment SET status = 'authorising'",
        "UPDATE transactions_payment SET amount_minor = 1",
        "UPDATE transactions_payment SET currency = 'EUR'",
        "UPDATE transactions_payment SET reference = 'other'",
        "UPDATE transactions_payment SET authorised_minor = 1294",
        "UPDATE transactions_payment SET refunded_minor = 1",
        "UPDATE transactions_payment SET version = 1",
        "UPDATE transactions_payment SET deadline_at = NULL",
        "DELETE FROM transactions_payment",
        "UPDATE transactions_paymentevent SET kind = 'x'",
        "DELETE FROM transactions_paymentevent",
        "UPDATE transactions_operation SET reference = 'x'",
        "UPDATE transactions_operation SET status = 'queued'",
        "UPDATE transactions_operation SET amount_minor = 1",
        "UPDATE transactions_operation SET provider_reference = 'another'",
        "DELETE FROM transactions_operation",
        "DELETE FROM transactions_attempt",
    ],
)
def test_the_database_refuses_what_must_never_be(change: str, shop: Shop, payment: Payment) -> None:
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change)
