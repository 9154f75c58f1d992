"""Reads about what was told, and about what may be told."""

from uuid import UUID

from django.db.models import Sum

from apps.confirmations.models import Confirmation, Kind
from apps.ledger.models import Posting
from apps.transactions.models import Payment, PaymentEvent


def receipt_for(*, payment_id: UUID, customer_id: UUID) -> dict[str, str] | None:
    """Return the customer's newest signed receipt of the payment; None if there is none, or it is not his.

    Further captures of one hold give further receipts, each with the whole amount captured until then.
    """
    told = Confirmation.objects.filter(payment_id=payment_id, customer_id=customer_id, kind=Kind.CAPTURED)
    return told.order_by("-id").values_list("signed", flat=True).first()


def was_told(event_id: UUID) -> bool:
    """Say whether the customer was told of this entry of a payment's history."""
    return Confirmation.objects.filter(event_id=event_id).exists()


def event_of(*, payment_id: UUID, event_id: UUID) -> PaymentEvent | None:
    """Return the entry with everything that a receipt names, in one statement; None unless it is this payment's."""
    events = PaymentEvent.objects.select_related(
        "payment__customer", "payment__device", "payment__instrument", "payment__merchant", "payment__till__store"
    )
    return events.filter(id=event_id, payment_id=payment_id).first()


def booked_minor(payment: Payment) -> int:
    """Return how much the books say was captured; 0 for training, which books nothing."""
    postings = Posting.objects.filter(
        journal__subject=payment.public_id,
        journal__kind="capture",
        account__startswith="provider_receivable:",
        currency=payment.currency,
    )
    return int(postings.aggregate(total=Sum("amount_minor"))["total"] or 0)
