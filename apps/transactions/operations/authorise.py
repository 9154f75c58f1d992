"""What came of asking a provider for a hold: a yes, a certain no, or not knowing."""

from datetime import datetime, timedelta
from typing import assert_never

from apps.kernel.actors import Actor
from apps.merchants.models import TillKind
from apps.outbox.operations import Note, leave_messages
from apps.providers.contract import Approved, Declined, InquiryOutcome, NeverHeardOf, NotSent, Pending, Unknown
from apps.providers.reasons import DeclineReason
from apps.rows import update_row
from apps.transactions.models import Operation, Payment
from apps.transactions.operations.asking import is_undecided
from apps.transactions.operations.capture import book_capture
from apps.transactions.operations.fall_back import fall_back
from apps.transactions.operations.history import change_payment, notes_for_listeners
from apps.transactions.operations.next_route import take_next_route
from apps.transactions.operations.trouble import report_trouble
from apps.transactions.operations.undo import take_off, undo_authorisation
from apps.transactions.postings import post_hold
from apps.transactions.states import CaptureMode, OperationStatus, Status
from apps.transactions.timing import INQUIRIES, LATEST_YES, OUTCOME_DEADLINE, UNDO_EVERY

_WAITING = frozenset({Status.AUTHORISING, Status.UNKNOWN})


def settle_authorisation(
    payment: Payment, operation: Operation, outcome: InquiryOutcome | None, *, by: Actor, now: datetime
) -> None:
    """Record an outcome of the locked payment's authorisation; safe to be told twice, early or late.

    `outcome` is None where the provider rejected us instead of answering.
    """
    if not is_undecided(operation):
        # A slow worker comes second. Only a yes that nobody knew of still matters.
        if isinstance(outcome, Approved) and operation.status != OperationStatus.SUCCEEDED:
            _undo_late_yes(payment, operation, outcome, by, now)
        return
    is_first = operation.tries == 1
    match outcome:
        case Approved():
            _approve(payment, operation, outcome, by, now)
        case Declined(reason=reason, raw_reason=raw_reason):
            _refuse(payment, operation, reason.value, raw_reason, by, now)
        case NotSent() | None if is_first:
            # Proven that nothing happened: there was no earlier message either.
            reason_text = "rejected us" if outcome is None else outcome.detail
            _refuse(payment, operation, DeclineReason.PROVIDER_UNAVAILABLE.value, reason_text, by, now)
        case NeverHeardOf():
            if payment.status in _WAITING:
                # No proof of a no: a stalled message may still arrive. The reversal shuts the door behind it.
                take_off(payment, cause="never_heard_of", by=by, now=now)
            _doubt(payment, operation, now)
        case Unknown() | Pending() | NotSent() | None:
            _doubt(payment, operation, now)
            if payment.status == Status.AUTHORISING:
                detail = outcome.detail[:60] if isinstance(outcome, Unknown | NotSent) else type(outcome).__name__
                change_payment(
                    payment, to=Status.UNKNOWN, kind="payment.unknown", by=by, facts={"detail": detail}, now=now
                )
        case _ as never:
            assert_never(never)


def _approve(payment: Payment, operation: Operation, outcome: Approved, by: Actor, now: datetime) -> None:
    _end(operation, OperationStatus.SUCCEEDED, now, provider_reference=outcome.reference)
    attempt = operation.attempt
    attempt.hold_reference = outcome.reference
    update_row(attempt, ["hold_reference"])
    if payment.status not in _WAITING:
        _undo_late_yes(payment, operation, outcome, by, now)
        return
    notes = _hold(payment, operation, outcome, by, now)
    # Counted from the asking, which a person may have held up.
    is_late = operation.created_at + LATEST_YES < now
    is_deserted = payment.capture_mode == CaptureMode.AUTOMATIC and payment.answer_until < now
    if is_late or is_deserted:
        take_off(payment, cause="late_yes" if is_late else "nobody_listens", by=by, now=now)
    elif payment.capture_mode == CaptureMode.AUTOMATIC:
        notes += book_capture(payment, operation.attempt, amount_minor=payment.amount_minor, by=by, now=now)
    if notes:
        leave_messages(notes=notes, now=now)


