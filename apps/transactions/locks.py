"""The only place that locks a payment; its attempts and operations are changed under this lock."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from apps.rows import Frozen
from apps.transactions.errors import PaymentNotFound
from apps.transactions.models import Operation, Payment, Refund
from apps.transactions.timing import CLAIM_LASTS

# No key of these rows ever changes, so rows that only point at them need not wait.
_PAYMENT: Final = Frozen(
    lambda payment_id: (
        Payment.objects.select_related("merchant", "till")
        .select_for_update(of=("self",), no_key=True)
        .filter(id=payment_id)
    ),
    payment_id=UUID,
)
_OPERATION: Final = Frozen(
    lambda operation_id: (
        Operation.objects.select_related("attempt__provider_account", "attempt__assessment")
        .select_for_update(of=("self",), no_key=True)
        .filter(id=operation_id)
    ),
    operation_id=UUID,
)


# Messages of a payment go out in order: the rest of a hold is not released before its capture has arrived. A reversal
# does not wait for what it undoes.
_CLAIM: Final = """
    UPDATE transactions_operation AS claimed
    SET status = CASE WHEN status = 'queued' THEN 'sent' ELSE status END, tries = tries + 1,
        sent_at = coalesce(sent_at, %(now)s), next_check_at = %(until)s
    WHERE id = %(id)s
      AND (status = 'queued' OR (status IN ('sent', 'unknown') AND next_check_at <= %(now)s))
      AND (verb = 'reverse' OR NOT EXISTS (
          SELECT FROM transactions_operation AS earlier
          WHERE earlier.payment_id = claimed.payment_id AND earlier.id < claimed.id
            AND earlier.status IN ('queued', 'sent', 'unknown')))
    RETURNING *
), refund AS (
    UPDATE transactions_refund AS refund SET status = 'sent' FROM changed
    WHERE refund.id = changed.refund_id AND refund.status = 'queued'
"""
_CLAIMED: Final = Frozen(
    lambda: Operation.objects.select_related("payment__merchant", "attempt__provider_account", "attempt__instrument"),
    changed_by=_CLAIM,
)


def lock_payment(payment_id: UUID) -> Payment:
    """Return the payment, locked until the transaction ends. Lock it before its operations. Raises PaymentNotFound."""
    payment = _PAYMENT.first(payment_id=payment_id)
    if payment is None:
        raise PaymentNotFound
    return payment


def lock_payment_and_operation(payment_id: UUID, operation_id: UUID) -> tuple[Payment, Operation]:
    """Return both, the operation with its attempt and route, locked, payment first; in a `pipelined` block.

    They are asked for at once. LookupError where there is no such operation of this payment.
    """
    payment_asked = _PAYMENT.ask(payment_id=payment_id)
    operation_asked = _OPERATION.ask(operation_id=operation_id)
    payment, operation = payment_asked(), operation_asked()
    if payment is None or operation is None:
        raise LookupError(f"there is no operation {operation_id} of payment {payment_id}")
    return payment, operation


def lock_refund(refund_id: UUID) -> Refund:
    """Return the refund, locked; its payment must be locked already."""
    return Refund.objects.select_for_update(no_key=True).get(id=refund_id)


def claim_operation(operation_id: UUID, *, now: datetime) -> Operation | None:
    """Make the operation the caller's for CLAIM_LASTS and return it with its payment; a refund is sent with it.

    One statement that commits by itself, so it must not be called inside a transaction. None if it is done, not due,
    somebody else's, or not its turn. IntegrityError where the database sees another one of the payment under way.
    """
    if connection.in_atomic_block:
        raise RuntimeError("an operation is not claimed inside a transaction")
    return _CLAIMED.first(id=operation_id, now=now, until=now + CLAIM_LASTS)
