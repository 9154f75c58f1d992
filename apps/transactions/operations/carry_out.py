"""Claim, call, settle: one message to a provider, sent once or asked about, by whoever gets hold of it first."""

import time
from datetime import datetime, timedelta
from typing import Final, TypedDict, assert_never
from uuid import UUID

from django.db import IntegrityError, transaction
from psycopg.errors import UniqueViolation

from apps.instruments.queries import instrument_token
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.outbox.operations import leave_messages
from apps.providers.contract import (
    Authorise,
    Capture,
    Inquire,
    InquiryOutcome,
    Refund,
    Request,
    Reverse,
    Verb,
    Void,
)
from apps.providers.models import ProviderCall
from apps.providers.operations import RouteSwitchedOff, call_provider, record_call
from apps.rows import pipelined
from apps.transactions.locks import claim_operation, lock_payment_and_operation
from apps.transactions.models import Operation, Payment
from apps.transactions.operations.asking import note_for
from apps.transactions.operations.authorise import settle_authorisation
from apps.transactions.operations.capture import settle_capture
from apps.transactions.operations.refund import give_up_refunds_of, settle_refund
from apps.transactions.operations.undo import settle_undoing
from apps.transactions.queries import provider_reference_of
from apps.transactions.states import OperationStatus
from apps.transactions.timing import PROVIDER_DEADLINE_SECONDS

# What a training payment shows instead of a token: no account of anybody is told to a provider that only plays.
TRAINING_TOKEN: Final = "training"  # noqa: S105  # no secret
_OPEN: Final = [OperationStatus.SENT, OperationStatus.UNKNOWN]


class _Common(TypedDict):
    reference: str
    deadline_seconds: float
    amount: Money


def carry_out_operation(*, operation_id: UUID, now: datetime) -> bool:
    """Send the message, or find out what became of it; say whether there was anything to do for us.

    Safe to run twice and at the same time: one caller gets the claim. Must not be called inside a transaction.
    """
    operation = _claim(operation_id, now)
    if operation is None:
        return False
    began = time.monotonic()
    outcome, call = _call(operation)
    settle_operation(operation, outcome, call, now + timedelta(seconds=time.monotonic() - began))
    return True


def _claim(operation_id: UUID, now: datetime) -> Operation | None:
    """Make the operation ours for CLAIM_LASTS, and return it; None if it is done, not due, or somebody else's."""
    try:
        return claim_operation(operation_id, now=now)
    except IntegrityError as error:
        if isinstance(error.__cause__, UniqueViolation):
            # An earlier message of this payment is not answered yet: they go out one at a time. The watch comes back.
            return None
        raise


def _call(operation: Operation) -> tuple[InquiryOutcome | None, ProviderCall]:
    try:
        called = call_provider(account=operation.attempt.provider_account, request=request_for(operation))
    except RouteSwitchedOff as error:
        # The route is switched off by now; what it means for this payment is for its settling to say.
        return None, error.call
    return called.outcome, called.call


def request_for(operation: Operation) -> Request:
    """Return the message, the same however often it is sent. An authorisation is sent once and then asked about."""
    common: _Common = {
        "reference": operation.reference,
        "deadline_seconds": PROVIDER_DEADLINE_SECONDS,
        "amount": operation.amount,
    }
    match Verb(operation.verb):
        case Verb.AUTHORISE if operation.tries > 1:
            return Inquire(**common, verb=Verb.AUTHORISE)
        case Verb.AUTHORISE:
            if operation.hold_expires_at is None:
                raise ValueError(f"{operation} does not say until when it holds")
            return Authorise(
                **common,
                instrument_token=_token(operation),
                merchant=operation.payment.merchant.legal_name,
                expires_at=operation.hold_expires_at,
            )
        case Verb.CAPTURE:
            return Capture(**common, hold=operation.target, final=operation.is_final)
        case Verb.VOID:
            return Void(**common, hold=operation.target)
        case Verb.REVERSE:
            return Reverse(**common, original_reference=operation.target)
        case Verb.REFUND:
            # Sent after its capture, because they go out in order; so the capture has its name by now.
            return Refund(**common, capture=provider_reference_of(operation.target))
        case _ as never:
            assert_never(never)


def _token(operation: Operation) -> Secret[str]:
    if operation.payment.is_training:
        return Secret(TRAINING_TOKEN)
    return instrument_token(operation.attempt.instrument)


def settle_operation(claimed: Operation, outcome: InquiryOutcome | None, call: ProviderCall, now: datetime) -> None:
    """Record what came of a call, however late: the rows are read again under the payment's lock."""
    with transaction.atomic(durable=True), pipelined():
        _settle(claimed, outcome, call, now)


def _settle(claimed: Operation, outcome: InquiryOutcome | None, call: ProviderCall, now: datetime) -> None:
    payment, operation = lock_payment_and_operation(claimed.payment_id, claimed.id)
    by = Actor("provider", operation.attempt.provider_account.code)
    match Verb(operation.verb):
        case Verb.AUTHORISE:
            settle_authorisation(payment, operation, outcome, by=by, now=now)
        case Verb.CAPTURE:
            settle_capture(payment, operation, outcome, by=by, now=now)
            if operation.status == OperationStatus.FAILED:
                give_up_refunds_of(payment, operation, by=by, now=now)
            _ring_for_next(payment, now)
        case Verb.VOID | Verb.REVERSE:
            settle_undoing(payment, operation, outcome, by=by, now=now)
            _ring_for_next(payment, now)
        case Verb.REFUND:
            settle_refund(payment, operation, outcome, by=by, now=now)
            _ring_for_next(payment, now)
        case _ as never:
            assert_never(never)
    record_call(call)


def _ring_for_next(payment: Payment, now: datetime) -> None:
    """Leave a note for what waited for its turn behind this operation."""
    waiting = Operation.objects.filter(payment=payment, status=OperationStatus.QUEUED).order_by("id").first()
    if waiting is not None:
        leave_messages(notes=[note_for(waiting)], now=now)
