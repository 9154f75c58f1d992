"""What a customer was told of a payment, with the receipt where there is one."""

from typing import Final

from django.db import models
from django.db.models import Q

from apps.customers.models import Customer
from apps.devices.models import Device
from apps.kernel.ids import uuid7
from apps.transactions.models import Payment, Refund


class Kind(models.TextChoices):
    """What was told."""

    CAPTURED = "captured"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    REFUNDED = "refunded"
    CONSENT = "consent"


# What moved money, and is told with a signed receipt.
WITH_RECEIPT: Final = (Kind.CAPTURED, Kind.REFUNDED)


class Confirmation(models.Model):
    """One thing told, once; written together with the event in the customer's stream. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Of the payment's history; no foreign key, because nothing is ever asked in that direction.
    event_id = models.UUIDField(unique=True)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+", db_index=False)
    kind = models.CharField(max_length=9, choices=Kind)
    # Which one, where money was given back.
    refund = models.ForeignKey(Refund, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The signed receipt as it travels: document, key, signature. Null unless money was taken or given back.
    signed = models.JSONField(null=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="confirmation_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind__in=WITH_RECEIPT) ^ Q(signed__isnull=True),
                name="confirmation_has_a_receipt_when_money_moved",
            ),
            models.CheckConstraint(
                condition=Q(kind=Kind.REFUNDED) ^ Q(refund__isnull=True), name="confirmation_names_its_refund"
            ),
            # A hold may be captured in parts and given back in parts, and each is told; a no and a question are told
            # once, however often they are heard.
            models.UniqueConstraint(
                fields=["payment", "kind"],
                condition=~Q(kind__in=WITH_RECEIPT),
                name="confirmation_without_money_is_one",
            ),
        ]
        indexes = [models.Index(fields=["payment", "customer", "-id"], name="confirmation_by_payment")]

    def __str__(self) -> str:
        return f"{self.kind} {self.payment_id}"
