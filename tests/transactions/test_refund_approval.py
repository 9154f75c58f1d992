"""Above the merchant's limit a second person decides about a refund, and nobody decides about his own."""

from datetime import datetime, timedelta

import pytest

from apps.approvals.errors import AlreadyDecided, ApprovalExpired, SamePerson
from apps.approvals.models import Approval
from apps.approvals.operations import expire_approvals
from apps.approvals.states import ApprovalStatus
from apps.kernel.transitions import WrongState
from apps.outbox.models import Message
from apps.outbox.operations import sweep
from apps.providers.contract import Declined, Verb
from apps.providers.reasons import DeclineReason
from apps.transactions.errors import AmountTooLarge
from apps.transactions.models import Operation, Payment, Refund
from apps.transactions.operations.refund import carry_out_approval
from apps.transactions.states import RefundFacet, RefundStatus
from tests.cast import Phone
from tests.devices.crowd import at_once
from tests.shop import Shop, carry_out_all
from tests.transactions.bank import Bank
from tests.transactions.counter import (
    BEAT,
    approve,
    buy,
    carry_out_decision,
    kinds_of,
    refund,
    set_refund_limit,
)

WEEK = timedelta(days=7)


@pytest.fixture
def payment(shop: Shop, phone: Phone, now: datetime) -> Payment:
    set_refund_limit(shop, 500, now=now)
    return buy(shop, phone, 1295, now=now)


def test_up_to_the_limit_nobody_else_is_asked(shop: Shop, payment: Payment, now: datetime) -> None:
    asked = refund(shop, payment, 500, now=now)

    assert (asked.refund.status, asked.refund.approval_id) == (RefundStatus.QUEUED, None)
    assert not Approval.objects.exists()


def test_above_it_the_refund_waits_and_its_amount_is_reserved(shop: Shop, payment: Payment, now: datetime) -> None:
    asked = refund(shop, payment, 501, now=now)

    assert asked.refund.status == RefundStatus.AWAITING_APPROVAL
    assert (asked.payment.refund_reserved_minor, asked.payment.refund_status) == (501, RefundFacet.PENDING)
    assert not Operation.objects.filter(verb=Verb.REFUND).exists()
    approval = Approval.objects.get()
    assert (approval.action, approval.subject, approval.maker) == ("refund", asked.refund.public_id, str(shop.actor))
    assert approval.asked == {"payment": payment.public_id, "amount": 501, "currency": "CHF"}
    assert approval.expires_at == now + WEEK
    with pytest.raises(AmountTooLarge):
        refund(shop, payment, 795, now=now)


def test_whoever_asked_does_not_decide(shop: Shop, payment: Payment, now: datetime) -> None:
    asked = refund(shop, payment, 501, now=now)

    with pytest.raises(SamePerson):
        approve(asked, by=shop.actor, now=now)

    assert Refund.objects.get().status == RefundStatus.AWAITING_APPROVAL


def test_a_yes_sends_it_on_its_way(shop: Shop, payment: Payment, now: datetime) -> None:
    asked = refund(shop, payment, 501, now=now)

    carry_out_decision(approve(asked, now=now), now=now)
    done = carry_out_all(payment.id, now=now)

    assert (done.refunded_minor, done.refund_reserved_minor) == (501, 0)
    assert Refund.objects.get().status == RefundStatus.SUCCEEDED
    assert kinds_of(payment)[-3:] == ["refund.requested", "refund.approved", "payment.refunded"]


def test_the_note_of_a_decision_carries_it_out(shop: Shop, payment: Payment, now: datetime) -> None:
    asked = refund(shop, payment, 501, now=now)
    Message.objects.filter(done_at=None).update(tries=1, done_at=now)

    approve(asked, now=now)
    sweep(now=now, limit=5)

    assert Refund.objects.get().status in (RefundStatus.QUEUED, RefundStatus.SUCCEEDED)


