"""Cancelling: works in every state before the capture, and until the day is closed after it; safe to repeat."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.idempotency.errors import KeyReused
from apps.idempotency.operations import Buried, Known, Subject, bury_key
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.outbox.operations import Note, leave_messages
from apps.transactions.errors import OtherReference, UseRefund
from apps.transactions.locks import lock_payment
from apps.transactions.models import Attempt, Payment
from apps.transactions.operations.capture import lock_at
from apps.transactions.operations.claiming import claim, scope_of
from apps.transactions.operations.history import change_payment
from apps.transactions.operations.refund import RefundWish, refundable_minor, reserve_refund
from apps.transactions.operations.start import SUBJECT_KIND
from apps.transactions.operations.undo import release_hold, take_off
from apps.transactions.queries import is_day_closed, whole_payment
from apps.transactions.requests import Answered, Point, RequestKey
from apps.transactions.states import OFF, Status


@dataclass(frozen=True, slots=True)
class NeverArrived:
    """The request with this key has not come; if it still does, it is refused."""


def cancel_payment(
    *, payment_id: UUID, point: Point, only_rest: bool = False, key: RequestKey, by: Actor, now: datetime
) -> Answered:
    """Take the sale off; whatever is or may be held is undone, durably queued before this returns.

    A captured one gives back what was captured and releases the rest, or with `only_rest` only the latter: from the
    same till, until its day is closed, without a second person. What is off already is answered as it is. Raises
    PaymentNotFound, UseRefund.
    """
    with transaction.atomic(durable=True):
        claimed = claim(point, key, Subject(SUBJECT_KIND, str(payment_id)), now=now)
        if not isinstance(claimed, Known):
            _cancel(lock_at(payment_id, point), point, only_rest, by, now)
    return Answered(whole_payment(payment_id), is_replay=isinstance(claimed, Known))


@transaction.atomic(durable=True)
def _bury_or_cancel(idempotency_key: str, reference: str, point: Point, by: Actor, now: datetime) -> UUID | None:
    found = bury_key(scope=scope_of(point), key=idempotency_key, now=now)
    if isinstance(found, Buried):
        facts = {"reference": reference}
        action = "payment.cancelled_before_arrival"
        record(actor=by, action=action, subject=point.till.public_id, facts=facts, now=now)
        return None
    if found.subject.kind != SUBJECT_KIND:
        raise KeyReused("this key was used for something else than a payment")
    payment = lock_payment(UUID(found.subject.id))
    if payment.reference != reference:
        raise OtherReference(payment=payment.public_id)
    _cancel(payment, point, False, by, now)
    return payment.id


def cancel_by_key(
    *, idempotency_key: str, reference: str, point: Point, by: Actor, now: datetime
) -> Payment | NeverArrived:
    """Cancel the payment that a lost request made, or make sure that the request is refused should it still come.

    For a till that never learnt an id. Safe to repeat. Raises UseRefund, KeyInProgress, and OtherReference or
    KeyReused where the key belongs to something else.
    """
    payment_id = _bury_or_cancel(idempotency_key, reference, point, by, now)
    return NeverArrived() if payment_id is None else whole_payment(payment_id)


def _cancel(payment: Payment, point: Point, only_rest: bool, by: Actor, now: datetime) -> None:
    if payment.status in OFF:
        return
    if payment.status == Status.CAPTURED:
        _give_back(payment, point, only_rest, by, now)
        return
    take_off(payment, cause="till", by=by, now=now)
    record(actor=by, action="payment.cancelled", subject=payment.public_id, now=now)


def _give_back(payment: Payment, point: Point, only_rest: bool, by: Actor, now: datetime) -> None:
    left = refundable_minor(payment)
    if not payment.remaining_minor and (only_rest or not left):
        return
    closed = is_day_closed(till_id=payment.till_id, mode=point.mode, day=payment.business_date)
    if payment.till_id != point.till.id or closed:
        raise UseRefund
    notes: list[Note] = []
    if rest := payment.remaining_minor:
        attempt = Attempt.objects.select_related("provider_account").filter(payment=payment).latest("number")
        notes.append(release_hold(payment, attempt, amount_minor=rest, now=now))
        change_payment(
            payment,
            kind="payment.rest_released",
            by=by,
            now=now,
            released_minor=payment.released_minor + rest,
            deadline_at=None,
        )
    if left and not only_rest:
        notes += reserve_refund(
            payment,
            uuid7(),
            RefundWish(reason="cancelled"),
            Money(left, payment.currency),
            till_id=point.till.id,
            needs_second=False,
            by=by,
            now=now,
        )
    if notes:
        leave_messages(notes=notes, now=now)
    record(actor=by, action="payment.cancelled", subject=payment.public_id, facts={"captured": True}, now=now)
