"""Capturing: a proven hold is the provider's promise, so the till is answered at once and the provider told after."""

import logging
from datetime import datetime
from typing import Final, assert_never
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.idempotency.operations import Known, Subject
from apps.kernel.actors import Actor
from apps.kernel.money import Money
from apps.kernel.transitions import WrongState
from apps.outbox.operations import Note, leave_messages
from apps.providers.contract import Approved, Declined, InquiryOutcome, NeverHeardOf, NotSent, Pending, Unknown, Verb
from apps.rows import Frozen, pipelined, update_row
from apps.transactions.errors import AmountTooLarge, CurrencyNotSupported, PaymentNotFound
from apps.transactions.locks import lock_payment
from apps.transactions.models import Attempt, Operation, Payment
from apps.transactions.operations.asking import ask_provider, is_undecided, note_for
from apps.transactions.operations.claiming import claim
from apps.transactions.operations.history import change_payment, notes_for_listeners
from apps.transactions.operations.start import SUBJECT_KIND
from apps.transactions.operations.trouble import report_trouble
from apps.transactions.operations.undo import release_hold
from apps.transactions.postings import post_capture
from apps.transactions.queries import is_open, whole_payment
from apps.transactions.requests import Answered, Point, RequestKey
from apps.transactions.states import CaptureStatus, OperationStatus, Status
from apps.transactions.timing import (
    CAPTURE_ALARM_AFTER,
    CAPTURE_EVERY,
    CAPTURE_REPEATS,
    CAPTURE_WARNING_AFTER,
    next_pause,
)

logger = logging.getLogger(__name__)


def capture_payment(
    *,
    payment_id: UUID,
    amount: Money | None,
    is_final: bool,
    point: Point,
    key: RequestKey,
    by: Actor,
    now: datetime,
) -> Answered:
    """Take the amount, or all that is left, of a proven hold, once per key; a final capture releases the rest.

    Raises PaymentNotFound, WrongState (with `retry_after_seconds` while the outcome is not known yet),
    CurrencyNotSupported, AmountTooLarge. Repeating a full capture under another key changes nothing.
    """
    with transaction.atomic(durable=True), pipelined():
        claimed = claim(point, key, Subject(SUBJECT_KIND, str(payment_id)), now=now)
        if not isinstance(claimed, Known):
            _capture(lock_at(payment_id, point), amount, is_final, by, now)
    return Answered(whole_payment(payment_id), is_replay=isinstance(claimed, Known))


def lock_at(payment_id: UUID, point: Point) -> Payment:
    """Return the locked payment of this merchant and mode; PaymentNotFound for anybody else's."""
    payment = lock_payment(payment_id)
    if payment.merchant_id != point.till.store.merchant_id or payment.mode != point.mode:
        raise PaymentNotFound
    return payment


def _capture(payment: Payment, amount: Money | None, is_final: bool, by: Actor, now: datetime) -> None:
    if amount is not None and amount.currency != payment.currency:
        raise CurrencyNotSupported(f"this payment is in {payment.currency}")
    if is_open(payment):
        raise WrongState("the outcome is not known yet", status=payment.status, retry_after_seconds=1)
    if payment.status == Status.CAPTURED and not payment.remaining_minor:
        if amount is None or amount.amount == payment.captured_minor:
            return
        raise WrongState("it is captured already", status=payment.status)
    if payment.status not in (Status.AUTHORISED, Status.CAPTURED):
        raise WrongState(f"a payment that is {payment.status} cannot be captured", status=payment.status)
    if payment.hold_expires_at is not None and payment.hold_expires_at <= now:
        raise WrongState("the hold has expired", status=payment.status)
    wanted = payment.remaining_minor if amount is None else amount.amount
    if wanted > payment.remaining_minor:
        raise AmountTooLarge(f"{payment.remaining_minor} of the hold is left", remaining=payment.remaining_minor)
    attempt = _attempt_with_hold(payment)
    notes = book_capture(payment, attempt, amount_minor=wanted, is_final=is_final, by=by, now=now)
    record(actor=by, action="payment.captured", subject=payment.public_id, facts={"amount": wanted}, now=now)
    leave_messages(notes=notes, now=now)


