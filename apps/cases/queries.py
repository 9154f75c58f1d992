"""Read the queue, and look at where trouble shows."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Case as Choice
from django.db.models import Q, QuerySet, Value, When

from apps.audit.models import Record
from apps.audit.queries import unsealed_records
from apps.cases.models import Case
from apps.cases.states import CaseStatus, Severity
from apps.outbox.models import Message

_GRAVEST_FIRST: Final = Choice(
    *(When(severity=severity, then=Value(rank)) for rank, severity in enumerate(reversed(Severity)))
)


def open_cases() -> QuerySet[Case]:
    """Return what is not resolved: alarms first, and of the same severity the oldest first."""
    return Case.objects.exclude(status=CaseStatus.RESOLVED).order_by(_GRAVEST_FIRST, "opened_at", "id")


def cases_about(*, subject: str) -> QuerySet[Case]:
    """Return all cases about one thing, newest first."""
    return Case.objects.filter(subject=subject).order_by("-id")


def age(case: Case, *, now: datetime) -> timedelta:
    """Return how long it has been waiting, or how long it waited until it was resolved."""
    return (case.resolved_at or now) - case.opened_at


def stuck_messages(*, now: datetime, overdue_by: timedelta, tries: int) -> QuerySet[Message]:
    """Return, of each topic, the oldest note in nobody's hands that was tried and is still not done.

    Either nobody has come back to it for `overdue_by`, or it failed so many times: each failure moves the time at
    which a note is due, so that one that always fails is never overdue by much.
    """
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    stuck = Q(tries__gte=1, due_at__lte=now - overdue_by) | Q(tries__gte=tries)
    return (
        Message.objects.filter(free, stuck, done_at__isnull=True)
        .order_by("topic", "created_at", "id")
        .distinct("topic")
    )


def oldest_unsealed(*, since: datetime, before: datetime) -> Record | None:
    """Return the oldest committed record of that time that has no seal, if any.

    An id says when its record was made; both ends are there because looking through the whole trail is not cheap.
    """
    return unsealed_records(since=_first_id_at(since)).filter(id__lt=_first_id_at(before)).first()


def _first_id_at(moment: datetime) -> UUID:
    # The first 48 bits of a UUIDv7 are milliseconds.
    return UUID(int=int(moment.timestamp() * 1000) << 80)
