"""What is still open of a customer's payments."""

from uuid import UUID

from apps.transactions.models import Operation, Payment, Refund
from apps.transactions.states import LIVE_REFUNDS, OperationStatus, Status

# Whose money is where it belongs; amounts may still come back.
_ENDS = frozenset({Status.CAPTURED, Status.DECLINED, Status.CANCELLED, Status.EXPIRED})
_LIVE_OPERATIONS = frozenset({OperationStatus.QUEUED, OperationStatus.SENT, OperationStatus.UNKNOWN})


def has_open_payments(customer_id: UUID) -> bool:
    """Say whether a payment has no outcome yet, or a bank has something to do for one; training opens nothing."""
    payments = Payment.objects.filter(customer_id=customer_id, is_training=False)
    return (
        payments.exclude(status__in=sorted(_ENDS)).exists()
        or Refund.objects.filter(payment__in=payments, status__in=sorted(LIVE_REFUNDS)).exists()
        or Operation.objects.filter(payment__in=payments, status__in=sorted(_LIVE_OPERATIONS)).exists()
    )
