"""Two tables that only grow: the records, and the chain over them."""

from django.db import models
from django.db.models import Q

from apps.kernel.ids import uuid7


class Record(models.Model):
    """One thing that somebody did; triggers refuse to change or remove it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=20)
    actor_id = models.CharField(max_length=100)
    action = models.CharField(max_length=100)
    subject = models.CharField(max_length=100)
    reason = models.TextField(default="", blank=True)
    facts = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject", "id"], name="record_by_subject"),
            models.Index(fields=["actor_kind", "actor_id", "id"], name="record_by_actor"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(actor_kind="") & ~Q(action=""), name="record_says_who_did_what"),
        ]

    def __str__(self) -> str:
        return f"{self.actor_kind}:{self.actor_id} {self.action} {self.subject}"


class Seal(models.Model):
    """One link: the head after this record. Numbers have no gaps and are given after the commit."""

    number = models.BigIntegerField(primary_key=True)
    record = models.OneToOneField(Record, on_delete=models.PROTECT, related_name="+")
    head = models.BinaryField(max_length=32)
    sealed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(number__gte=1), name="seal_numbers_start_at_one"),
        ]

    def __str__(self) -> str:
        return f"seal {self.number}"
