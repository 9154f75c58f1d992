"""Taking a payment off, giving its money back, and looking at what proves it."""

import hashlib
from typing import Final
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.codes.models import SpentCode
from apps.codes.queries import code_spent_for, verify_evidence
from apps.kernel.money import Money
from apps.operators.roles import Permission
from apps.pages.money import plain_amount, typed_amount
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import NotUnderstood, Visitor, go_to, page, reason_from
from apps.staff_portal.words.payment import CANCEL_REASONS, PAYMENT, REFUND_REASONS
from apps.transactions.errors import PaymentNotFound
from apps.transactions.models import Payment
from apps.transactions.operations.refund import RefundWish, refundable_minor
from apps.transactions.operations.staff import CANCELLABLE, StaffForm, cancel_by_staff, refund_by_staff
from apps.transactions.operations.start import SUBJECT_KIND
from apps.transactions.staff_queries import staff_payment
from apps.transactions.states import Status

_CODE_LENGTH: Final = 20


@page(see=Permission.MOVE_PAYMENTS, change=Permission.MOVE_PAYMENTS, needs_fresh=True)
def refund(request: HttpRequest, visitor: Visitor, payment_id: UUID) -> HttpResponse:
    """Give back the rest or a part; the form's number makes two clicks one refund."""
    found, reasons = find_payment(payment_id), REFUND_REASONS[language_of(request)]
    shown: dict[str, object] = {"payment": found, "reasons": reasons, "form": uuid4()}
    left = left_minor(found)
    if request.method == "POST":
        number, reason = _number(request), reason_from(request, reasons)
        try:
            amount = typed_amount(request.POST.get("amount", "")[:_CODE_LENGTH], found.currency)
        except ValueError:
            wrong = {"error": PAYMENT[language_of(request)].wrong_amount, "field": "amount", "left": left}
            return show(request, "refund", shown | wrong, words_of=PAYMENT, status=422)
        word = dict(REFUND_REASONS.get(found.language, REFUND_REASONS["de"]))[reason.partition(":")[0]]
        wish = RefundWish(amount=amount, reason=word)
        form = StaffForm(number, reason)
        refund_by_staff(payment_id=payment_id, wish=wish, form=form, by=visitor.actor, now=visitor.now)
        return _back(found)
    shown |= {"left": left, "amount": plain_amount(Money(left, found.currency))}
    return show(request, "refund", shown, words_of=PAYMENT)


@page(see=Permission.MOVE_PAYMENTS, change=Permission.MOVE_PAYMENTS, needs_fresh=True)
def cancel(request: HttpRequest, visitor: Visitor, payment_id: UUID) -> HttpResponse:
    """Take the payment off before its capture."""
    found, reasons = find_payment(payment_id), CANCEL_REASONS[language_of(request)]
    if request.method == "POST":
        form = StaffForm(_number(request), reason_from(request, reasons))
        cancel_by_staff(payment_id=payment_id, form=form, by=visitor.actor, now=visitor.now)
        return _back(found)
    shown = {"payment": found, "reasons": reasons, "form": uuid4(), "is_possible": found.status in CANCELLABLE}
    return show(request, "cancel", shown, words_of=PAYMENT)


@page(see=Permission.SEE_PAYMENTS)
def code(request: HttpRequest, visitor: Visitor, payment_id: UUID) -> HttpResponse:
    """Verify the kept evidence of the payment's code again, and say what came of it."""
    found = find_payment(payment_id)
    spent = code_spent_for(kind=SUBJECT_KIND, subject_id=found.id)
    proved = verify_evidence(spent) if spent else None
    shown = {"payment": found, "proved": proved} | code_facts(spent)
    return show(request, "code", shown, words_of=PAYMENT)


def find_payment(payment_id: UUID) -> Payment:
    """Return the payment with everything that its page shows. Raises PaymentNotFound."""
    found = staff_payment(payment_id)
    if found is None:
        raise PaymentNotFound
    return found


def left_minor(payment: Payment) -> int:
    """Return what may still be given back."""
    return refundable_minor(payment) if payment.status == Status.CAPTURED else 0


def code_facts(spent: SpentCode | None) -> dict[str, object]:
    """Return the evidence of a code as texts."""
    if spent is None:
        return {"spent": None}
    return {
        "spent": spent,
        "text_digest": bytes(spent.text_digest).hex(),
        "body": bytes(spent.body).hex(),
        "signature": bytes(spent.signature).hex(),
        "device_key": hashlib.sha256(bytes(spent.device.public_key)).hexdigest(),
    }


def _number(request: HttpRequest) -> UUID:
    try:
        return UUID(request.POST.get("form", ""))
    except ValueError:
        raise NotUnderstood from None


def _back(payment: Payment) -> HttpResponse:
    return go_to(reverse("staff-payment", args=[payment.public_id]), done="done_saved")
