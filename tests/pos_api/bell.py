"""A worker for tests: each note that is rung for is run at once, in a thread of its own."""

import threading
from collections.abc import Mapping
from uuid import UUID

from django.db import connections
from django.utils import timezone

from apps.outbox.operations import run_rung

_working: list[threading.Thread] = []


def ring(*, message_id: UUID, topic: str, arguments: Mapping[str, str | int]) -> None:
    """Run the note; this is what OUTBOX_DOORBELL names."""
    thread = threading.Thread(target=_run, args=(message_id, topic, arguments), name=topic)
    thread.start()
    # Afterwards: whoever waits meanwhile must not find one that has not begun.
    _working.append(thread)


def wait_until_done() -> None:
    """Return when everything has been done, also what was rung for meanwhile."""
    while _working:
        _working.pop().join(30)


def _run(message_id: UUID, topic: str, arguments: Mapping[str, str | int]) -> None:
    try:
        run_rung(message_id=message_id, topic=topic, arguments=arguments, now=timezone.now())
    finally:
        connections.close_all()
