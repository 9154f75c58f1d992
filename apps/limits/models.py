"""Limits that somebody set, raises that wait for their day, and what was paid on a day.

Where nobody set a limit, the defaults of the settings rule.
"""

from typing import Final

from django.db import models
from django.db.models import Q

from apps.kernel.currencies import MINOR_UNIT_DIGITS
from apps.kernel.ids import uuid7


class Scope(models.TextChoices):
    """Whose limit it is."""

    DEVICE = "device"
    INSTRUMENT = "instrument"
    CUSTOMER = "customer"
    MERCHANT = "merchant"


# Who has rows of his own here; a merchant's limits stand beside the merchant.
PAYING: Final = (Scope.DEVICE, Scope.INSTRUMENT, Scope.CUSTOMER)


class PaymentLimit(models.Model):
    """The most that one payment, or all payments of a day, may be: for one device, instrument or customer."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scope = models.CharField(max_length=10, choices=Scope)
    # A column without a foreign key: limits know the ids, not the rows, of whom they bind.
    subject_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    # Empty: the default rules.
    per_payment_minor = models.BigIntegerField(null=True)
    per_day_minor = models.BigIntegerField(null=True)
    set_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "scope", "currency"], name="limit_is_one_per_subject_and_currency"
            ),
            models.CheckConstraint(
                condition=Q(scope__in=[str(scope) for scope in PAYING]), name="limit_scope_is_known"
            ),
            models.CheckConstraint(
                condition=Q(currency__in=sorted(MINOR_UNIT_DIGITS)), name="limit_currency_is_supported"
            ),
            models.CheckConstraint(condition=Q(per_payment_minor__gte=0), name="limit_is_not_negative"),
            models.CheckConstraint(condition=Q(per_day_minor__gte=0), name="day_limit_is_not_negative"),
            models.CheckConstraint(
                condition=Q(per_payment_minor__isnull=False) | Q(per_day_minor__isnull=False),
                name="limit_says_how_much",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.subject_id} {self.currency}: {self.per_payment_minor}, {self.per_day_minor} a day"


class PendingLimit(models.Model):
    """A raise that was asked for. From `effective_at` on, what it names counts instead of what was set."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scope = models.CharField(max_length=10, choices=Scope)
    subject_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    per_payment_minor = models.BigIntegerField(null=True)
    per_day_minor = models.BigIntegerField(null=True)
    asked_at = models.DateTimeField()
    effective_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["subject_id", "scope", "currency"], name="pending_limit_is_one_per_subject_and_currency"
            ),
            models.CheckConstraint(
                condition=Q(scope__in=[str(scope) for scope in PAYING]), name="pending_limit_scope_is_known"
            ),
            models.CheckConstraint(
                condition=Q(currency__in=sorted(MINOR_UNIT_DIGITS)), name="pending_limit_currency_is_supported"
            ),
            models.CheckConstraint(condition=Q(per_payment_minor__gte=0), name="pending_limit_is_not_negative"),
            models.CheckConstraint(condition=Q(per_day_minor__gte=0), name="pending_day_limit_is_not_negative"),
            models.CheckConstraint(
                condition=Q(per_payment_minor__isnull=False) | Q(per_day_minor__isnull=False),
                name="pending_limit_says_how_much",
            ),
            models.CheckConstraint(condition=Q(effective_at__gt=models.F("asked_at")), name="pending_limit_waits"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.subject_id} {self.currency}: from {self.effective_at}"


class DayCounter(models.Model):
    """What a subject's payments of one business day have reserved, while a limit per day was in force for it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    scope = models.CharField(max_length=10, choices=Scope)
    subject_id = models.UUIDField()
    currency = models.CharField(max_length=3)
    # The merchant's business date, as on the payment.
    day = models.DateField()
    # In no index, so that counting is the cheapest kind of update.
    used_minor = models.BigIntegerField()
    # The earliest payment that was counted: one from before gives nothing back.
    counted_since = models.DateTimeField()

    class Meta:
        constraints = [
            # The day comes first: old days are forgotten through the same index.
            models.UniqueConstraint(
                fields=["day", "subject_id", "scope", "currency"], name="counter_is_one_per_subject_and_day"
            ),
            models.CheckConstraint(condition=Q(scope__in=Scope.values), name="counter_scope_is_known"),
            models.CheckConstraint(
                condition=Q(currency__in=sorted(MINOR_UNIT_DIGITS)), name="counter_currency_is_supported"
            ),
            models.CheckConstraint(condition=Q(used_minor__gte=0), name="counter_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.subject_id} on {self.day}: {self.used_minor} {self.currency}"