def _hold(payment: Payment, operation: Operation, outcome: Approved, by: Actor, now: datetime) -> list[Note]:
    post_hold(payment, provider=operation.attempt.provider_account.code, amount=payment.amount, now=now)
    expires_at = outcome.expires_at or operation.hold_expires_at or now + OUTCOME_DEADLINE
    event = change_payment(
        payment,
        to=Status.AUTHORISED,
        kind="payment.authorised",
        by=by,
        now=now,
        authorised_minor=payment.amount_minor,
        authorised_at=now,
        hold_expires_at=expires_at,
        deadline_at=next_look(payment, expires_at, now),
    )
    return notes_for_listeners(payment, event)


def next_look(payment: Payment, hold_expires_at: datetime, now: datetime) -> datetime:
    """Return when an authorised payment must be looked at: a dead till is noticed long before the hold ends."""
    if payment.till.kind != TillKind.ATTENDED:
        return hold_expires_at
    return min(hold_expires_at, now + timedelta(seconds=payment.confirm_within_seconds))


def _undo_late_yes(payment: Payment, operation: Operation, outcome: Approved, by: Actor, now: datetime) -> None:
    """A yes for a sale that is off: it is never revived, the hold is given back."""
    change_payment(payment, kind="payment.late_approval", by=by, facts={"hold": outcome.reference[:60]}, now=now)
    report_trouble(
        payment,
        kind="late_approval",
        summary="The provider said yes to a sale that was off already; its hold is being given back.",
        remedy="undo_authorisation",
        facts={"operation": operation.reference},
        amount=payment.amount,
        now=now,
    )
    is_being_undone = Operation.objects.filter(
        attempt=operation.attempt,
        verb__in=["void", "reverse"],
        status__in=[OperationStatus.QUEUED, OperationStatus.SENT, OperationStatus.UNKNOWN],
    ).exists()
    if not is_being_undone:
        leave_messages(notes=[undo_authorisation(payment, operation, now=now)], now=now)


def _refuse(payment: Payment, operation: Operation, reason: str, raw_reason: str, by: Actor, now: datetime) -> None:
    _end(operation, OperationStatus.FAILED, now)
    attempt = operation.attempt
    attempt.decline_reason, attempt.raw_reason = reason, raw_reason[:64]
    update_row(attempt, ["decline_reason", "raw_reason"])
    if payment.status not in _WAITING:
        return
    # The same instrument by another line first; then the instrument that the customer signed as his second.
    note = take_next_route(payment, operation, reason=reason, by=by, now=now)
    note = note or fall_back(payment, operation, reason=reason, by=by, now=now)
    if note is not None:
        leave_messages(notes=[note], now=now)
        return
    event = change_payment(
        payment,
        to=Status.DECLINED,
        kind="payment.declined",
        by=by,
        facts={"code": reason},
        now=now,
        decline_code=reason,
        decline_detail=reason,
        deadline_at=None,
        ended_at=now,
    )
    if notes := notes_for_listeners(payment, event):
        leave_messages(notes=notes, now=now)


def _doubt(payment: Payment, operation: Operation, now: datetime) -> None:
    """Ask again on the timetable, which counts from the moment at which the outcome became unknown."""
    operation.unknown_since = operation.unknown_since or now
    # The first message was no inquiry. Once the deadline has decided, the undoing is what matters.
    asked = operation.tries - 1
    is_hopeful = payment.status in _WAITING and asked < len(INQUIRIES)
    due = operation.unknown_since + INQUIRIES[asked] if is_hopeful else now + UNDO_EVERY
    operation.status, operation.next_check_at = OperationStatus.UNKNOWN, max(due, now)
    update_row(operation, ["status", "unknown_since", "next_check_at"])


def _end(operation: Operation, status: OperationStatus, now: datetime, *, provider_reference: str = "") -> None:
    operation.status, operation.ended_at, operation.next_check_at = status, now, None
    operation.provider_reference = provider_reference
    update_row(operation, ["status", "ended_at", "next_check_at", "provider_reference"])
