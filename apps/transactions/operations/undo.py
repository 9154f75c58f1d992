"""Taking a sale off: withdraw what was not sent, release what is held, reverse what is unknown.

The undoing is queued in the transaction that says the sale is off, before anybody is told.
"""

import logging
from datetime import datetime, timedelta
from typing import Final

from apps.kernel.actors import Actor
from apps.kernel.money import Money
from apps.outbox.operations import Note, leave_messages
from apps.providers.contract import Approved, Declined, InquiryOutcome, Verb
from apps.providers.reasons import DeclineReason
from apps.rows import update_row
from apps.transactions.models import Attempt, Operation, Payment
from apps.transactions.operations.asking import ask_provider, is_undecided, note_for
from apps.transactions.operations.history import change_payment, notes_for_listeners
from apps.transactions.operations.trouble import report_trouble
from apps.transactions.postings import post_release
from apps.transactions.states import OperationStatus, Status
from apps.transactions.timing import (
    CLAIM_LASTS,
    PROVIDER_DEADLINE_SECONDS,
    UNDO_EVERY,
    UNDO_FOR,
    UNDO_REPEATS,
    next_pause,
)

logger = logging.getLogger(__name__)

# After this a message that a stalled worker had claimed is certainly with the provider or lost.
_ARRIVED_BY: Final = CLAIM_LASTS + timedelta(seconds=PROVIDER_DEADLINE_SECONDS)
# A no to an undoing that proves that nothing is left to undo.
_NOTHING_LEFT: Final = frozenset(
    {DeclineReason.ALREADY_REVERSED, DeclineReason.HOLD_EXPIRED, DeclineReason.UNKNOWN_OPERATION}
)

_REFUSED: Final = "The provider refuses to release money that may be held for nothing; it is asked again and again."
_OVERDUE: Final = "Money may be held for nothing: the provider has not acknowledged its release for 72 hours."


def take_off(payment: Payment, *, cause: str, by: Actor, now: datetime) -> None:
    """Take the locked payment off: cancelled at once if nothing was sent, else reversing until it is undone.

    For payments before their capture; WrongState for others.
    """
    if payment.status in (Status.IN_REVIEW, Status.ACTION_REQUIRED):
        _cancel_at_once(payment, cause, by, now)
        return
    authorise = _authorisation(payment)
    if payment.status == Status.AUTHORISING and _withdraw(authorise, now):
        _cancel_at_once(payment, cause, by, now)
        return
    event = change_payment(
        payment,
        to=Status.REVERSING,
        kind="payment.reversing",
        facts={"cause": cause},
        by=by,
        now=now,
        deadline_at=None,
    )
    # The sale is off for the customer too, while its hold is still being given back.
    note = undo_authorisation(payment, authorise, now=now)
    leave_messages(notes=[note, *notes_for_listeners(payment, event)], now=now)


def _cancel_at_once(payment: Payment, cause: str, by: Actor, now: datetime) -> None:
    event = change_payment(
        payment,
        to=Status.CANCELLED,
        kind="payment.cancelled",
        facts={"cause": cause},
        by=by,
        now=now,
        action="",
        deadline_at=None,
        ended_at=now,
    )
    if notes := notes_for_listeners(payment, event):
        leave_messages(notes=notes, now=now)


def undo_authorisation(payment: Payment, authorise: Operation, *, now: datetime) -> Note:
    """Queue the undoing that fits what is known of the hold, and return its note."""
    if authorise.status == OperationStatus.SUCCEEDED:
        verb, target = Verb.VOID, authorise.provider_reference
    else:
        verb, target = Verb.REVERSE, authorise.reference
        # The reversal asks from now on; this one is only kept from being forgotten.
        Operation.objects.filter(id=authorise.id).update(next_check_at=now + UNDO_FOR)
    amount_minor = payment.remaining_minor or payment.amount_minor
    operation = ask_provider(payment, authorise.attempt, verb=verb, amount_minor=amount_minor, target=target, now=now)
    return note_for(operation)


