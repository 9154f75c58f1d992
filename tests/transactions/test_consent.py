"""The customer is asked on the phone that made the code: a yes needs the PIN, a no does not."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

import pytest

from apps.audit.models import Record
from apps.devices.errors import PinLocked, PinWrong, SignatureInvalid
from apps.devices.operations import move_device
from apps.devices.states import DeviceStatus
from apps.fraud.models import Verdict
from apps.kernel.errors import DomainError
from apps.kernel.transitions import WrongState
from apps.transactions.errors import PaymentNotFound
from apps.transactions.models import Operation, Payment
from apps.transactions.operations import meet_deadline
from apps.transactions.states import Action, Status
from tests.cast import STAFF, WRONG_PIN, Phone, make_phone
from tests.devices.crowd import at_once, codes
from tests.shop import Shop, carry_out_all
from tests.transactions.counter import at, consent, kinds_of

Judge = Callable[[Verdict], None]


@pytest.fixture
def payment(shop: Shop, phone: Phone, now: datetime, online: None, fraud_says: Judge) -> Payment:
    fraud_says(Verdict.CONSENT)
    return shop.sell(phone, 4250, now=now)


def test_a_yes_with_the_pin_goes_on_to_the_provider(phone: Phone, payment: Payment, now: datetime) -> None:
    assert (payment.status, payment.action) == (Status.ACTION_REQUIRED, Action.CUSTOMER_CONSENT)
    assert payment.deadline_at == at(now, 30)

    going_on = consent(phone, payment, now=at(now, 20))

    assert (going_on.status, going_on.action, going_on.deadline_at) == (Status.AUTHORISING, "", at(now, 65))
    assert carry_out_all(payment.id, now=at(now, 21)).status == Status.AUTHORISED
    assert Record.objects.get(action="consent.given").subject == payment.public_id
    assert kinds_of(payment) == ["consent.requested", "payment.consented", "payment.authorised"]


def test_a_yes_that_takes_its_time_is_no_late_yes_of_the_provider(
    phone: Phone, payment: Payment, now: datetime
) -> None:
    consent(phone, payment, now=at(now, 29))

    assert carry_out_all(payment.id, now=at(now, 35)).status == Status.AUTHORISED


def test_a_no_needs_no_pin_and_declines(phone: Phone, payment: Payment, now: datetime) -> None:
    declined = consent(phone, payment, is_yes=False, now=now)

    assert (declined.status, declined.decline_code, declined.action) == (Status.DECLINED, "customer_refused", "")
    assert not Operation.objects.exists()
    assert phone.device().pin_tries_left == 3
    assert Record.objects.get(action="consent.refused").subject == payment.public_id


def test_a_wrong_pin_costs_a_try_and_the_question_stands(phone: Phone, payment: Payment, now: datetime) -> None:
    with pytest.raises(PinWrong) as refused:
        consent(phone, payment, pin=WRONG_PIN, now=now)

    assert refused.value.facts == {"tries_left": 2}
    assert phone.device().pin_tries_left == 2
    assert Payment.objects.get(id=payment.id).status == Status.ACTION_REQUIRED
    assert consent(phone, payment, now=now).status == Status.AUTHORISING
    assert phone.device().pin_tries_left == 3


def test_the_third_wrong_pin_locks_it_and_the_right_one_comes_too_late(
    phone: Phone, payment: Payment, now: datetime
) -> None:
    for _ in range(3):
        with pytest.raises(PinWrong):
            consent(phone, payment, pin=WRONG_PIN, now=now)

    with pytest.raises(PinLocked):
        consent(phone, payment, now=now)

    assert Payment.objects.get(id=payment.id).status == Status.ACTION_REQUIRED
    assert consent(phone, payment, is_yes=False, now=now).status == Status.DECLINED


def test_guesses_at_once_cost_a_try_each(phone: Phone, payment: Payment, now: datetime) -> None:
    answers = at_once(8, lambda _: consent(phone, payment, pin=WRONG_PIN, now=now))

    assert codes(answers) == ["pin_locked"] * 5 + ["pin_wrong"] * 3
    assert Payment.objects.get(id=payment.id).status == Status.ACTION_REQUIRED


def test_a_yes_and_a_no_at_once_are_one_answer(phone: Phone, payment: Payment, now: datetime) -> None:
    answers = at_once(8, lambda number: consent(phone, payment, is_yes=number % 2 == 0, now=now).status)

    assert sum(isinstance(answer, DomainError) for answer in answers) == 7
    assert len(kinds_of(payment)) == 2
    assert Operation.objects.count() <= 1


def test_nothing_is_asked_twice(phone: Phone, payment: Payment, now: datetime) -> None:
    consent(phone, payment, now=now)

    with pytest.raises(WrongState):
        consent(phone, payment, now=now)

    assert Operation.objects.count() == 1


def test_after_thirty_seconds_the_answer_is_no(phone: Phone, payment: Payment, now: datetime) -> None:
    meet_deadline(payment_id=payment.id, now=at(now, 29.9))
    assert Payment.objects.get(id=payment.id).status == Status.ACTION_REQUIRED

    meet_deadline(payment_id=payment.id, now=at(now, 30))

    declined = Payment.objects.get(id=payment.id)
    assert (declined.status, declined.decline_code) == (Status.DECLINED, "consent_timeout")
    with pytest.raises(WrongState):
        consent(phone, payment, now=at(now, 31))


def test_a_yes_after_them_is_too_late_however_slow_the_watch_is(phone: Phone, payment: Payment, now: datetime) -> None:
    with pytest.raises(WrongState):
        consent(phone, payment, now=at(now, 30))

    declined = Payment.objects.get(id=payment.id)
    assert (declined.status, declined.decline_code) == (Status.DECLINED, "consent_timeout")
    assert phone.device().pin_tries_left == 3


@pytest.mark.parametrize("shown", [{"amount_minor": 425}, {"currency": "EUR"}, {"merchant": "Another AG"}])
def test_a_phone_that_showed_something_else_did_not_consent(
    shown: dict[str, object], phone: Phone, payment: Payment, now: datetime
) -> None:
    with pytest.raises(SignatureInvalid):
        consent(phone, payment, now=now, **shown)

    assert Payment.objects.get(id=payment.id).status == Status.ACTION_REQUIRED


def test_a_signed_no_is_no_yes(phone: Phone, payment: Payment, now: datetime) -> None:
    thief = replace(phone, key=Phone().key)

    with pytest.raises(SignatureInvalid):
        consent(thief, payment, now=now)


def test_another_phone_of_the_customer_is_not_asked(phone: Phone, payment: Payment, now: datetime) -> None:
    other = make_phone(now=now, customer=phone.customer)

    with pytest.raises(PaymentNotFound):
        consent(other, payment, now=now)


def test_a_phone_that_was_revoked_meanwhile_does_not_consent(phone: Phone, payment: Payment, now: datetime) -> None:
    move_device(device_id=phone.identity.id, to=DeviceStatus.REVOKED, reason="lost", by=STAFF, now=now)

    with pytest.raises(SignatureInvalid):
        consent(phone, payment, now=now)

    assert not Operation.objects.exists()


def test_a_phone_that_is_not_online_cannot_be_asked(shop: Shop, phone: Phone, now: datetime, fraud_says: Judge) -> None:
    fraud_says(Verdict.CONSENT)

    declined = shop.sell(phone, 4250, now=now)

    assert (declined.status, declined.decline_code) == (Status.DECLINED, "consent_unavailable")


def test_the_cashiers_question_is_not_the_customers_to_answer(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 1000, now=now)
    asked = shop.sell(phone, 1000, now=now)
    assert asked.action == Action.CASHIER_CONFIRM

    with pytest.raises(WrongState):
        consent(phone, asked, now=now)
