"""Cancelling: works in every state before the capture, and is safe to repeat."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.idempotency.operations import Known, Subject, claim_key
from apps.kernel.actors import Actor
from apps.transactions.errors import UseRefund
from apps.transactions.models import Payment
from apps.transactions.operations.capture import lock_at
from apps.transactions.operations.start import SUBJECT_KIND, scope_of
from apps.transactions.operations.undo import take_off
from apps.transactions.queries import whole_payment
from apps.transactions.requests import Answered, Point, RequestKey
from apps.transactions.states import OFF, Status


def cancel_payment(*, payment_id: UUID, point: Point, key: RequestKey, by: Actor, now: datetime) -> Answered:
    """Take the sale off; whatever is or may be held is undone, durably queued before this returns.

    What is off already is answered as it is. Raises PaymentNotFound, and UseRefund once it is captured.
    """
    with transaction.atomic(durable=True):
        claimed = claim_key(
            scope=scope_of(point),
            key=key.key,
            method=key.method,
            path=key.path,
            body_digest=key.body_digest,
            subject=Subject(SUBJECT_KIND, str(payment_id)),
            now=now,
        )
        if not isinstance(claimed, Known):
            _cancel(lock_at(payment_id, point), by, now)
    return Answered(whole_payment(payment_id), is_replay=isinstance(claimed, Known))


def _cancel(payment: Payment, by: Actor, now: datetime) -> None:
    if payment.status in OFF:
        return
    if payment.status == Status.CAPTURED:
        raise UseRefund
    take_off(payment, cause="till", by=by, now=now)
    record(actor=by, action="payment.cancelled", subject=payment.public_id, now=now)
