"""Claims: whoever gets a row back here runs it, until the lease ends."""

import json
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection

from apps.outbox.models import Message

# Longer than any handler may take (a provider's call has six seconds in all), short enough that
# the work of a killed worker is found again within the minute.
LEASE: Final = timedelta(seconds=30)

_TAKE: Final = """
    UPDATE outbox_message SET claimed_until = %(until)s, tries = tries + 1
    WHERE id = ({choice}) AND done_at IS NULL RETURNING {columns}
"""
_COLUMNS: Final = tuple(field.attname for field in Message._meta.concrete_fields)
# As text: the driver is told to leave JSON to Django.
_RETURNED: Final = ", ".join(f"{name}::text" if name == "arguments" else name for name in _COLUMNS)

_ONE: Final = _TAKE.format(
    columns=_RETURNED,
    choice="""
    SELECT id FROM outbox_message
    WHERE id = %(id)s AND done_at IS NULL AND due_at <= %(now)s
      AND (claimed_until IS NULL OR claimed_until <= %(now)s)
    FOR UPDATE SKIP LOCKED
""",
)

_NEXT: Final = _TAKE.format(
    columns=_RETURNED,
    choice="""
    SELECT id FROM outbox_message
    WHERE done_at IS NULL AND due_at <= %(now)s
      AND (claimed_until IS NULL OR claimed_until <= %(now)s)
      AND (tries > 0 OR due_at > created_at OR created_at <= %(rung_before)s)
    ORDER BY due_at LIMIT 1
    FOR UPDATE SKIP LOCKED
""",
)


_DONE: Final = """
    UPDATE outbox_message SET claimed_until = NULL, done_at = %s, last_error = '', tries = greatest(tries, 1)
    WHERE id = %s AND done_at IS NULL
"""


def _claim(statement: str, parameters: dict[str, UUID | datetime]) -> Message | None:
    # Committed by itself before the handler starts, or a crash would not count as a try.
    if connection.in_atomic_block:
        raise RuntimeError("a note is not claimed inside a transaction")
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        row = cursor.fetchone()
    if row is None:
        return None
    values = dict(zip(_COLUMNS, row, strict=True))
    return Message(**(values | {"arguments": json.loads(values["arguments"])}))


def claim_message(message_id: UUID, *, now: datetime) -> Message | None:
    """Return the note, ours for the length of the lease; None when it is done, not due, or somebody else's."""
    return _claim(_ONE, {"id": message_id, "now": now, "until": now + LEASE})


def claim_next(*, now: datetime, grace: timedelta) -> Message | None:
    """Return the longest overdue note, ours for the length of the lease; None when there is none.

    A fresh note whose doorbell was rung less than `grace` ago is left to the worker that is on its way.
    """
    return _claim(_NEXT, {"now": now, "until": now + LEASE, "rung_before": now - grace})


def mark_done(message_id: UUID, at: datetime) -> None:
    """End the note, unless that was done before; autocommitted. Done without a claim, it counts as one try."""
    with connection.cursor() as cursor:
        cursor.execute(_DONE, [at, message_id])
