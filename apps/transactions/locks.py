"""The only place that locks a payment; its attempts and operations are changed under this lock."""

from uuid import UUID

from apps.transactions.errors import PaymentNotFound
from apps.transactions.models import Operation, Payment, Refund


def lock_payment(payment_id: UUID) -> Payment:
    """Return the payment, locked until the transaction ends. Lock it before its operations. Raises PaymentNotFound."""
    # No key of the row ever changes, so rows that only point at it need not wait.
    rows = Payment.objects.select_related("merchant", "till").select_for_update(of=("self",), no_key=True)
    payment = rows.filter(id=payment_id).first()
    if payment is None:
        raise PaymentNotFound
    return payment


def lock_operation(operation_id: UUID) -> Operation:
    """Return the operation with its attempt and route, locked; its payment must be locked already."""
    rows = Operation.objects.select_related("attempt__provider_account", "attempt__assessment").select_for_update(
        of=("self",), no_key=True
    )
    return rows.get(id=operation_id)


def lock_refund(refund_id: UUID) -> Refund:
    """Return the refund, locked; its payment must be locked already."""
    return Refund.objects.select_for_update(no_key=True).get(id=refund_id)
