"""One table: the cases, settled and not."""

from django.db import models
from django.db.models import F, Q

from apps.cases.states import CaseStatus, Severity
from apps.kernel.currencies import MINOR_UNIT_DIGITS
from apps.kernel.ids import public_id, uuid7
from apps.kernel.money import Money

LONGEST_RESOLUTION = 2000

_NOBODYS = Q(owner="", taken_at__isnull=True)
_SOMEBODYS = ~Q(owner="") & Q(taken_at__isnull=False)
_UNSETTLED = Q(resolved_at__isnull=True, resolved_by="", resolution="")
_SETTLED = Q(resolved_at__isnull=False) & ~Q(resolved_by="") & ~Q(resolution="")


class Case(models.Model):
    """Something that a person must look at: what it is, what it is about, and which ordinary operation settles it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # A word, such as "capture_refused"; the same trouble has the same kind everywhere.
    kind = models.CharField(max_length=50)
    severity = models.CharField(max_length=7, choices=Severity)
    # A public id such as pay_..., or the name of the part of the house that is in trouble.
    subject = models.CharField(max_length=100)
    # One sentence for staff.
    summary = models.CharField(max_length=300)
    # The operation that settles it, such as "refund"; empty where somebody must think.
    remedy = models.CharField(max_length=50, blank=True)
    facts = models.JSONField(default=dict)
    amount_minor = models.BigIntegerField(null=True, blank=True)
    currency = models.CharField(max_length=3, null=True, blank=True)
    status = models.CharField(max_length=8, choices=CaseStatus, default=CaseStatus.OPEN)
    # Actors as texts.
    owner = models.CharField(max_length=121, blank=True)
    opened_at = models.DateTimeField()
    # When the same trouble was met last, and how often in all.
    last_at = models.DateTimeField()
    times = models.PositiveIntegerField(default=1)
    taken_at = models.DateTimeField(null=True, blank=True)
    resolved_at = models.DateTimeField(null=True, blank=True)
    resolved_by = models.CharField(max_length=121, blank=True)
    resolution = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="case_by_subject"),
            models.Index(fields=["opened_at"], condition=~Q(status="resolved"), name="case_not_resolved"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=~Q(status="resolved"), name="case_is_one_until_it_is_resolved"
            ),
            models.CheckConstraint(
                condition=~Q(kind="") & ~Q(subject="") & ~Q(summary=""), name="case_says_what_and_about_what"
            ),
            models.CheckConstraint(condition=Q(severity__in=Severity.values), name="case_severity_is_known"),
            models.CheckConstraint(
                condition=Q(amount_minor__isnull=True, currency__isnull=True)
                | Q(amount_minor__isnull=False, currency__isnull=False, currency__in=sorted(MINOR_UNIT_DIGITS)),
                name="case_amount_has_a_currency",
            ),
            models.CheckConstraint(condition=Q(times__gte=1), name="case_was_met_at_least_once"),
            models.CheckConstraint(condition=Q(last_at__gte=F("opened_at")), name="case_last_met_not_before_opened"),
            models.CheckConstraint(
                condition=(Q(status="open") & _NOBODYS & _UNSETTLED)
                | (Q(status="taken") & _SOMEBODYS & _UNSETTLED)
                | (Q(status="resolved") & (_NOBODYS | _SOMEBODYS) & _SETTLED),
                name="case_status_fits_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """Return the id that doors show."""
        return public_id("cas", self.id)

    @property
    def amount(self) -> Money | None:
        """Return how much money it is about, if it is about money."""
        if self.amount_minor is None or self.currency is None:
            return None
        return Money(self.amount_minor, self.currency)