def test_a_no_gives_the_reservation_back(shop: Shop, payment: Payment, now: datetime) -> None:
    asked = refund(shop, payment, 501, now=now)

    carry_out_decision(approve(asked, is_yes=False, now=now), now=now)

    refused = Refund.objects.get()
    assert (refused.status, refused.failure_reason) == (RefundStatus.FAILED, "approval_refused")
    whole = Payment.objects.get(id=payment.id)
    assert (whole.refund_reserved_minor, whole.refund_status) == (0, RefundFacet.FAILED)
    assert refund(shop, payment, 1295, now=now).refund.amount_minor == 1295


def test_what_nobody_decides_in_seven_days_gives_its_reservation_back(
    shop: Shop, payment: Payment, now: datetime
) -> None:
    asked = refund(shop, payment, 501, now=now)
    assert expire_approvals(now=now + WEEK - timedelta(seconds=1)) == 0

    assert expire_approvals(now=now + WEEK) == 1
    carry_out_decision(Approval.objects.get(status=ApprovalStatus.EXPIRED), now=now + WEEK)

    expired = Refund.objects.get()
    assert (expired.status, expired.failure_reason) == (RefundStatus.FAILED, "approval_expired")
    assert Payment.objects.get(id=payment.id).refund_reserved_minor == 0
    with pytest.raises(ApprovalExpired):
        approve(asked, now=now + WEEK)


def test_a_decision_is_carried_out_once_however_often_its_note_is_run(
    shop: Shop, payment: Payment, now: datetime
) -> None:
    approval = approve(refund(shop, payment, 501, now=now), now=now)

    at_once(6, lambda _: carry_out_decision(approval, now=now))
    carry_out_all(payment.id, now=now)
    carry_out_decision(approval, now=now)

    assert Operation.objects.filter(verb=Verb.REFUND).count() == 1
    assert Payment.objects.get(id=payment.id).refunded_minor == 501
    assert kinds_of(payment).count("refund.approved") == 1


def test_a_yes_and_a_no_at_once_are_one_decision(shop: Shop, payment: Payment, now: datetime) -> None:
    asked = refund(shop, payment, 501, now=now)

    answers = at_once(6, lambda number: approve(asked, is_yes=number % 2 == 0, now=now))

    assert sum(isinstance(answer, AlreadyDecided) for answer in answers) == 5
    carry_out_decision(Approval.objects.get(), now=now)
    assert Refund.objects.get().status in (RefundStatus.QUEUED, RefundStatus.FAILED)


def test_a_refund_that_nobody_approved_is_not_carried_out(shop: Shop, payment: Payment, now: datetime) -> None:
    asked = refund(shop, payment, 501, now=now)

    with pytest.raises(WrongState):
        carry_out_approval(refund_id=asked.refund.id, is_yes=True, reason="", by=BEAT, now=now)

    assert Refund.objects.get().status == RefundStatus.AWAITING_APPROVAL


def test_a_no_without_a_word_still_says_why(shop: Shop, payment: Payment, now: datetime) -> None:
    asked = refund(shop, payment, 501, now=now)

    carry_out_approval(refund_id=asked.refund.id, is_yes=False, reason="", by=BEAT, now=now)

    assert Refund.objects.get().failure_reason == "refused"


def test_a_yes_to_what_was_never_taken_comes_to_nothing(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    set_refund_limit(shop, 500, now=now)
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, now=now)
    asked = refund(shop, payment, 501, now=now)
    bank.says("capture", Declined(DeclineReason.HOLD_CLOSED, "hold_closed"))
    carry_out_all(payment.id, now=now)

    carry_out_decision(approve(asked, now=now), now=now)

    refused = Refund.objects.get()
    assert (refused.status, refused.failure_reason) == (RefundStatus.FAILED, "capture_refused")
    assert Payment.objects.get(id=payment.id).refund_reserved_minor == 0


def test_two_refunds_may_wait_at_once_within_the_capture(shop: Shop, payment: Payment, now: datetime) -> None:
    first, second = refund(shop, payment, 600, now=now), refund(shop, payment, 600, now=now)

    for asked in (second, first):
        carry_out_decision(approve(asked, now=now), now=now)
    for _ in range(2):
        carry_out_all(payment.id, now=now)

    assert Payment.objects.get(id=payment.id).refunded_minor == 1200
