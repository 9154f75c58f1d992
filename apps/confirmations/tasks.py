"""What the outbox runs here."""

from uuid import UUID

from django.utils import timezone

from apps.confirmations.operations import tell_customer


def tell(*, payment_id: str, event_id: str) -> None:
    """Tell the customer what became of a payment."""
    tell_customer(payment_id=UUID(payment_id), event_id=UUID(event_id), now=timezone.now())
