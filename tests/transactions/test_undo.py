"""Taking a sale off until it is proven that nothing is held, and people hear of what is not."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction

from apps.cases.models import Case
from apps.kernel.money import Money
from apps.ledger.queries import balance
from apps.providers.contract import Approved, Declined, Pending, Unknown, Verb
from apps.providers.reasons import DeclineReason
from apps.transactions.models import Attempt, Operation, Payment
from apps.transactions.operations import carry_out_operation
from apps.transactions.operations.asking import ask_provider
from apps.transactions.states import OperationStatus, Status
from tests.cast import Phone
from tests.shop import Shop, carry_out_all, link_account, make_bank
from tests.transactions.bank import Bank
from tests.transactions.counter import at

NEVER_EXISTED = Declined(DeclineReason.UNKNOWN_OPERATION, "unknown_operation")


def test_that_it_never_existed_is_believed_once_it_cannot_arrive_any_more(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    bank.says("authorise", Unknown("timeout"))
    bank.keeps_saying("reverse", NEVER_EXISTED)
    payment = shop.sell(phone, 1000, now=now)
    shop.cancel(payment, now=at(now, 1))

    # The message may still be on its way.
    first = carry_out_all(payment.id, now=at(now, 1))
    second = carry_out_all(payment.id, now=at(now, 7))
    third = carry_out_all(payment.id, now=at(now, 40))

    assert [first.status, second.status, third.status] == [Status.REVERSING, Status.REVERSING, Status.CANCELLED]
    assert Operation.objects.get(verb=Verb.AUTHORISE).status == OperationStatus.FAILED
    assert not Case.objects.exists()


def test_it_is_asked_twice_even_when_the_first_answer_comes_late(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    bank.says("authorise", Unknown("timeout"))
    bank.keeps_saying("reverse", NEVER_EXISTED)
    payment = shop.sell(phone, 1000, now=now)
    shop.cancel(payment, now=at(now, 44))

    first = carry_out_all(payment.id, now=at(now, 44))
    second = carry_out_all(payment.id, now=at(now, 50))

    assert [first.status, second.status] == [Status.REVERSING, Status.CANCELLED]


def test_it_is_repeated_on_the_timetable_and_after_72_hours_it_is_a_case_too(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.cancel(payment, now=now)
    bank.keeps_saying("void", Pending("void-1"))
    void = Operation.objects.get(verb=Verb.VOID)
    pauses, at_last = [], now

    for _ in range(8):
        carry_out_operation(operation_id=void.id, now=at_last)
        due = Operation.objects.get(id=void.id).next_check_at
        assert due is not None
        pauses.append(round((due - at_last).total_seconds()))
        at_last = due

    assert pauses == [5, 30, 120, 600, 1800, 3600, 3600, 3600]
    assert not Case.objects.exists()
    carry_out_operation(operation_id=void.id, now=now + timedelta(hours=72))
    carry_out_operation(operation_id=void.id, now=now + timedelta(hours=74))

    case = Case.objects.get()
    assert (case.kind, case.subject, case.severity, case.times) == ("undoing_overdue", payment.public_id, "alarm", 2)
    assert case.amount == Money(1000, "CHF")
    assert Payment.objects.get(id=payment.id).status == Status.REVERSING
    bank.is_itself()
    assert carry_out_all(payment.id, now=now + timedelta(hours=76)).status == Status.CANCELLED


def test_a_refusal_to_undo_is_a_case_at_once(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.cancel(payment, now=now)
    bank.says("void", Declined(DeclineReason.NOT_PERMITTED, "not_permitted"))

    stuck = carry_out_all(payment.id, now=now)

    assert stuck.status == Status.REVERSING
    assert Case.objects.get().kind == "undoing_refused"
    assert carry_out_all(payment.id, now=at(now, 6)).status == Status.CANCELLED


def test_training_troubles_nobody(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    make_bank(now=now, code="sandbox")
    payment = shop.sell(phone, 1000, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)
    shop.cancel(payment, now=now)
    bank.says("void", Declined(DeclineReason.NOT_PERMITTED, "not_permitted"))

    carry_out_all(payment.id, now=now)

    assert not Case.objects.exists()


@pytest.mark.parametrize("said", [Approved("void-1"), Declined(DeclineReason.ALREADY_REVERSED)])
def test_the_hold_ends_in_the_books_when_it_is_proven_and_not_before(
    said: object, shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.cancel(payment, now=now)
    before = balance(account="holds:bank", currency="CHF")
    bank.says("void", said)

    done = carry_out_all(payment.id, now=now)

    assert (before, balance(account="holds:bank", currency="CHF")) == (Money(1000, "CHF"), Money(0, "CHF"))
    assert (done.status, done.released_minor, done.remaining_minor) == (Status.CANCELLED, 1000, 0)


def test_undoing_an_earlier_attempt_says_nothing_about_the_last_one(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    second = link_account(phone, make_bank(now=now, code="other"), now=now)
    bank.says("authorise", Declined(DeclineReason.INSUFFICIENT_FUNDS), Unknown("timeout"))
    code = phone.make_code(now=now, instrument=1, fallback=second.handle)
    payment = carry_out_all(shop.sell(phone, 1000, now=now, code=code).id, now=now)
    first, last = Attempt.objects.filter(payment=payment).order_by("number")
    shop.cancel(payment, now=now)
    bank.keeps_saying("reverse", Pending("later"))
    carry_out_all(payment.id, now=now)
    reference = Operation.objects.get(attempt=first).reference
    with transaction.atomic():
        undoing = ask_provider(payment, first, verb=Verb.REVERSE, amount_minor=1000, target=reference, now=now)
    # As if sent, and acknowledged, while the last attempt's reversal waits for its next try.
    Operation.objects.filter(attempt=last, verb=Verb.REVERSE).update(status=OperationStatus.FAILED, next_check_at=None)
    bank.is_itself()

    carry_out_operation(operation_id=undoing.id, now=now)

    assert Operation.objects.get(id=undoing.id).status == OperationStatus.SUCCEEDED
    assert Operation.objects.get(attempt=last, verb=Verb.AUTHORISE).status == OperationStatus.UNKNOWN
    assert Payment.objects.get(id=payment.id).status == Status.REVERSING
