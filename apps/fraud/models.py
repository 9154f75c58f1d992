"""What was judged, and how."""

from django.db import models
from django.db.models import Q

from apps.kernel.ids import uuid7


class Verdict(models.TextChoices):
    """What the payment does next."""

    PASS = "pass"  # noqa: S105  # a verdict, not a password
    REVIEW = "review"
    CONSENT = "consent"
    BLOCK = "block"


class Assessment(models.Model):
    """The facts of one payment with one instrument, the verdict, and its reasons. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # A column without a foreign key: the payment lives upstairs.
    payment_id = models.UUIDField(db_index=True)
    facts = models.JSONField()
    verdict = models.CharField(max_length=8, choices=Verdict)
    score = models.IntegerField(default=0)
    reasons = models.JSONField(default=list)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="assessment_verdict_is_known"),
            models.CheckConstraint(condition=Q(score__gte=0), name="assessment_score_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} for {self.payment_id}"
