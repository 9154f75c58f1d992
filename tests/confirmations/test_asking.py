"""The customer hears at once that something is asked of him, and not when nobody waits any more."""

from datetime import datetime, timedelta

import pytest

from apps.confirmations.models import Confirmation
from apps.live.presence import end_presence, note_presence
from apps.transactions.models import Payment, PaymentEvent
from apps.transactions.operations import meet_deadline
from apps.transactions.states import Action, Status
from tests.cast import Phone
from tests.confirmations.test_telling import events_of, tell_all
from tests.shop import Shop


@pytest.fixture
def asked(shop: Shop, phone: Phone, now: datetime) -> Payment:
    """A second payment of a phone that is online."""
    shop.sell(phone, 4250, now=now)
    note_presence(str(phone.identity.id))
    payment = shop.sell(phone, 990, now=now)
    end_presence(str(phone.identity.id))
    assert (payment.status, payment.action) == (Status.ACTION_REQUIRED, Action.CUSTOMER_CONSENT)
    return payment


def test_a_question_is_told_once_and_names_the_phone_that_may_answer(phone: Phone, asked: Payment) -> None:
    tell_all()
    tell_all()

    assert events_of(phone) == [("consent.requested", {"payment": asked.public_id, "device": phone.identity.public_id})]
    assert Confirmation.objects.get().signed is None


def test_a_question_that_nobody_waits_for_is_not_asked(phone: Phone, asked: Payment, now: datetime) -> None:
    meet_deadline(payment_id=asked.id, now=now + timedelta(seconds=31))

    tell_all()

    assert [kind for kind, _ in events_of(phone)] == ["payment.declined"]


def test_question_and_answer_are_told_in_order(phone: Phone, asked: Payment, now: datetime) -> None:
    tell_all()
    meet_deadline(payment_id=asked.id, now=now + timedelta(seconds=31))
    tell_all()

    assert [kind for kind, _ in events_of(phone)] == ["consent.requested", "payment.declined"]
    assert PaymentEvent.objects.filter(payment=asked).count() == 2
