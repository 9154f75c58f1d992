"""What the notes are run by."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone

from apps.devices.operations import forget_expired, revoke_batch

# Long enough that whoever looks into a complaint still finds the session.
KEPT_FOR: Final = timedelta(days=7)
_BATCH: Final = 1000


def forget() -> None:
    """Run the topic `devices.forget_expired`: clear away what was good for minutes."""
    before = timezone.now() - KEPT_FOR
    while forget_expired(before=before, limit=_BATCH) >= _BATCH:
        pass


def revoke_many(*, order_id: str) -> None:
    """Run the topic `devices.revoke_many`: batch after batch, each at its own moment."""
    while revoke_batch(order_id=UUID(order_id), now=timezone.now()).ended_at is None:
        pass
