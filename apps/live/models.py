"""Events in streams, and the numbers under which others read them; both only grow."""

from django.db import models
from django.db.models import Q

from apps.kernel.ids import uuid7


class Event(models.Model):
    """Something that the reader of a stream should know; triggers refuse to change or remove it.

    A stream is whom it is for, such as ``customer:<uuid>`` or ``merchant:<uuid>``. The facts are ids and small values.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    stream = models.CharField(max_length=100)
    kind = models.CharField(max_length=50)
    # What makes it one of its kind, so that a handler that runs twice appends once; null: nothing does.
    key = models.CharField(max_length=100, null=True)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "key"], name="event_key_is_unique_in_its_stream"),
            models.CheckConstraint(condition=~Q(stream="") & ~Q(kind=""), name="event_says_what_and_to_whom"),
            models.CheckConstraint(condition=~Q(key=""), name="event_key_is_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.id}"


class Waiting(models.Model):
    """An event that has no number yet: put here by a trigger, taken away once it has one.

    It spares the numbering a search through all events, and it is never too late: a row shows up when its event is
    committed. Its own id is the order in which events were written, also within one transaction.
    """

    id = models.BigAutoField(primary_key=True)
    event = models.OneToOneField(Event, on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"waiting {self.event_id}"


class Number(models.Model):
    """The place of an event in its stream: from 1, without gaps, given after the commit.

    A number given inside the event's own transaction could become visible after a higher one, and whoever reads
    "after 7" would never see 6.
    """

    event = models.OneToOneField(Event, on_delete=models.PROTECT, primary_key=True, related_name="+")
    stream = models.CharField(max_length=100)
    number = models.BigIntegerField()
    numbered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stream", "number"], name="number_is_unique_in_its_stream"),
            models.CheckConstraint(condition=Q(number__gte=1), name="number_starts_at_one"),
        ]

    def __str__(self) -> str:
        return f"{self.stream} {self.number}"
