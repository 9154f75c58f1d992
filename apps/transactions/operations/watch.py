"""Looking after payments to which nothing happens: deadlines that passed, and operations whose time has come."""

import logging
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.kernel.ids import public_id
from apps.outbox.operations import Note, leave_messages
from apps.transactions import topics
from apps.transactions.locks import lock_payment
from apps.transactions.models import Attempt, Operation, Payment
from apps.transactions.operations.history import change_payment, notes_for_listeners
from apps.transactions.operations.proceed import CLOCK, miss_deadline
from apps.transactions.operations.undo import release_hold, take_off
from apps.transactions.queries import due_payments
from apps.transactions.states import Status
from apps.transactions.timing import CLAIM_LASTS

logger = logging.getLogger(__name__)

BATCH: Final = 100


def watch_payments(*, now: datetime) -> int:
    """Meet the deadlines that have come, and ring for operations that are due; return how many there were.

    Safe to run at any time and by several at once. What it does not get to, the next look finds.
    """
    due = due_payments(now=now, limit=BATCH)
    for payment_id in due:
        _meet(payment_id, now)
    return len(due) + _ring_for_operations(now)


def _meet(payment_id: UUID, now: datetime) -> None:
    try:
        meet_deadline(payment_id=payment_id, now=now)
    except Exception:
        # The edge: a payment that cannot be helped must not keep all the others waiting. The next look tries again.
        logger.exception("deadline not met", extra={"payment": public_id("pay", payment_id)})


@transaction.atomic(durable=True)
def meet_deadline(*, payment_id: UUID, now: datetime) -> None:
    """Do what the payment's deadline asks for, if it has one that has passed; harmless otherwise."""
    payment = lock_payment(payment_id)
    if payment.deadline_at is None or payment.deadline_at > now:
        return
    has_expired = payment.hold_expires_at is not None and payment.hold_expires_at <= now
    match Status(payment.status):
        case Status.IN_REVIEW | Status.ACTION_REQUIRED:
            miss_deadline(payment, now=now)
        case Status.AUTHORISING | Status.UNKNOWN:
            take_off(payment, cause="deadline", by=CLOCK, now=now)
        case Status.AUTHORISED if has_expired:
            _expire(payment, now)
        case Status.AUTHORISED:
            # Nobody pays for goods that a dead till never handed over.
            take_off(payment, cause="not_confirmed", by=CLOCK, now=now)
        case Status.CAPTURED:
            _give_back_rest(payment, now)
        case _:
            change_payment(payment, kind="payment.deadline_dropped", by=CLOCK, now=now, deadline_at=None)


def _expire(payment: Payment, now: datetime) -> None:
    note = release_hold(payment, _attempt(payment), amount_minor=payment.remaining_minor, now=now)
    event = change_payment(
        payment,
        to=Status.EXPIRED,
        kind="payment.expired",
        by=CLOCK,
        now=now,
        released_minor=payment.released_minor + payment.remaining_minor,
        deadline_at=None,
        ended_at=now,
    )
    leave_messages(notes=[note, *notes_for_listeners(payment, event)], now=now)


def _give_back_rest(payment: Payment, now: datetime) -> None:
    note = release_hold(payment, _attempt(payment), amount_minor=payment.remaining_minor, now=now)
    change_payment(
        payment,
        kind="payment.rest_released",
        by=CLOCK,
        now=now,
        released_minor=payment.released_minor + payment.remaining_minor,
        deadline_at=None,
    )
    leave_messages(notes=[note], now=now)


def _attempt(payment: Payment) -> Attempt:
    return Attempt.objects.select_related("provider_account").filter(payment=payment).latest("number")


@transaction.atomic(durable=True)
def _ring_for_operations(now: datetime) -> int:
    # Marked in the same step, so that a slow worker is not rung for every second.
    unmarked = Q(watched_at__isnull=True) | Q(watched_at__lte=now - CLAIM_LASTS)
    due = Operation.objects.filter(unmarked, next_check_at__lte=now).order_by("next_check_at")
    ids = list(due.select_for_update(skip_locked=True, no_key=True).values_list("id", flat=True)[:BATCH])
    if ids:
        Operation.objects.filter(id__in=ids).update(watched_at=now)
        notes = [Note(topics.CARRY_OUT, {"operation_id": str(each)}) for each in ids]
        leave_messages(notes=notes, now=now)
    return len(ids)
