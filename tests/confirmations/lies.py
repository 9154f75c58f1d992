"""An entry in a payment's history that is not true: nobody books it, and yet it stands there."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from apps.transactions.models import Payment, PaymentEvent


def write_lie(payment: Payment, kind: str, *, status: str, now: datetime, **facts: str | int) -> PaymentEvent:
    """Write an entry at a version that the payment gets for it; PostgreSQL takes no other."""
    with transaction.atomic():
        Payment.objects.filter(id=payment.id).update(version=F("version") + 1)
        return PaymentEvent.objects.create(
            payment=payment,
            version=Payment.objects.get(id=payment.id).version,
            kind=kind,
            status=status,
            actor="system:test",
            facts=facts,
            at=now,
        )
