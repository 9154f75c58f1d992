"""A payment that was held: staff release it or refuse it, in time."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from apps.audit.models import Record
from apps.fraud.models import AssessmentOutcome, OutcomeKind, Verdict
from apps.kernel.transitions import WrongState
from apps.merchants.models import TillKind
from apps.transactions.errors import PaymentNotFound
from apps.transactions.models import Operation, Payment
from apps.transactions.operations import meet_deadline
from apps.transactions.operations.review import decide_review
from apps.transactions.states import Status
from tests.cast import Phone
from tests.devices.crowd import at_once, codes
from tests.shop import Shop, carry_out_all, make_payer, make_shop
from tests.transactions.counter import BEAT, at, kinds_of, review

Judge = Callable[[Verdict], None]


@pytest.fixture
def payment(shop: Shop, phone: Phone, now: datetime, fraud_says: Judge) -> Payment:
    fraud_says(Verdict.REVIEW)
    return shop.sell(phone, 4250, now=now)


def test_a_released_payment_goes_on_to_its_provider(payment: Payment, now: datetime) -> None:
    assert payment.status == Status.IN_REVIEW
    assert not Operation.objects.exists()

    released = review(payment, now=at(now, 15))

    assert (released.status, released.deadline_at) == (Status.AUTHORISING, at(now, 60))
    assert carry_out_all(payment.id, now=at(now, 16)).status == Status.AUTHORISED
    record = Record.objects.get(action="review.released")
    assert (record.subject, record.reason, record.actor_id) == (payment.public_id, "known customer", BEAT.id)
    assert kinds_of(payment) == ["payment.held", "payment.released", "payment.authorised"]


def test_a_refused_one_is_declined_and_the_till_does_not_learn_why(payment: Payment, now: datetime) -> None:
    refused = review(payment, is_release=False, now=now)

    assert (refused.status, refused.decline_code, refused.decline_detail) == (
        Status.DECLINED,
        "rejected",
        "fraud_blocked",
    )
    assert not Operation.objects.exists()
    assert Record.objects.filter(action="review.refused").count() == 1


def test_a_decision_is_made_once(payment: Payment, now: datetime) -> None:
    review(payment, now=now)

    for is_release in (True, False):
        with pytest.raises(WrongState):
            review(payment, is_release=is_release, now=now)

    assert Operation.objects.count() == 1


def test_of_many_who_decide_at_once_one_does(payment: Payment, now: datetime) -> None:
    answers = at_once(8, lambda number: review(payment, is_release=number % 2 == 0, now=now))

    assert codes(answers) == ["wrong_state"] * 7
    assert len(kinds_of(payment)) == 2


@pytest.mark.parametrize(
    ("kind", "patience"),
    [
        (TillKind.ATTENDED, timedelta(seconds=20)),
        (TillKind.SELF_CHECKOUT, timedelta(hours=24)),
        (TillKind.VENDING, timedelta(hours=24)),
        (TillKind.WEB, timedelta(hours=24)),
    ],
)
def test_nobody_waits_at_a_till_for_longer_than_a_queue_does(
    kind: TillKind, patience: timedelta, now: datetime, fraud_says: Judge
) -> None:
    fraud_says(Verdict.REVIEW)
    shop = make_shop(now=now, kind=kind)
    payment = shop.sell(make_payer(shop, now=now), 4250, now=now)
    assert payment.deadline_at == now + patience

    meet_deadline(payment_id=payment.id, now=now + patience - timedelta(seconds=1))
    assert Payment.objects.get(id=payment.id).status == Status.IN_REVIEW
    meet_deadline(payment_id=payment.id, now=now + patience)

    declined = Payment.objects.get(id=payment.id)
    assert (declined.status, declined.decline_code, declined.decline_detail) == (
        Status.DECLINED,
        "rejected",
        "fraud_blocked",
    )


def test_a_release_after_the_deadline_is_too_late_however_slow_the_watch_is(payment: Payment, now: datetime) -> None:
    with pytest.raises(WrongState):
        review(payment, now=at(now, 20))

    assert Payment.objects.get(id=payment.id).status == Status.DECLINED
    assert not Operation.objects.exists()


def test_a_release_after_a_day_still_has_its_seconds_at_the_provider(now: datetime, fraud_says: Judge) -> None:
    fraud_says(Verdict.REVIEW)
    shop = make_shop(now=now, kind=TillKind.WEB)
    payment = shop.sell(make_payer(shop, now=now), 4250, now=now)

    review(payment, now=now + timedelta(hours=23))

    assert carry_out_all(payment.id, now=now + timedelta(hours=23, seconds=2)).status == Status.AUTHORISED


def test_what_fraud_blocks_is_rejected_and_nothing_is_asked(
    shop: Shop, phone: Phone, now: datetime, fraud_says: Judge
) -> None:
    fraud_says(Verdict.BLOCK)

    blocked = shop.sell(phone, 4250, now=now)

    assert (blocked.status, blocked.decline_code, blocked.decline_detail) == (
        Status.DECLINED,
        "rejected",
        "fraud_blocked",
    )


def test_what_was_never_held_is_not_decided(shop: Shop, phone: Phone, now: datetime) -> None:
    with pytest.raises(WrongState):
        review(shop.sell(phone, 4250, now=now), now=now)
    with pytest.raises(PaymentNotFound):
        decide_review(payment_id=shop.till.id, is_release=True, reason="x", by=BEAT, now=now)


def test_a_refusal_tells_the_rules_that_it_was_fraud(payment: Payment, now: datetime) -> None:
    review(payment, is_release=False, now=now)

    (outcome,) = AssessmentOutcome.objects.filter(assessment__payment_id=payment.id)
    assert outcome.kind == OutcomeKind.CONFIRMED_FRAUD