def book_capture(
    payment: Payment, attempt: Attempt, *, amount_minor: int, is_final: bool = True, by: Actor, now: datetime
) -> list[Note]:
    """Book the sale and queue its message to the provider; return the notes that the caller must leave."""
    provider = attempt.provider_account.code
    operation = ask_provider(
        payment,
        attempt,
        verb=Verb.CAPTURE,
        amount_minor=amount_minor,
        target=attempt.hold_reference,
        # The rest of a hold is released by a message of its own: not every provider does it by itself.
        is_final=amount_minor == payment.remaining_minor,
        now=now,
    )
    notes = [note_for(operation)]
    post_capture(payment, provider=provider, amount=Money(amount_minor, payment.currency), now=now)
    rest = payment.remaining_minor - amount_minor
    if is_final and rest:
        notes.append(release_hold(payment, attempt, amount_minor=rest, now=now))
    event = change_payment(
        payment,
        to=Status.CAPTURED if payment.status == Status.AUTHORISED else None,
        kind="payment.captured",
        by=by,
        facts={"amount": amount_minor, "operation": operation.reference},
        now=now,
        captured_minor=payment.captured_minor + amount_minor,
        released_minor=payment.released_minor + (rest if is_final else 0),
        # The worst of all captures: one that was refused before is not forgotten over this one.
        capture_status=_worst(payment) if payment.captured_minor else CaptureStatus.QUEUED,
        captured_at=now,
        deadline_at=payment.hold_expires_at if rest and not is_final else None,
    )
    return [*notes, *notes_for_listeners(payment, event)]


def settle_capture(
    payment: Payment, operation: Operation, outcome: InquiryOutcome | None, *, by: Actor, now: datetime
) -> None:
    """Record what the provider said to a capture of the locked payment; without proof it is repeated until known.

    The payment stays captured whatever comes: `capture_status` says how far the provider is. Harmless when the
    outcome was known before.
    """
    if not is_undecided(operation):
        return
    match outcome:
        case Approved(reference=reference):
            operation.status, operation.provider_reference = OperationStatus.SUCCEEDED, reference
            operation.ended_at, operation.next_check_at = now, None
        case Declined(raw_reason=raw_reason):
            operation.status, operation.ended_at, operation.next_check_at = OperationStatus.FAILED, now, None
            # The customer has the goods and the provider keeps the money: people must sort it out.
            logger.error(
                "capture refused by the provider",
                extra={"payment": payment.public_id, "operation": operation.reference, "raw_reason": raw_reason[:64]},
            )
            report_trouble(
                payment,
                kind="capture_refused",
                summary="The provider refused a capture: the goods are handed over and the customer was not charged.",
                amount=operation.amount,
                facts={"operation": operation.reference, "raw_reason": raw_reason[:64]},
                now=now,
            )
        case Unknown() | Pending() | NotSent() | NeverHeardOf() | None:
            _repeat(payment, operation, now)
        case _ as never:
            assert_never(never)
    update_row(operation, ["status", "provider_reference", "ended_at", "next_check_at", "unknown_since"])
    status = _worst(payment)
    if status != payment.capture_status:
        change_payment(payment, kind=f"capture.{status}", by=by, now=now, capture_status=status)


def _repeat(payment: Payment, operation: Operation, now: datetime) -> None:
    pause = next_pause(CAPTURE_REPEATS, CAPTURE_EVERY, operation.tries)
    operation.status, operation.next_check_at = OperationStatus.UNKNOWN, now + pause
    operation.unknown_since = operation.unknown_since or now
    age = now - operation.created_at
    facts = {"payment": payment.public_id, "operation": operation.reference, "age_seconds": int(age.total_seconds())}
    if age >= CAPTURE_ALARM_AFTER:
        logger.error("capture not acknowledged", extra=facts)
        report_trouble(
            payment,
            kind="capture_overdue",
            summary="The provider has not acknowledged a capture for a quarter of an hour; it is repeated.",
            amount=operation.amount,
            facts={"operation": operation.reference},
            now=now,
        )
    elif age >= CAPTURE_WARNING_AFTER:
        logger.warning("capture not acknowledged", extra=facts)


def _worst(payment: Payment) -> CaptureStatus:
    captures = Operation.objects.filter(payment=payment, verb=Verb.CAPTURE)
    statuses = set(captures.values_list("status", flat=True))
    if OperationStatus.FAILED in statuses:
        return CaptureStatus.FAILED
    if statuses & {OperationStatus.SENT, OperationStatus.UNKNOWN}:
        return CaptureStatus.SENT
    return CaptureStatus.QUEUED if OperationStatus.QUEUED in statuses else CaptureStatus.SUCCEEDED


def _attempt_with_hold(payment: Payment) -> Attempt:
    attempt = _WITH_HOLD.first(payment_id=payment.id)
    if attempt is None:
        raise LookupError(f"{payment} is authorised without a hold")
    return attempt


_WITH_HOLD: Final = Frozen(
    lambda payment_id: (
        Attempt.objects.select_related("provider_account")
        .filter(payment_id=payment_id)
        .exclude(hold_reference="")
        .order_by("-number")[:1]
    ),
    payment_id=UUID,
)
