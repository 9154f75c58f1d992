"""The cashier is asked about what looks like one sale rung up twice, and says that it is two."""

from datetime import datetime

import pytest

from apps.audit.models import Record
from apps.kernel.errors import DomainError
from apps.kernel.transitions import WrongState
from apps.transactions.errors import PaymentNotFound
from apps.transactions.models import Operation, Payment
from apps.transactions.operations import meet_deadline
from apps.transactions.states import Action, CaptureMode, Status
from tests.cast import Phone
from tests.devices.crowd import at_once
from tests.shop import Shop, carry_out_all, make_shop
from tests.transactions.counter import at, confirm, kinds_of

pytestmark = pytest.mark.usefixtures("impatient")


@pytest.fixture
def payment(shop: Shop, phone: Phone, now: datetime) -> Payment:
    shop.sell(phone, 1000, now=now)
    return shop.sell(phone, 1000, now=now)


def test_a_confirmed_sale_goes_on_to_its_provider(shop: Shop, payment: Payment, now: datetime) -> None:
    assert (payment.status, payment.action) == (Status.ACTION_REQUIRED, Action.CASHIER_CONFIRM)
    assert not Operation.objects.filter(payment=payment).exists()

    answered = confirm(shop, payment, now=at(now, 30))

    assert (answered.payment.status, answered.payment.action, answered.is_replay) == (Status.AUTHORISING, "", False)
    assert answered.payment.deadline_at == at(now, 75)
    assert answered.payment.answer_until == at(now, 38)
    assert carry_out_all(payment.id, now=at(now, 31)).status == Status.AUTHORISED
    assert Record.objects.filter(action="payment.confirmed", subject=payment.public_id).count() == 1
    assert kinds_of(payment) == ["payment.confirmation_requested", "payment.confirmed", "payment.authorised"]


def test_repeating_a_confirmation_asks_the_provider_once(shop: Shop, payment: Payment, now: datetime) -> None:
    key = shop.key("same")

    first, again = confirm(shop, payment, now=now, key=key), confirm(shop, payment, now=now, key=key)
    by_another_key = confirm(shop, payment, now=now)

    assert (first.is_replay, again.is_replay, by_another_key.is_replay) == (False, True, False)
    assert Operation.objects.filter(payment=payment).count() == 1


def test_ten_confirmations_at_once_ask_the_provider_once(shop: Shop, payment: Payment, now: datetime) -> None:
    answers = at_once(10, lambda _: confirm(shop, payment, now=now))

    assert not [answer for answer in answers if isinstance(answer, DomainError)]
    assert Operation.objects.filter(payment=payment).count() == 1
    assert kinds_of(payment).count("payment.confirmed") == 1


def test_after_a_minute_it_is_declined(shop: Shop, payment: Payment, now: datetime) -> None:
    assert payment.deadline_at == at(now, 60)
    meet_deadline(payment_id=payment.id, now=at(now, 59))
    assert Payment.objects.get(id=payment.id).status == Status.ACTION_REQUIRED

    meet_deadline(payment_id=payment.id, now=at(now, 60))

    declined = Payment.objects.get(id=payment.id)
    assert (declined.status, declined.decline_code, declined.action) == (Status.DECLINED, "confirm_timeout", "")
    assert confirm(shop, payment, now=at(now, 61)).payment.status == Status.DECLINED


def test_a_confirmation_after_the_minute_is_too_late_however_slow_the_watch_is(
    shop: Shop, payment: Payment, now: datetime
) -> None:
    late = confirm(shop, payment, now=at(now, 60)).payment

    assert (late.status, late.decline_code) == (Status.DECLINED, "confirm_timeout")
    assert not Operation.objects.filter(payment=payment).exists()


def test_what_waits_for_somebody_else_is_not_the_cashiers_to_confirm(
    shop: Shop, phone: Phone, now: datetime, online: None
) -> None:
    shop.sell(phone, 1000, now=now)
    waiting = shop.sell(phone, 500, now=now)
    assert waiting.action == Action.CUSTOMER_CONSENT

    with pytest.raises(WrongState):
        confirm(shop, waiting, now=now)

    assert Payment.objects.get(id=waiting.id).status == Status.ACTION_REQUIRED


def test_another_merchants_payment_is_not_found(payment: Payment, now: datetime) -> None:
    with pytest.raises(PaymentNotFound):
        confirm(make_shop(now=now), payment, now=now)


def test_a_confirmation_and_a_cancel_at_once_leave_one_of_them(shop: Shop, phone: Phone, now: datetime) -> None:
    payments = []
    for number in range(5):
        shop.sell(phone, 500 + number, now=now)
        payments.append(shop.sell(phone, 500 + number, now=now))

    def act(number: int) -> str:
        payment = payments[number // 2]
        return (confirm if number % 2 else Shop.cancel)(shop, payment, now=now).payment.status

    at_once(10, act)

    for payment in payments:
        assert carry_out_all(payment.id, now=now).status == Status.CANCELLED


def test_a_sale_that_captures_itself_still_does_after_the_confirmation(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 1000, now=now)
    payment = shop.sell(phone, 1000, now=now, capture_mode=CaptureMode.AUTOMATIC)

    confirm(shop, payment, now=at(now, 40))

    assert carry_out_all(payment.id, now=at(now, 41)).status == Status.CAPTURED
