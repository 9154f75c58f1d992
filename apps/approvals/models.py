"""One table: what was asked, and what became of it."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from apps.approvals.digest import digest_of
from apps.approvals.states import ApprovalStatus
from apps.kernel.ids import uuid7

_UNDECIDED = Q(checker="", reason="", decided_at__isnull=True)
_DECIDED_BY_SOMEBODY = ~Q(checker="") & Q(decided_at__isnull=False, decided_at__lt=F("expires_at"))
_DECIDED_BY_THE_CLOCK = Q(checker="", reason="", decided_at__isnull=False, decided_at__gte=F("expires_at"))


class Approval(models.Model):
    """One question to a second person. Doors show the plain UUID."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # A word, such as "refund": the app that carries it out listens for it.
    action = models.CharField(max_length=40)
    # A public id.
    subject = models.CharField(max_length=100)
    # Actors as texts.
    maker = models.CharField(max_length=121)
    checker = models.CharField(max_length=121, blank=True)
    # Ids and small values, as the checker sees them.
    asked = models.JSONField()
    asked_hash = models.BinaryField(max_length=32)
    status = models.CharField(max_length=8, choices=ApprovalStatus, default=ApprovalStatus.AWAITING)
    # The checker's.
    reason = models.TextField(blank=True)
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="approval_by_subject"),
            models.Index(fields=["expires_at"], condition=Q(status="awaiting"), name="approval_awaiting"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["action", "subject"],
                condition=Q(status="awaiting"),
                name="approval_awaits_once_per_action_and_subject",
            ),
            models.CheckConstraint(condition=~Q(maker=F("checker")), name="approval_maker_is_not_checker"),
            models.CheckConstraint(
                condition=~Q(action="") & ~Q(subject="") & ~Q(maker=""), name="approval_says_who_asked_what"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("asked_at")), name="approval_has_a_lifetime"),
            models.CheckConstraint(
                condition=(Q(status="awaiting") & _UNDECIDED)
                | (Q(status__in=["approved", "refused"]) & _DECIDED_BY_SOMEBODY)
                | (Q(status="expired") & _DECIDED_BY_THE_CLOCK),
                name="approval_status_fits_who_and_when",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.subject}"

    def is_overdue(self, now: datetime) -> bool:
        """Say whether it waits although its time is over."""
        return self.status == ApprovalStatus.AWAITING and now >= self.expires_at

    def is_intact(self) -> bool:
        """Say whether the row still says what was hashed when it was asked."""
        return bytes(self.asked_hash) == digest_of(action=self.action, subject=self.subject, asked=self.asked)
