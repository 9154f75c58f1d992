"""Giving money back for a captured payment: in parts, more than once, above a limit only with a second person."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, assert_never
from uuid import UUID

from django.db import transaction
from django.db.models import Sum

from apps.approvals.operations import ask_approval
from apps.approvals.queries import find_approval
from apps.approvals.states import ApprovalStatus
from apps.audit.operations import record
from apps.fraud.operations import note_refund
from apps.idempotency.operations import Known, Subject
from apps.kernel.actors import Actor
from apps.kernel.ids import public_id, uuid7
from apps.kernel.money import Money
from apps.kernel.transitions import WrongState, check_move
from apps.merchants.queries import business_date
from apps.outbox.operations import Note, leave_messages
from apps.providers.contract import Approved, Declined, InquiryOutcome, NeverHeardOf, NotSent, Pending, Unknown, Verb
from apps.transactions.errors import AmountTooLarge, CurrencyNotSupported
from apps.transactions.locks import lock_payment, lock_refund
from apps.transactions.models import Operation, Payment, Refund
from apps.transactions.operations.asking import ask_provider, is_undecided, note_for
from apps.transactions.operations.capture import lock_at
from apps.transactions.operations.claiming import claim
from apps.transactions.operations.history import change_payment, notes_for_listeners
from apps.transactions.operations.trouble import report_trouble
from apps.transactions.postings import post_refund
from apps.transactions.queries import whole_payment
from apps.transactions.requests import Point, RequestKey
from apps.transactions.states import (
    LIVE_REFUNDS,
    REFUND_MOVES,
    CaptureStatus,
    OperationStatus,
    RefundFacet,
    RefundStatus,
    Status,
)
from apps.transactions.timing import APPROVAL_LASTS, CAPTURE_ALARM_AFTER, CAPTURE_EVERY, CAPTURE_REPEATS, next_pause

REFUND_KIND: Final = "refund"
APPROVAL_ACTION: Final = "refund"
_REFUSED_BY_PROVIDER: Final = "refused_by_provider"
_CAPTURE_REFUSED: Final = "capture_refused"
_LONGEST_REASON: Final = 32
# Still to be carried out, or not known yet.
_ON_ITS_WAY: Final = frozenset({OperationStatus.QUEUED, OperationStatus.SENT, OperationStatus.UNKNOWN})


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundWish:
    """What a till asks to be given back; `amount` None is all that is left, `lines` are JSON-ready."""

    amount: Money | None = None
    reason: str = ""
    cashier: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)  # Any: JSON values


@dataclass(frozen=True, slots=True)
class Refunded:
    """A refund with its payment, both as they are now, and whether the request was a repetition."""

    refund: Refund
    payment: Payment
    is_replay: bool


def refund_payment(
    *, payment_id: UUID, wish: RefundWish, point: Point, key: RequestKey, by: Actor, now: datetime
) -> Refunded:
    """Give back a part or the rest of what was captured, once per key.

    Above the merchant's limit the refund waits for a second person; its amount is reserved meanwhile. Raises
    PaymentNotFound, WrongState, CurrencyNotSupported, AmountTooLarge.
    """
    refund_id = uuid7()
    with transaction.atomic(durable=True):
        claimed = claim(point, key, Subject(REFUND_KIND, str(refund_id)), now=now)
        if isinstance(claimed, Known):
            refund_id = UUID(claimed.subject.id)
        else:
            payment = lock_at(payment_id, point)
            begin_refund(payment, refund_id, wish, till_id=point.till.id, by=by, now=now)
    refund = Refund.objects.get(id=refund_id)
    return Refunded(refund, whole_payment(refund.payment_id), is_replay=isinstance(claimed, Known))


def begin_refund(
    payment: Payment, refund_id: UUID, wish: RefundWish, *, till_id: UUID | None, by: Actor, now: datetime
) -> Refund:
    """Reserve what is wished of the locked payment, and queue it or ask a second person, as the merchant wants it.

    Raises WrongState, CurrencyNotSupported, AmountTooLarge.
    """
    limit_minor = payment.merchant.refund_limit_minor
    amount = _amount_of(payment, wish)
    needs_second = limit_minor is not None and amount.amount > limit_minor
    notes = reserve_refund(payment, refund_id, wish, amount, till_id=till_id, needs_second=needs_second, by=by, now=now)
    if notes:
        leave_messages(notes=notes, now=now)
    return Refund.objects.get(id=refund_id)


def _amount_of(payment: Payment, wish: RefundWish) -> Money:
    if wish.amount is not None and wish.amount.currency != payment.currency:
        raise CurrencyNotSupported(f"this payment is in {payment.currency}")
    if payment.status != Status.CAPTURED:
        raise WrongState(f"a payment that is {payment.status} has nothing to give back", status=payment.status)
    left = refundable_minor(payment)
    wanted = left if wish.amount is None else wish.amount.amount
    if wanted > left or not left:
        raise AmountTooLarge(f"{left} is left to give back", refundable=left)
    return Money(wanted, payment.currency)


def refundable_minor(payment: Payment) -> int:
    """Return what may still be given back: nothing of a capture that the provider refused, for nobody was charged."""
    refused = _refused_minor(payment) if payment.capture_status == CaptureStatus.FAILED else 0
    gone = payment.refunded_minor + payment.refund_reserved_minor + payment.lost_minor
    return max(payment.captured_minor - refused - gone, 0)


def _refused_minor(payment: Payment) -> int:
    refused = Operation.objects.filter(payment=payment, verb=Verb.CAPTURE, status=OperationStatus.FAILED)
    return int(refused.aggregate(total=Sum("amount_minor"))["total"] or 0)


def reserve_refund(
    payment: Payment,
    refund_id: UUID,
    wish: RefundWish,
    amount: Money,
    *,
    till_id: UUID | None,
    needs_second: bool,
    by: Actor,
    now: datetime,
) -> list[Note]:
    """Write the refund of a locked, captured payment and reserve its amount; return the notes to be left."""
    approval_id = None
    if needs_second:
        approval_id = ask_approval(
            action=APPROVAL_ACTION,
            subject=public_id("ref", refund_id),
            asked={"payment": payment.public_id, "amount": amount.amount, "currency": amount.currency},
            maker=by,
            lifetime=APPROVAL_LASTS,
            now=now,
        ).id
    refund = Refund.objects.create(
        id=refund_id,
        payment=payment,
        till_id=till_id,
        status=RefundStatus.AWAITING_APPROVAL if needs_second else RefundStatus.QUEUED,
        amount_minor=amount.amount,
        currency=amount.currency,
        reason=wish.reason,
        cashier=wish.cashier,
        lines=wish.lines,
        asked_by=str(by),
        approval_id=approval_id,
        created_at=now,
    )
    notes = [] if needs_second else _ask(payment, refund, now)
    event = change_payment(
        payment,
        kind="refund.requested",
        by=by,
        facts={"refund": refund.public_id, "amount": amount.amount},
        now=now,
        refund_reserved_minor=payment.refund_reserved_minor + amount.amount,
        refund_status=RefundFacet.PENDING,
    )
    facts = {"refund": refund.public_id, "amount": amount.amount}
    record(actor=by, action="refund.requested", subject=payment.public_id, reason=wish.reason, facts=facts, now=now)
    return [*notes, *notes_for_listeners(payment, event)]


def _ask(payment: Payment, refund: Refund, now: datetime) -> list[Note]:
    """Queue the messages, the oldest captures first; each waits for its capture, because they go out in order."""
    left, notes = refund.amount_minor, []
    for capture, refundable in _captures(payment):
        part = min(left, refundable)
        if part <= 0:
            continue
        operation = ask_provider(
            payment,
            capture.attempt,
            verb=Verb.REFUND,
            amount_minor=part,
            target=capture.reference,
            refund=refund,
            now=now,
        )
        notes.append(note_for(operation))
        left -= part
    if left:
        raise ValueError(f"{refund} is more than the captures of {payment} leave")
    return notes


def _captures(payment: Payment) -> list[tuple[Operation, int]]:
    """Return the captures that were not refused, oldest first, each with what of it is not being given back yet."""
    captures = Operation.objects.filter(payment=payment, verb=Verb.CAPTURE).select_related("attempt")
    gone = [OperationStatus.FAILED, OperationStatus.WITHDRAWN]
    parts = Operation.objects.filter(payment=payment, verb=Verb.REFUND).exclude(status__in=gone)
    given = dict(parts.order_by().values_list("target").annotate(total=Sum("amount_minor")))
    return [
        (capture, capture.amount_minor - int(given.get(capture.reference, 0)))
        for capture in captures.exclude(status=OperationStatus.FAILED).order_by("id")
    ]


@transaction.atomic(durable=True)
def carry_out_approval(*, refund_id: UUID, is_yes: bool, reason: str, by: Actor, now: datetime) -> None:
    """Send an approved refund on its way, or give its reservation back; harmless when it was done before.

    `reason` is a word such as "refused" or "expired". WrongState where the approval itself does not say yes.
    """
    payment_id = Refund.objects.values_list("payment_id", flat=True).get(id=refund_id)
    payment = lock_payment(payment_id)
    refund = lock_refund(refund_id)
    if refund.status != RefundStatus.AWAITING_APPROVAL:
        return
    if not is_yes:
        _fail(payment, refund, reason[:_LONGEST_REASON] or "refused", by, now)
        return
    if refund.approval_id is None or find_approval(refund.approval_id).status != ApprovalStatus.APPROVED:
        raise WrongState("no second person has said yes to this refund", status=refund.status)
    if sum(left for _, left in _captures(payment)) < refund.amount_minor:
        # What was to be given back was never taken: the provider refused the capture meanwhile.
        _fail(payment, refund, _CAPTURE_REFUSED, by, now)
        return
    check_move(REFUND_MOVES, RefundStatus(refund.status), RefundStatus.QUEUED)
    refund.status = RefundStatus.QUEUED
    refund.save(update_fields=["status"])
    notes = _ask(payment, refund, now)
    change_payment(payment, kind="refund.approved", by=by, facts={"refund": refund.public_id}, now=now)
    leave_messages(notes=notes, now=now)


def settle_refund(
    payment: Payment, operation: Operation, outcome: InquiryOutcome | None, *, by: Actor, now: datetime
) -> None:
    """Record what the provider said to a refund of the locked payment; without proof it is repeated until known.

    Harmless when the outcome was known before: what was given back is booked once.
    """
    if not is_undecided(operation):
        return
    if operation.refund_id is None:
        raise LookupError(f"{operation} belongs to no refund")
    refund = lock_refund(operation.refund_id)
    match outcome:
        case Approved(reference=reference):
            operation.status, operation.provider_reference = OperationStatus.SUCCEEDED, reference
            operation.ended_at, operation.next_check_at = now, None
        case Declined():
            operation.status, operation.ended_at, operation.next_check_at = OperationStatus.FAILED, now, None
        case Unknown() | Pending() | NotSent() | NeverHeardOf() | None:
            pause = next_pause(CAPTURE_REPEATS, CAPTURE_EVERY, operation.tries)
            operation.status, operation.next_check_at = OperationStatus.UNKNOWN, now + pause
            operation.unknown_since = operation.unknown_since or now
            _warn_if_overdue(payment, refund, operation, now)
        case _ as never:
            assert_never(never)
    operation.save(update_fields=["status", "provider_reference", "ended_at", "next_check_at", "unknown_since"])
    if operation.status == OperationStatus.SUCCEEDED:
        _book(payment, refund, operation, by, now)
    elif operation.status == OperationStatus.FAILED:
        raw_reason = outcome.raw_reason if isinstance(outcome, Declined) else ""
        facts = {"operation": operation.reference, "raw_reason": raw_reason[:64]}
        _give_up(payment, refund, operation, "The provider refused to give money back.", facts, by, now)
    elif refund.status in (RefundStatus.QUEUED, RefundStatus.SENT):
        check_move(REFUND_MOVES, RefundStatus(refund.status), RefundStatus.UNKNOWN)
        refund.status = RefundStatus.UNKNOWN
        refund.save(update_fields=["status"])


def _book(payment: Payment, refund: Refund, operation: Operation, by: Actor, now: datetime) -> None:
    refund.business_date = business_date(payment.merchant, now=now)
    _end_if_done(refund, now)
    if refund.status == RefundStatus.SUCCEEDED and not payment.is_training:
        note_refund(
            refund_id=refund.id,
            customer_id=payment.customer_id,
            merchant_id=payment.merchant_id,
            cashier=refund.cashier,
            amount=Money(refund.amount_minor, refund.currency),
            now=now,
        )
    post_refund(payment, provider=operation.attempt.provider_account.code, amount=operation.amount, now=now)
    event = change_payment(
        payment,
        kind="payment.refunded",
        by=by,
        facts={"refund": refund.public_id, "amount": operation.amount_minor},
        now=now,
        refunded_minor=payment.refunded_minor + operation.amount_minor,
        refund_reserved_minor=payment.refund_reserved_minor - operation.amount_minor,
        refund_status=_facet(payment, payment.refunded_minor + operation.amount_minor),
    )
    if notes := notes_for_listeners(payment, event):
        leave_messages(notes=notes, now=now)


def give_up_refunds_of(payment: Payment, capture: Operation, *, by: Actor, now: datetime) -> None:
    """Withdraw what waited for a capture that the provider refused: what was not taken is not given back."""
    waiting = Operation.objects.filter(payment=payment, verb=Verb.REFUND, target=capture.reference)
    for operation in waiting.filter(status=OperationStatus.QUEUED).select_related("refund").order_by("id"):
        operation.status, operation.ended_at, operation.next_check_at = OperationStatus.WITHDRAWN, now, None
        operation.save(update_fields=["status", "ended_at", "next_check_at"])
        if operation.refund_id is not None:
            refund, facts = lock_refund(operation.refund_id), {"capture": capture.reference}
            _give_up(payment, refund, operation, "A refund has no capture: the provider refused it.", facts, by, now)


def _give_up(
    payment: Payment,
    refund: Refund,
    operation: Operation,
    summary: str,
    facts: Mapping[str, str],
    by: Actor,
    now: datetime,
) -> None:
    _end_if_done(refund, now)
    report_trouble(
        payment,
        kind="refund_failed",
        subject=refund.public_id,
        summary=summary,
        remedy="refund_payment",
        amount=operation.amount,
        facts=facts,
        now=now,
    )
    change_payment(
        payment,
        kind="refund.failed",
        by=by,
        facts={"refund": refund.public_id, "amount": operation.amount_minor},
        now=now,
        refund_reserved_minor=payment.refund_reserved_minor - operation.amount_minor,
        refund_status=_facet(payment, payment.refunded_minor),
    )


def _warn_if_overdue(payment: Payment, refund: Refund, operation: Operation, now: datetime) -> None:
    if operation.sent_at is None or now - operation.sent_at < CAPTURE_ALARM_AFTER:
        return
    report_trouble(
        payment,
        kind="refund_overdue",
        subject=refund.public_id,
        summary="The provider has not acknowledged a refund for a quarter of an hour; it is repeated.",
        amount=operation.amount,
        facts={"operation": operation.reference},
        now=now,
    )


def _fail(payment: Payment, refund: Refund, reason: str, by: Actor, now: datetime) -> None:
    check_move(REFUND_MOVES, RefundStatus(refund.status), RefundStatus.FAILED)
    refund.status, refund.failure_reason, refund.ended_at = RefundStatus.FAILED, reason, now
    refund.save(update_fields=["status", "failure_reason", "ended_at"])
    change_payment(
        payment,
        kind="refund.failed",
        by=by,
        facts={"refund": refund.public_id, "reason": reason},
        now=now,
        refund_reserved_minor=payment.refund_reserved_minor - refund.amount_minor,
        refund_status=_facet(payment, payment.refunded_minor),
    )


def _end_if_done(refund: Refund, now: datetime) -> None:
    """Move the refund once nothing of it is on its way any more: one part that failed is a failure."""
    parts = set(Operation.objects.filter(refund=refund).values_list("status", flat=True))
    if not parts & _ON_ITS_WAY:
        if OperationStatus.FAILED in parts:
            refund.failure_reason = _REFUSED_BY_PROVIDER
        elif OperationStatus.WITHDRAWN in parts:
            refund.failure_reason = _CAPTURE_REFUSED
        target = RefundStatus.FAILED if refund.failure_reason else RefundStatus.SUCCEEDED
        check_move(REFUND_MOVES, RefundStatus(refund.status), target)
        refund.status, refund.ended_at = target, now
    refund.save(update_fields=["status", "ended_at", "failure_reason", "business_date"])


def _facet(payment: Payment, refunded_minor: int) -> RefundFacet:
    statuses = set(Refund.objects.filter(payment=payment).values_list("status", flat=True))
    if statuses & LIVE_REFUNDS:
        return RefundFacet.PENDING
    if refunded_minor:
        return RefundFacet.FULL if refunded_minor == payment.captured_minor else RefundFacet.PARTIAL
    return RefundFacet.FAILED if RefundStatus.FAILED in statuses else RefundFacet.NONE
