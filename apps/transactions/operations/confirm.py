"""The cashier confirms that what looks like one sale rung up twice is two sales."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.idempotency.operations import Known, Subject
from apps.kernel.actors import Actor
from apps.kernel.transitions import WrongState
from apps.transactions.operations.capture import lock_at
from apps.transactions.operations.claiming import claim
from apps.transactions.operations.proceed import go_on, miss_deadline
from apps.transactions.operations.start import SUBJECT_KIND
from apps.transactions.operations.take import wait_for_outcome
from apps.transactions.requests import Answered, Point, RequestKey
from apps.transactions.states import Action, Status
from apps.transactions.timing import WAIT_FOR_OUTCOME


def confirm_payment(*, payment_id: UUID, point: Point, key: RequestKey, by: Actor, now: datetime) -> Answered:
    """Let a possible duplicate go on to its provider, once per key, and wait for the outcome like a new payment.

    Raises PaymentNotFound, WrongState. Confirming what has gone on already changes nothing; once the time
    is over it is declined all the same.
    """
    with transaction.atomic(durable=True):
        claimed = claim(point, key, Subject(SUBJECT_KIND, str(payment_id)), now=now)
        if not isinstance(claimed, Known):
            payment = lock_at(payment_id, point)
            if miss_deadline(payment, now=now):
                pass
            elif payment.status == Status.ACTION_REQUIRED and payment.action == Action.CASHIER_CONFIRM:
                record(actor=by, action="payment.confirmed", subject=payment.public_id, now=now)
                go_on(payment, kind="payment.confirmed", by=by, now=now)
            elif payment.status in (Status.ACTION_REQUIRED, Status.IN_REVIEW):
                raise WrongState("nobody asked the cashier", status=payment.status)
    payment = wait_for_outcome(payment_id, WAIT_FOR_OUTCOME.total_seconds())
    return Answered(payment, is_replay=isinstance(claimed, Known))
