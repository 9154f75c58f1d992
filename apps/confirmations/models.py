"""What a customer was told of a payment, with the receipt where there is one."""

from django.db import models
from django.db.models import Q

from apps.customers.models import Customer
from apps.devices.models import Device
from apps.kernel.ids import uuid7
from apps.transactions.models import Payment


class Kind(models.TextChoices):
    """What was told."""

    CAPTURED = "captured"
    DECLINED = "declined"
    CANCELLED = "cancelled"


class Confirmation(models.Model):
    """One thing told, once; written together with the event in the customer's stream. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Of the payment's history; no foreign key, because nothing is ever asked in that direction.
    event_id = models.UUIDField(unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=9, choices=Kind)
    # The signed receipt as it travels: document, key, signature. Null unless something was captured.
    signed = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="confirmation_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind=Kind.CAPTURED, signed__isnull=False)
                | (~Q(kind=Kind.CAPTURED) & Q(signed__isnull=True)),
                name="confirmation_has_a_receipt_when_captured",
            ),
            # A hold may be captured in parts, and each is told; a no is told once, however often it is heard.
            models.UniqueConstraint(
                fields=["payment", "kind"], condition=~Q(kind=Kind.CAPTURED), name="confirmation_of_a_no_is_one"
            ),
        ]
        indexes = [models.Index(fields=["payment", "customer", "-id"], name="confirmation_by_payment")]

    def __str__(self) -> str:
        return f"{self.kind} {self.payment_id}"
