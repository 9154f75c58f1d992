"""The clock: leaves the notes of TIMED_NOTES, and does nothing else. `python -m mpayment.beat`.

It holds no schedule of its own: each topic is due when the process starts and then every interval, so handlers must
bear being run early and twice. One that was not run yet is not left again.
"""

import logging
import os
import signal
import threading
from collections.abc import Mapping
from datetime import datetime, timedelta
from types import FrameType
from typing import Final

import django
from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections, connection, transaction
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mpayment.settings")
django.setup()

# After the line above, without which no model can be imported.
from apps.outbox.models import Message  # noqa: E402
from apps.outbox.operations import leave_message  # noqa: E402

logger = logging.getLogger("mpayment.beat")

PAUSE_SECONDS: Final = 1.0
# Keeps our advisory locks apart from those of others in the same database.
LOCK_SPACE: Final = 0x62656174


class Beat:
    """Remembers when each topic is due next."""

    def __init__(self, intervals: Mapping[str, timedelta]) -> None:
        self._intervals = dict(intervals)
        self._next_at: dict[str, datetime] = {}

    def tick(self, now: datetime) -> list[str]:
        """Leave the notes that are due, and return their topics."""
        left = []
        for topic, interval in self._intervals.items():
            if now >= self._next_at.get(topic, now):
                if leave_timed_note(topic, now):
                    left.append(topic)
                self._next_at[topic] = now + interval
        return left


def leave_timed_note(topic: str, now: datetime) -> bool:
    """Leave a note without arguments, unless one of that topic is still waiting; say whether it did."""
    with transaction.atomic():
        # A second clock on another machine looks after the first has written.
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, topic])
        if Message.objects.filter(topic=topic, done_at__isnull=True).exists():
            return False
        leave_message(topic=topic, arguments={}, now=now)
    return True


def main() -> None:
    """Tick every second until SIGTERM or SIGINT."""
    stop = threading.Event()

    def asked(number: int, frame: FrameType | None) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, asked)
    beat = Beat(settings.TIMED_NOTES)
    # Not logged: whoever starts it waits for this line, whatever the log level.
    print("beat ready", flush=True)
    while not stop.wait(PAUSE_SECONDS):
        try:
            beat.tick(timezone.now())
        except (OperationalError, InterfaceError):
            logger.warning("beat waits for the database", exc_info=True)
        finally:
            close_old_connections()


if __name__ == "__main__":
    main()
