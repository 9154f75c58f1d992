"""Write an event; give numbers to what was committed."""

import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from apps.kernel.ids import uuid7
from apps.live.bell import ring_numbering
from apps.live.errors import UnfitFacts
from apps.live.hints import Hint, publish_hints
from apps.live.locks import lock_numbering
from apps.live.models import Event
from apps.rows import insert_row

Fact = str | int | bool | None

_LONGEST_TEXT: Final = 200

_APPEND_ONCE: Final = """
    INSERT INTO live_event (id, stream, kind, key, facts, at)
    VALUES (%(id)s, %(stream)s, %(kind)s, %(key)s, %(facts)s::jsonb, %(at)s)
    ON CONFLICT (stream, key) DO NOTHING
"""

# A batch is read once and its rows are inserted in order, so that the trigger sees each number follow the last.
_GIVE_NUMBERS: Final = """
    WITH batch AS (
        SELECT waiting.id, event.id AS event_id, event.stream, event.kind, event.facts, event.at
        FROM live_waiting waiting JOIN live_event event ON event.id = waiting.event_id
        ORDER BY waiting.id LIMIT %(limit)s
    ), numbered AS (
        INSERT INTO live_number (event_id, stream, number, numbered_at)
        SELECT batch.event_id, batch.stream,
            coalesce(last.number, 0) + row_number() OVER (PARTITION BY batch.stream ORDER BY batch.id), %(now)s
        FROM batch CROSS JOIN LATERAL (
            SELECT max(number) AS number FROM live_number WHERE live_number.stream = batch.stream
        ) AS last
        ORDER BY batch.id
        RETURNING event_id, number
    )
    SELECT batch.event_id, batch.stream, numbered.number, batch.kind, batch.facts::text, batch.at
    FROM batch JOIN numbered USING (event_id) ORDER BY batch.id
"""


def append_event(*, stream: str, kind: str, facts: Mapping[str, Fact], key: str | None = None, now: datetime) -> Event:
    """Write an event in the caller's transaction; its number and its hint follow after the commit.

    With a `key` the stream takes one event only: whoever comes second gets that one back, also when both come at
    once. UnfitFacts for anything but ids and small values.
    """
    _refuse_unfit(facts)
    event = Event(id=uuid7(), stream=stream, kind=kind, key=key, facts=dict(facts), at=now)
    if key is None:
        insert_row(event)
    elif not _is_first(event):
        return Event.objects.get(stream=stream, key=key)
    # Robust: the numbering looks by itself every second, with or without the bell.
    transaction.on_commit(lambda: ring_numbering(), robust=True)
    return event


def _is_first(event: Event) -> bool:
    """Insert the event, and say whether its key was free."""
    # Any: what the columns hold.
    values: dict[str, Any] = {
        "id": event.id,
        "stream": event.stream,
        "kind": event.kind,
        "key": event.key,
        "facts": json.dumps(event.facts),
        "at": event.at,
    }
    with connection.cursor() as cursor:
        cursor.execute(_APPEND_ONCE, values)
        return bool(cursor.rowcount == 1)


def number_events(*, now: datetime, limit: int) -> int:
    """Give the next number of its stream to each committed event that has none, at most `limit`; return how many.

    One job at a time, in the order in which they were written. The hints go out after the commit, at most once.
    Must not be called inside a transaction.
    """
    hints = _give_numbers(now, limit)
    publish_hints(hints)
    return len(hints)


@transaction.atomic(durable=True)
def _give_numbers(now: datetime, limit: int) -> list[Hint]:
    # A statement of its own: the next one must see everything that the previous holder committed.
    lock_numbering()
    with connection.cursor() as cursor:
        cursor.execute(_GIVE_NUMBERS, {"now": now, "limit": limit})
        rows = cursor.fetchall()
        if rows:
            numbered: list[UUID] = [row[0] for row in rows]
            cursor.execute("DELETE FROM live_waiting WHERE event_id = ANY(%s)", [numbered])
    return [
        Hint(stream=stream, seq=number, kind=kind, at=at, facts=json.loads(facts))
        for _, stream, number, kind, facts, at in rows
    ]


def _refuse_unfit(facts: Mapping[str, Fact]) -> None:
    for name, value in facts.items():
        fits = isinstance(name, str) and (
            value is None or isinstance(value, int) or (isinstance(value, str) and len(value) <= _LONGEST_TEXT)
        )
        if not fits:
            raise UnfitFacts(f"fact {name!r} is not an id or a small value")
