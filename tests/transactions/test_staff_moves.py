"""Staff take off what is not captured and give back what is: once per form, and by the rules that hold for tills."""

from datetime import datetime
from uuid import uuid4

import pytest

from apps.approvals.models import Approval
from apps.audit.models import Record
from apps.idempotency.errors import KeyReused
from apps.kernel.actors import Actor
from apps.kernel.money import Money
from apps.kernel.transitions import WrongState
from apps.ledger.models import Journal
from apps.transactions.errors import AmountTooLarge, CurrencyNotSupported, PaymentNotFound, UseRefund
from apps.transactions.models import Payment, Refund
from apps.transactions.operations.refund import Refunded, RefundWish
from apps.transactions.operations.staff import StaffForm, cancel_by_staff, refund_by_staff
from apps.transactions.queries import whole_payment
from apps.transactions.states import RefundStatus, Status
from tests.cast import Phone
from tests.devices.crowd import at_once
from tests.shop import Shop, carry_out_all
from tests.transactions.counter import buy, set_refund_limit

CLERK = Actor("operator", "opr_clerk")
OTHER = Actor("operator", "opr_other")
DECLINED_BY_BANK = 9911


def form(reason: str = "returned: cork") -> StaffForm:
    return StaffForm(uuid4(), reason)


def give_back(
    payment: Payment, minor: int | None, *, now: datetime, sent: StaffForm | None = None, by: Actor = CLERK
) -> Refunded:
    wish = RefundWish(amount=None if minor is None else Money(minor, "CHF"), reason="Ware zurück")
    return refund_by_staff(payment_id=payment.id, wish=wish, form=sent or form(), by=by, now=now)


def test_money_is_given_back_and_the_evidence_says_who_and_why(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = buy(shop, phone, 1295, now=now)

    asked = give_back(payment, 295, now=now)
    assert (asked.refund.status, asked.refund.amount_minor, asked.is_replay) == (RefundStatus.QUEUED, 295, False)
    # No till has it in its drawer, and the note behind the reason is on no receipt.
    assert (asked.refund.till_id, asked.refund.reason, asked.refund.asked_by) == (None, "Ware zurück", str(CLERK))
    record = Record.objects.get(action="refund.asked_by_staff")
    assert (record.subject, record.actor_id, record.reason) == (payment.public_id, CLERK.id, "returned: cork")
    assert record.facts == {"refund": asked.refund.public_id, "amount": 295}

    assert carry_out_all(payment.id, now=now).refunded_minor == 295
    assert Journal.objects.filter(subject=payment.public_id, kind="refund").count() == 1


def test_a_form_that_is_sent_twice_gives_back_once(shop: Shop, phone: Phone, now: datetime) -> None:
    payment, sent = buy(shop, phone, 1295, now=now), form()

    first, second = give_back(payment, 500, now=now, sent=sent), give_back(payment, 500, now=now, sent=sent)

    assert (second.refund.id, second.is_replay) == (first.refund.id, True)
    assert Refund.objects.count() == 1
    with pytest.raises(KeyReused):
        give_back(payment, 501, now=now, sent=sent)
    # Somebody else's form may have any number.
    assert not give_back(payment, 500, now=now, sent=sent, by=OTHER).is_replay


def test_a_form_that_is_sent_twice_at_once_gives_back_once(shop: Shop, phone: Phone, now: datetime) -> None:
    payment, sent = buy(shop, phone, 1295, now=now), form()

    outcomes = at_once(2, lambda _: give_back(payment, 500, now=now, sent=sent))

    assert sum(isinstance(outcome, Refunded) and not outcome.is_replay for outcome in outcomes) == 1
    assert Refund.objects.count() == 1
    assert whole_payment(payment.id).refund_reserved_minor == 500


def test_above_the_merchants_limit_a_second_person_is_asked(shop: Shop, phone: Phone, now: datetime) -> None:
    set_refund_limit(shop, 500, now=now)
    payment = buy(shop, phone, 1295, now=now)

    asked = give_back(payment, None, now=now)

    assert (asked.refund.status, asked.refund.amount_minor) == (RefundStatus.AWAITING_APPROVAL, 1295)
    assert Approval.objects.get().maker == str(CLERK)


def test_no_more_is_given_back_than_was_taken(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = buy(shop, phone, 1295, now=now)

    with pytest.raises(AmountTooLarge):
        give_back(payment, 1296, now=now)
    wish = RefundWish(amount=Money(100, "EUR"))
    with pytest.raises(CurrencyNotSupported):
        refund_by_staff(payment_id=payment.id, wish=wish, form=form(), by=CLERK, now=now)
    with pytest.raises(PaymentNotFound):
        refund_by_staff(payment_id=uuid4(), wish=RefundWish(), form=form(), by=CLERK, now=now)
    assert not Refund.objects.exists()


def test_what_is_held_is_released_when_staff_take_the_sale_off(shop: Shop, phone: Phone, now: datetime) -> None:
    payment, sent = shop.sell(phone, 1295, now=now), form("till_lost")

    answered = cancel_by_staff(payment_id=payment.id, form=sent, by=CLERK, now=now)
    assert (answered.payment.status, answered.is_replay) == (Status.REVERSING, False)
    assert cancel_by_staff(payment_id=payment.id, form=sent, by=CLERK, now=now).is_replay
    # Another form about what is off already changes nothing.
    assert cancel_by_staff(payment_id=payment.id, form=form(), by=CLERK, now=now).payment.status == Status.REVERSING

    done = carry_out_all(payment.id, now=now)
    assert (done.status, done.released_minor) == (Status.CANCELLED, 1295)
    record = Record.objects.get(action="payment.cancelled", actor_id=CLERK.id)
    assert (record.subject, record.reason) == (payment.public_id, "till_lost")


def test_what_is_captured_or_declined_is_not_taken_off(shop: Shop, phone: Phone, now: datetime) -> None:
    captured = buy(shop, phone, 1295, now=now)
    declined = shop.sell(phone, DECLINED_BY_BANK, now=now)

    with pytest.raises(UseRefund):
        cancel_by_staff(payment_id=captured.id, form=form(), by=CLERK, now=now)
    with pytest.raises(WrongState):
        cancel_by_staff(payment_id=declined.id, form=form(), by=CLERK, now=now)
    with pytest.raises(WrongState):
        give_back(declined, 100, now=now)
