"""Limits that somebody set; where there is none, the defaults of the settings rule."""

from django.db import models
from django.db.models import Q

from apps.kernel.currencies import MINOR_UNIT_DIGITS
from apps.kernel.ids import uuid7


class Scope(models.TextChoices):
    """Whose limit it is."""

    DEVICE = "device"
    INSTRUMENT = "instrument"
    CUSTOMER = "customer"


class PaymentLimit(models.Model):
    """The most that one payment may be, for one device, instrument or customer in one currency."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scope = models.CharField(max_length=10, choices=Scope)
    # A column without a foreign key: limits know the ids, not the rows, of whom they bind.
    subject_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    per_payment_minor = models.BigIntegerField()
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "scope", "currency"], name="limit_is_one_per_subject_and_currency"
            ),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="limit_scope_is_known"),
            models.CheckConstraint(
                condition=Q(currency__in=sorted(MINOR_UNIT_DIGITS)), name="limit_currency_is_supported"
            ),
            models.CheckConstraint(condition=Q(per_payment_minor__gte=0), name="limit_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.subject_id}: {self.per_payment_minor} {self.currency}"
