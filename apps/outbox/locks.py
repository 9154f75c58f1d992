"""Claims: whoever gets a row back here runs it, until the lease ends."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.outbox.models import Message

# Longer than any handler may take (a provider's call has six seconds in all), short enough that
# the work of a killed worker is found again within the minute.
LEASE: Final = timedelta(seconds=30)

_TAKE: Final = """
    UPDATE outbox_message SET claimed_until = %(until)s, tries = tries + 1
    WHERE id = ({choice}) AND done_at IS NULL RETURNING *
"""

_ONE: Final = _TAKE.format(
    choice="""
    SELECT id FROM outbox_message
    WHERE id = %(id)s AND done_at IS NULL AND due_at <= %(now)s
      AND (claimed_until IS NULL OR claimed_until <= %(now)s)
    FOR UPDATE SKIP LOCKED
"""
)

_NEXT: Final = _TAKE.format(
    choice="""
    SELECT id FROM outbox_message
    WHERE done_at IS NULL AND due_at <= %(now)s
      AND (claimed_until IS NULL OR claimed_until <= %(now)s)
      AND (tries > 0 OR due_at > created_at OR created_at <= %(rung_before)s)
    ORDER BY due_at LIMIT 1
    FOR UPDATE SKIP LOCKED
"""
)


def _claim(statement: str, parameters: Mapping[str, object]) -> Message | None:
    # Durable: the claim must be committed before the handler starts, or a crash would not count as a try.
    with transaction.atomic(durable=True):
        return next(iter(list(Message.objects.raw(statement, dict(parameters)))), None)


def claim_message(message_id: UUID, *, now: datetime) -> Message | None:
    """Return the note, ours for the length of the lease; None when it is done, not due, or somebody else's."""
    return _claim(_ONE, {"id": message_id, "now": now, "until": now + LEASE})


def claim_next(*, now: datetime, grace: timedelta) -> Message | None:
    """Return the longest overdue note, ours for the length of the lease; None when there is none.

    A fresh note whose doorbell was rung less than `grace` ago is left to the worker that is on its way.
    """
    return _claim(_NEXT, {"now": now, "until": now + LEASE, "rung_before": now - grace})
