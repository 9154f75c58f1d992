"""What members of staff do to payments: take off what is not captured, give back what is. Once per form they sent."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.idempotency.operations import Claimed, Known, Subject, claim_key
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.transitions import WrongState
from apps.transactions.errors import UseRefund
from apps.transactions.locks import lock_payment
from apps.transactions.models import Payment, Refund
from apps.transactions.operations.refund import REFUND_KIND, Refunded, RefundWish, begin_refund
from apps.transactions.operations.start import SUBJECT_KIND
from apps.transactions.operations.undo import take_off
from apps.transactions.queries import whole_payment
from apps.transactions.requests import Answered
from apps.transactions.states import OFF, Status

CANCELLABLE: Final = frozenset(
    {Status.IN_REVIEW, Status.ACTION_REQUIRED, Status.AUTHORISING, Status.UNKNOWN, Status.AUTHORISED}
)


@dataclass(frozen=True, slots=True)
class StaffForm:
    """One page's form: its own number, and why, with the note behind the code; for the evidence, not for receipts."""

    number: UUID
    reason: str


def refund_by_staff(*, payment_id: UUID, wish: RefundWish, form: StaffForm, by: Actor, now: datetime) -> Refunded:
    """Give back a part or the rest of what was captured, once per form; no till counts it.

    Above the merchant's limit it waits for a second person, as a till's refund does. Raises PaymentNotFound,
    WrongState, CurrencyNotSupported, AmountTooLarge, and KeyReused for other wishes under the same number.
    """
    refund_id = uuid7()
    with transaction.atomic(durable=True):
        asked = f"{wish.amount} {wish.reason} {form.reason}"
        claimed = _claim(payment_id, "refund", asked, form, Subject(REFUND_KIND, str(refund_id)), by, now)
        if isinstance(claimed, Known):
            refund_id = UUID(claimed.subject.id)
        else:
            payment = lock_payment(payment_id)
            refund = begin_refund(payment, refund_id, wish, till_id=None, by=by, now=now)
            facts = {"refund": refund.public_id, "amount": refund.amount_minor}
            action = "refund.asked_by_staff"
            record(actor=by, action=action, subject=payment.public_id, reason=form.reason, facts=facts, now=now)
    refund = Refund.objects.get(id=refund_id)
    return Refunded(refund, whole_payment(refund.payment_id), is_replay=isinstance(claimed, Known))


def cancel_by_staff(*, payment_id: UUID, form: StaffForm, by: Actor, now: datetime) -> Answered:
    """Take the sale off before its capture; whatever is or may be held is undone, durably queued before this returns.

    Once per form; what is off already is answered as it is. Raises PaymentNotFound, UseRefund once it is captured,
    and WrongState where it was declined or has expired.
    """
    with transaction.atomic(durable=True):
        subject = Subject(SUBJECT_KIND, str(payment_id))
        claimed = _claim(payment_id, "cancel", form.reason, form, subject, by, now)
        if not isinstance(claimed, Known):
            _cancel(lock_payment(payment_id), form, by, now)
    return Answered(whole_payment(payment_id), is_replay=isinstance(claimed, Known))


def _cancel(payment: Payment, form: StaffForm, by: Actor, now: datetime) -> None:
    if payment.status in (Status.CANCELLED, Status.REVERSING):
        return
    if payment.status == Status.CAPTURED:
        raise UseRefund
    if payment.status in OFF:
        raise WrongState(f"a payment that is {payment.status} is off already", status=payment.status)
    take_off(payment, cause="staff", by=by, now=now)
    record(actor=by, action="payment.cancelled", subject=payment.public_id, reason=form.reason, now=now)


def _claim(
    payment_id: UUID, deed: str, asked: str, form: StaffForm, subject: Subject, by: Actor, now: datetime
) -> Claimed | Known:
    return claim_key(
        scope=f"staff:{by.id}",
        key=str(form.number),
        method="POST",
        path=f"{deed}:{payment_id}",
        body_digest=hashlib.sha256(asked.encode()).digest(),
        subject=subject,
        now=now,
    )
