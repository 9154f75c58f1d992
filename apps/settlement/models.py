"""Batches and their lines. Triggers in the migrations keep each amount in one batch, and sums as their lines."""

from django.db import models
from django.db.models import Q

from apps.kernel.currencies import MINOR_UNIT_DIGITS
from apps.kernel.ids import public_id, uuid7
from apps.kernel.money import Money
from apps.ledger.models import Journal
from apps.merchants.models import Merchant
from apps.settlement.states import BatchStatus, LineKind
from apps.transactions.models import Payment


class Batch(models.Model):
    """What one merchant took on one business day in one currency. Training books nothing, so it is in none."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+", db_index=False)
    currency = models.CharField(max_length=3)
    business_date = models.DateField()
    # From one; a second batch of a day holds what was booked for it after the first was closed.
    number = models.SmallIntegerField(default=1)
    status = models.CharField(max_length=6, choices=BatchStatus, default=BatchStatus.OPEN)
    # Sums and counts of its lines, written at the close; a correction in the books makes a sum smaller.
    captured_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    captured_count = models.IntegerField(default=0)
    refunded_count = models.IntegerField(default=0)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["merchant", "currency", "business_date", "number"], name="batch_number_is_unique_per_day"
            ),
            models.UniqueConstraint(
                fields=["merchant", "currency"],
                condition=Q(status=BatchStatus.OPEN),
                name="one_batch_of_a_merchant_is_open",
            ),
            # Carries nothing by itself; the lines' foreign key with the currency needs it.
            models.UniqueConstraint(fields=["id", "currency"], name="batch_id_with_currency"),
            models.CheckConstraint(condition=Q(status__in=BatchStatus.values), name="batch_status_is_known"),
            models.CheckConstraint(
                condition=Q(currency__in=sorted(MINOR_UNIT_DIGITS)), name="batch_currency_is_supported"
            ),
            models.CheckConstraint(condition=Q(number__gte=1), name="batch_number_from_one"),
            models.CheckConstraint(
                condition=Q(status=BatchStatus.OPEN) ^ Q(closed_at__isnull=False), name="batch_that_is_closed_says_when"
            ),
            models.CheckConstraint(
                condition=~Q(status=BatchStatus.OPEN)
                | Q(captured_minor=0, refunded_minor=0, captured_count=0, refunded_count=0),
                name="batch_has_no_sums_before_it_is_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """Return the id that doors show."""
        return public_id("bat", self.id)

    @property
    def captured(self) -> Money:
        return Money(self.captured_minor, self.currency)

    @property
    def refunded(self) -> Money:
        return Money(self.refunded_minor, self.currency)


class BatchLine(models.Model):
    """One capture or refund in its batch: the journal is the key, so there is no second batch for it. Append-only."""

    # The migration writes both foreign keys with the currency, which Django cannot say.
    journal = models.OneToOneField(
        Journal, primary_key=True, on_delete=models.PROTECT, related_name="+", db_constraint=False
    )
    batch = models.ForeignKey(Batch, on_delete=models.PROTECT, related_name="lines", db_constraint=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=LineKind)
    currency = models.CharField(max_length=3)
    # What the merchant sold or gave back, before any fee; negative where the books corrected an entry.
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=LineKind.values), name="batch_line_kind_is_known")]

    def __str__(self) -> str:
        return f"{self.kind} {self.amount}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)
