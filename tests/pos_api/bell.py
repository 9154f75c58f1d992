"""A worker for tests: each note that is rung for is run at once, in a thread of its own."""

import threading
from uuid import UUID

from django.db import connections
from django.utils import timezone

from apps.outbox.operations import run_message

_working: list[threading.Thread] = []


def ring(*, message_id: UUID, topic: str) -> None:
    """Run the note; this is what OUTBOX_DOORBELL names."""
    thread = threading.Thread(target=_run, args=(message_id,), name=topic)
    thread.start()
    # Afterwards: whoever waits meanwhile must not find one that has not begun.
    _working.append(thread)


def wait_until_done() -> None:
    """Return when everything has been done, also what was rung for meanwhile."""
    while _working:
        _working.pop().join(30)


def _run(message_id: UUID) -> None:
    try:
        run_message(message_id=message_id, now=timezone.now())
    finally:
        connections.close_all()
