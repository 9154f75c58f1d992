"""What the alarms and the operators ask about the notes."""

from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from apps.outbox.models import Message


def overdue_messages(*, now: datetime, by: timedelta = timedelta(0)) -> QuerySet[Message]:
    """Return the notes that are neither done nor in somebody's hands and were due at least `by` ago, oldest first."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    return Message.objects.filter(free, done_at__isnull=True, due_at__lte=now - by).order_by("due_at")


def overdue_count(*, now: datetime, by: timedelta = timedelta(0)) -> int:
    """Return how many notes are overdue by at least `by`."""
    return overdue_messages(now=now, by=by).count()


def oldest_overdue(*, now: datetime) -> Message | None:
    """Return the note that has waited longest past its time, if any."""
    return overdue_messages(now=now).first()
