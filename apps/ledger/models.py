"""Journals and their postings. Triggers in the migrations make them balanced and append-only."""

from django.db import models
from django.db.models import F, Q

from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.ledger.accounts import ACCOUNT_PATTERN

CURRENCY_PATTERN = "^[A-Z]{3}$"


class Journal(models.Model):
    """One entry in the books; written once, corrected only by a journal that reverses it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=64)
    currency = models.CharField(max_length=3)
    # The merchant's business day, where there is one; written when booked, so a late worker cannot move it.
    business_date = models.DateField(null=True)
    # What the entry is about, as the public id that its app uses.
    subject = models.CharField(max_length=100)
    # Declared up front: without it, a balanced pair could be slipped into an old journal later.
    posting_count = models.SmallIntegerField()
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            # Carries nothing by itself; the postings' foreign key with the currency needs it.
            models.UniqueConstraint(fields=["id", "currency"], name="journal_id_with_currency"),
            models.CheckConstraint(condition=Q(posting_count__gte=2), name="journal_has_two_lines"),
            models.CheckConstraint(condition=Q(currency__regex=CURRENCY_PATTERN), name="journal_currency_is_iso"),
            models.CheckConstraint(condition=Q(kind__regex="^[a-z][a-z0-9_.]*$"), name="journal_kind_is_a_word"),
            models.CheckConstraint(condition=~Q(subject=""), name="journal_has_a_subject"),
            models.CheckConstraint(condition=~Q(reverses=F("id")), name="journal_does_not_reverse_itself"),
        ]
        indexes = [
            models.Index(fields=["subject"], name="journal_by_subject"),
            models.Index(
                fields=["business_date", "currency"],
                name="journal_by_business_date",
                condition=Q(business_date__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Posting(models.Model):
    """One line: a signed amount on an account, positive = debit."""

    pk = models.CompositePrimaryKey("journal_id", "position")
    # The migration writes the foreign key itself: (journal_id, currency) together, which Django cannot say.
    journal = models.ForeignKey(
        Journal, on_delete=models.PROTECT, related_name="postings", db_constraint=False, db_index=False
    )
    position = models.SmallIntegerField()
    account = models.CharField(max_length=100)
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(amount_minor=0), name="posting_moves_something"),
            models.CheckConstraint(condition=Q(account__regex=ACCOUNT_PATTERN), name="posting_account_is_in_the_chart"),
            models.CheckConstraint(condition=Q(position__gte=1), name="posting_position_from_one"),
        ]
        indexes = [
            # Balances are sums: the amount is in the index, so that a sum need not visit the table.
            models.Index(fields=["account", "currency"], include=["amount_minor"], name="posting_by_account"),
        ]

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    def __str__(self) -> str:
        return f"{self.account} {self.amount}"
