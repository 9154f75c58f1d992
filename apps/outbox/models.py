"""One table: the notes, done and not done."""

from django.db import models
from django.db.models import F, Q

from apps.kernel.ids import uuid7


class Message(models.Model):
    """A note for one handler; a trigger refuses to delete it before it is done."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    topic = models.CharField(max_length=100)
    arguments = models.JSONField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True)
    tries = models.IntegerField(default=0)
    done_at = models.DateTimeField(null=True)
    last_error = models.CharField(max_length=200, default="", blank=True)

    class Meta:
        indexes = [
            # Millions are done and a handful are not: the sweeper reads only this one.
            models.Index(fields=["due_at"], condition=Q(done_at__isnull=True), name="message_not_done"),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(topic=""), name="message_has_a_topic"),
            models.CheckConstraint(condition=Q(tries__gte=0), name="message_tries_not_negative"),
            models.CheckConstraint(condition=Q(due_at__gte=F("created_at")), name="message_due_not_before_created"),
            models.CheckConstraint(
                condition=Q(done_at__isnull=True) | Q(tries__gte=1), name="message_done_only_after_a_try"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.topic} {self.id}"
