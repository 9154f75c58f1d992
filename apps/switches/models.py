"""One table: what was stopped, by which two people, and until when."""

from django.db import models
from django.db.models import F, Q

from apps.approvals.models import Approval
from apps.kernel.ids import uuid7


class SwitchKind(models.TextChoices):
    """What may be stopped: new authorisations, of everything or of something, or new phones."""

    # In live mode; training goes on.
    EVERYTHING = "everything"
    PROVIDER = "provider"
    MERCHANT = "merchant"
    INSTRUMENT_KIND = "instrument_kind"
    ENROLMENT = "enrolment"


# What stands for itself; the others have a target.
WITHOUT_TARGET = (SwitchKind.EVERYTHING, SwitchKind.ENROLMENT)


class Switch(models.Model):
    """Something that is stopped, or was: one row per stop, written when the second person has said yes.

    Triggers want the approvals of both moves, and refuse to change what was said or to remove a row.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=15, choices=SwitchKind)
    # An id as text, or a kind of instrument. No foreign key: what it names lives on higher floors.
    target = models.CharField(max_length=36, blank=True)
    # How people called the target when they stopped it.
    name = models.CharField(max_length=120)
    reason = models.TextField()
    asked_by = models.CharField(max_length=121)
    confirmed_by = models.CharField(max_length=121)
    approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="+")
    since = models.DateTimeField()
    # Null while it is stopped.
    until = models.DateTimeField(null=True, blank=True)
    end_approval = models.OneToOneField(Approval, on_delete=models.PROTECT, related_name="+", null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-since"], name="switch_by_time")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "target"], condition=Q(until__isnull=True), name="switch_is_off_once_per_target"
            ),
            models.CheckConstraint(condition=Q(kind__in=SwitchKind.values), name="switch_kind_is_known"),
            models.CheckConstraint(
                condition=(Q(kind__in=WITHOUT_TARGET) & Q(target="")) | (~Q(kind__in=WITHOUT_TARGET) & ~Q(target="")),
                name="switch_has_a_target_where_it_needs_one",
            ),
            models.CheckConstraint(condition=~Q(asked_by=F("confirmed_by")), name="switch_takes_two_people"),
            models.CheckConstraint(
                condition=Q(until__isnull=True, end_approval__isnull=True)
                | Q(until__isnull=False, end_approval__isnull=False, until__gte=F("since")),
                name="switch_ends_by_an_approval",
            ),
        ]

    def __str__(self) -> str:
        return self.subject

    @property
    def subject(self) -> str:
        """Return the name by which approvals and the audit trail know what is stopped."""
        return subject_of(self.kind, self.target)


def subject_of(kind: str, target: str) -> str:
    """Return the name of what may be stopped, such as "switch:merchant:<id>"."""
    return f"switch:{kind}:{target}" if target else f"switch:{kind}"
