"""Read a stream after a number; what is committed late comes later, and is never skipped."""

from django.db.models import Max

from apps.live.models import Event, Number


def events_after(stream: str, *, after: int, limit: int) -> list[tuple[int, Event]]:
    """Return at most `limit` events with a higher number, lowest first, each with its number."""
    numbers = Number.objects.filter(stream=stream, number__gt=after).select_related("event").order_by("number")
    return [(number.number, number.event) for number in numbers[:limit]]


def last_number(stream: str) -> int:
    """Return the highest number that the stream has given; 0 before the first."""
    last: int | None = Number.objects.filter(stream=stream).aggregate(last=Max("number"))["last"]
    return last or 0
