"""Fraud review: a member of staff releases a payment that was held, or refuses it."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.fraud.models import OutcomeKind
from apps.fraud.operations import note_outcome
from apps.kernel.actors import Actor
from apps.kernel.transitions import WrongState
from apps.transactions.locks import lock_payment
from apps.transactions.models import Attempt, Payment
from apps.transactions.operations.proceed import go_on, miss_deadline, turn_down
from apps.transactions.states import Status


def decide_review(*, payment_id: UUID, is_release: bool, reason: str, by: Actor, now: datetime) -> Payment:
    """Release a held payment to its provider, or refuse it; once. Raises PaymentNotFound, WrongState.

    The till, which sees it as being processed, hears the outcome at once. That fraud was suspected it never hears.
    """
    payment, is_decided = _decide(payment_id, is_release, reason, by, now)
    if not is_decided:
        raise WrongState(f"a payment that is {payment.status} is not in review", status=payment.status)
    return payment


@transaction.atomic(durable=True)
def _decide(payment_id: UUID, is_release: bool, reason: str, by: Actor, now: datetime) -> tuple[Payment, bool]:
    payment = lock_payment(payment_id)
    if payment.status != Status.IN_REVIEW or miss_deadline(payment, now=now):
        return payment, False
    verb = "released" if is_release else "refused"
    record(actor=by, action=f"review.{verb}", subject=payment.public_id, reason=reason, now=now)
    if is_release:
        go_on(payment, kind="payment.released", by=by, now=now)
    else:
        # Whoever looked has found it to be fraud; the rule that held it is measured by that.
        assessment_id = Attempt.objects.filter(payment=payment).latest("number").assessment_id
        note_outcome(assessment_id=assessment_id, kind=OutcomeKind.CONFIRMED_FRAUD, by=by, now=now)
        turn_down(payment, code="rejected", detail="fraud_blocked", by=by, now=now)
    return payment, True