def settle_undoing(
    payment: Payment, operation: Operation, outcome: InquiryOutcome | None, *, by: Actor, now: datetime
) -> None:
    """Record what came of a void or reversal of the locked payment; until it is proven it is repeated.

    `outcome` is None where the provider rejected us instead of answering. Harmless when it was proven before.
    """
    if not is_undecided(operation):
        return
    if not _is_undone(operation, outcome, now):
        _repeat(payment, operation, outcome, now)
        return
    operation.status, operation.ended_at, operation.next_check_at = OperationStatus.SUCCEEDED, now, None
    if isinstance(outcome, Approved):
        operation.provider_reference = outcome.reference
    update_row(operation, ["status", "ended_at", "next_check_at", "provider_reference"])
    # What was unknown is known now: nothing of this attempt is left.
    Operation.objects.filter(
        attempt_id=operation.attempt_id, verb=Verb.AUTHORISE, status__in=[OperationStatus.SENT, OperationStatus.UNKNOWN]
    ).update(status=OperationStatus.FAILED, ended_at=now, next_check_at=None)
    # Undoing a late yes of an earlier attempt says nothing about the last one.
    if payment.status == Status.REVERSING and operation.attempt_id == _authorisation(payment).attempt_id:
        _finish(payment, operation, by, now)


def _is_undone(operation: Operation, outcome: InquiryOutcome | None, now: datetime) -> bool:
    """Say whether it is proven that nothing is held any more."""
    if not isinstance(outcome, Declined):
        return isinstance(outcome, Approved)
    if operation.verb == Verb.REVERSE and outcome.reason == DeclineReason.UNKNOWN_OPERATION:
        # "It never existed" counts once it cannot arrive any more, and when it is said again then.
        sent_at = Operation.objects.values_list("sent_at", flat=True).get(reference=operation.target)
        return operation.tries > 1 and (sent_at is None or now >= sent_at + _ARRIVED_BY)
    return outcome.reason in _NOTHING_LEFT


def release_hold(payment: Payment, attempt: Attempt, *, amount_minor: int, now: datetime) -> Note:
    """Book that so much of the hold is no longer used, and queue its release; the caller sets `released_minor`."""
    operation = ask_provider(
        payment, attempt, verb=Verb.VOID, amount_minor=amount_minor, target=attempt.hold_reference, now=now
    )
    provider, amount = attempt.provider_account.code, Money(amount_minor, payment.currency)
    post_release(payment, provider=provider, amount=amount, now=now)
    return note_for(operation)


def release_rest(payment: Payment, operation: Operation, *, now: datetime) -> int:
    """Book that the rest of the hold is no longer used, and return what `released_minor` is then."""
    rest = payment.remaining_minor
    if rest:
        provider = operation.attempt.provider_account.code
        post_release(payment, provider=provider, amount=Money(rest, payment.currency), now=now)
    return payment.released_minor + rest


def _finish(payment: Payment, operation: Operation, by: Actor, now: datetime) -> None:
    event = change_payment(
        payment,
        to=Status.CANCELLED,
        kind="payment.cancelled",
        by=by,
        now=now,
        released_minor=release_rest(payment, operation, now=now),
        ended_at=now,
    )
    if notes := notes_for_listeners(payment, event):
        leave_messages(notes=notes, now=now)


def _repeat(payment: Payment, operation: Operation, outcome: InquiryOutcome | None, now: datetime) -> None:
    facts = {"operation": operation.reference, "tries": operation.tries}
    is_refused = isinstance(outcome, Declined) and outcome.reason not in _NOTHING_LEFT
    if is_refused or now - operation.created_at >= UNDO_FOR:
        # Somebody's money may be held for a sale that is off, and repeating has not helped.
        logger.error("undoing not acknowledged", extra=facts | {"payment": payment.public_id, "refused": is_refused})
        summary = _REFUSED if is_refused else _OVERDUE
        kind = "undoing_refused" if is_refused else "undoing_overdue"
        report_trouble(payment, kind=kind, summary=summary, amount=operation.amount, facts=facts, now=now)
    pause = next_pause(UNDO_REPEATS[1:], UNDO_EVERY, operation.tries)
    operation.status, operation.next_check_at = OperationStatus.UNKNOWN, now + pause
    operation.unknown_since = operation.unknown_since or now
    update_row(operation, ["status", "next_check_at", "unknown_since"])


def _authorisation(payment: Payment) -> Operation:
    rows = Operation.objects.filter(payment=payment, verb=Verb.AUTHORISE).select_related("attempt__provider_account")
    authorise = rows.order_by("-id").first()
    if authorise is None:
        raise LookupError(f"{payment} has no authorisation to undo")
    return authorise


def _withdraw(authorise: Operation, now: datetime) -> bool:
    """Say whether the message was still here and is now never sent: whoever claims it first wins."""
    return bool(
        Operation.objects.filter(id=authorise.id, status=OperationStatus.QUEUED).update(
            status=OperationStatus.WITHDRAWN, ended_at=now, next_check_at=None
        )
    )
