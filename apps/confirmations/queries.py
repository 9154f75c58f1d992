"""Reads about what was told, and about what may be told."""

from uuid import UUID

from django.db.models import Sum

from apps.confirmations.models import Confirmation, Kind
from apps.kernel.ids import from_public_id
from apps.ledger.models import Posting
from apps.transactions.models import Operation, Payment, PaymentEvent, Refund
from apps.transactions.states import OperationStatus


def receipt_for(*, payment_id: UUID, customer_id: UUID) -> dict[str, str] | None:
    """Return the customer's newest signed receipt of the payment; None if there is none, or it is not his.

    Further captures of one hold give further receipts, each with the whole amount captured until then.
    """
    told = Confirmation.objects.filter(payment_id=payment_id, customer_id=customer_id, kind=Kind.CAPTURED)
    return told.order_by("-id").values_list("signed", flat=True).first()


def refund_receipt_for(*, refund_id: UUID, payment_id: UUID, customer_id: UUID) -> dict[str, str] | None:
    """Return the customer's newest signed receipt of a refund of his payment; None if there is none, or it is not his.

    A refund that is carried out in parts gives further receipts, each with everything given back until then.
    """
    told = Confirmation.objects.filter(payment_id=payment_id, customer_id=customer_id, refund_id=refund_id)
    return told.order_by("-id").values_list("signed", flat=True).first()


def told_about(payment_id: UUID, *, limit: int = 100) -> list[Confirmation]:
    """Return what customers were told of the payment, oldest first."""
    told = Confirmation.objects.filter(payment_id=payment_id).select_related("device", "refund")
    return list(told.order_by("id")[:limit])


def was_told(event_id: UUID) -> bool:
    """Say whether the customer was told of this entry of a payment's history."""
    return Confirmation.objects.filter(event_id=event_id).exists()


def event_of(*, payment_id: UUID, event_id: UUID) -> PaymentEvent | None:
    """Return the entry with everything that a receipt names, in one statement; None unless it is this payment's."""
    events = PaymentEvent.objects.select_related(
        "payment__customer", "payment__device", "payment__instrument", "payment__merchant", "payment__till__store"
    )
    return events.filter(id=event_id, payment_id=payment_id).first()


def refund_of(event: PaymentEvent) -> Refund | None:
    """Return the refund that an entry of the history speaks of, with what a receipt names; None unless it is there."""
    try:
        refund_id = from_public_id("ref", str(event.facts.get("refund")))
    except ValueError:
        return None
    refunds = Refund.objects.select_related("till__store").filter(payment_id=event.payment_id)
    return refunds.filter(id=refund_id).first()


def given_back_minor(refund: Refund) -> int:
    """Return how much of the refund the providers have carried out."""
    done = Operation.objects.filter(refund=refund, status=OperationStatus.SUCCEEDED)
    return int(done.aggregate(total=Sum("amount_minor"))["total"] or 0)


def booked_minor(payment: Payment, kind: str) -> int:
    """Return how much the books say was taken ("capture") or given back ("refund"); 0 for training, not booked."""
    postings = Posting.objects.filter(
        journal__subject=payment.public_id,
        journal__kind=kind,
        account__startswith="provider_receivable:",
        currency=payment.currency,
    )
    # What is given back reduces what the provider owes.
    return abs(int(postings.aggregate(total=Sum("amount_minor"))["total"] or 0))
