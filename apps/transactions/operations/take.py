"""The till's request from the scan to the answer: start, have it carried out, wait, and read the row again."""

import threading
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import lru_cache, partial
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models import Q
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.live.announcements import Waiter, maker_of, waiting_for
from apps.merchants.models import TillKind
from apps.transactions.models import Payment
from apps.transactions.operations.carry_out import carry_out_operation
from apps.transactions.operations.start import start_payment
from apps.transactions.queries import is_open, payment_at, payment_now, whole_payment
from apps.transactions.requests import Answered, Point, RequestKey, Sale
from apps.transactions.states import Status
from apps.transactions.timing import ANSWER_WITHIN, LONGEST_POLL, WAIT_FOR_OUTCOME
from apps.transactions.topics import waiting_room

IN_REQUEST: Final = "request"


def take_payment(*, code: str, sale: Sale, point: Point, key: RequestKey, by: Actor, now: datetime) -> Answered:
    """Start a payment, wait for its outcome at most as long as a till is kept waiting, and return it as it is.

    Raises what `start_payment` raises. The row is the truth: the announcement only says when to look.
    """
    payment_id = uuid7()
    in_request = settings.AUTHORISE_IN == IN_REQUEST
    started = start_payment(
        code=code,
        sale=sale,
        point=point,
        key=key,
        payment_id=payment_id,
        ring=not in_request,
        by=by,
        now=now,
    )
    if started.operation_id is not None and in_request:
        carry_out_operation(operation_id=started.operation_id, now=now)
    if started.operation_id is not None and not in_request:
        look = partial(payment_now, payment_id, till=point.till, instrument=started.instrument)
        payment = _outcome(maker_of(waiting_room(payment_id)), look, _left(now))
    else:
        payment = whole_payment(started.payment_id)
    if is_open(payment):
        payment = wait_for_outcome(payment.id, _left(now))
    return Answered(payment, is_replay=started.is_replay)


def _left(began_at: datetime) -> float:
    """Return how many seconds of waiting are left of a request that began then."""
    return (WAIT_FOR_OUTCOME - (timezone.now() - began_at)).total_seconds()


def look_at_payment(*, payment_id: UUID, point: Point, wait_seconds: float, now: datetime) -> Payment:
    """Return the payment, having waited for its outcome up to `wait_seconds` (at most 30). Raises PaymentNotFound.

    Being asked about keeps an authorised payment of an attended till alive, and an automatic capture possible.
    """
    payment = payment_at(payment_id, point)
    if payment.status in (Status.AUTHORISING, Status.UNKNOWN, Status.AUTHORISED):
        note_interest(payment, wait_seconds=wait_seconds, now=now)
    if not is_open(payment) or wait_seconds <= 0:
        return payment
    return wait_for_outcome(payment.id, min(wait_seconds, LONGEST_POLL.total_seconds()))


def note_interest(payment: Payment, *, wait_seconds: float, now: datetime) -> None:
    """Write down that the till is there; one statement, without the lock, and only ever later than before."""
    answer_until = now + max(ANSWER_WITHIN, timedelta(seconds=wait_seconds))
    if payment.status != Status.AUTHORISED:
        waiting = Q(status__in=[Status.AUTHORISING, Status.UNKNOWN], answer_until__lt=answer_until)
        Payment.objects.filter(waiting, id=payment.id).update(answer_until=answer_until)
        return
    if payment.till.kind != TillKind.ATTENDED or payment.hold_expires_at is None:
        return
    deadline = min(payment.hold_expires_at, now + timedelta(seconds=payment.confirm_within_seconds))
    waiting = Q(status=Status.AUTHORISED, deadline_at__lt=deadline, deadline_at__gt=now)
    Payment.objects.filter(waiting, id=payment.id).update(deadline_at=deadline)


def wait_for_outcome(payment_id: UUID, seconds: float) -> Payment:
    """Return the payment as soon as its outcome is known, or as it is when the time is up.

    Requests that wait occupy a thread each: above the limit of the process the answer is given at once.
    """
    with waiting_for(waiting_room(payment_id)) as waiter:
        look = partial(whole_payment, payment_id)
        payment = look()
        return _outcome(waiter, look, seconds) if is_open(payment) else payment


def _outcome(waiter: Waiter, look: Callable[[], Payment], seconds: float) -> Payment:
    ends_at = time.monotonic() + seconds
    while (left := ends_at - time.monotonic()) > 0 and _wait_once(waiter, left):
        payment = look()
        if not is_open(payment):
            return payment
    return look()


def _wait_once(waiter: Waiter, seconds: float) -> bool:
    """Wait without a database connection and within the process's limit; say whether to look again."""
    places = _places(settings.WAITING_REQUESTS_PER_PROCESS)
    if not places.acquire(blocking=False):
        return False
    try:
        # Given back to the pool: whoever settles the payment needs one.
        connection.close()
        return waiter.wait(seconds)
    finally:
        places.release()


@lru_cache(maxsize=1)
def _places(limit: int) -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(limit)
