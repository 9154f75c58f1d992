"""The process that finds what nobody looked at."""

import logging
import signal
import threading
from argparse import ArgumentParser
from datetime import timedelta
from types import FrameType

from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from apps.outbox.operations import sweep

logger = logging.getLogger(__name__)


class Command(BaseCommand):
    """Stops between two sweeps when it is told to; a note that is running is finished first."""

    help = "Run overdue outbox messages, with or without a broker, until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="one sweep, then stop")
        parser.add_argument("--limit", type=int, default=20, help="messages per sweep")
        parser.add_argument("--pause", type=float, default=1.0, help="seconds to wait when nothing was found")
        parser.add_argument("--grace", type=float, default=2.0, help="seconds that a fresh message waits for a worker")

    def handle(self, *, once: bool, limit: int, pause: float, grace: float, **options: object) -> None:
        if once:
            found = sweep(now=timezone.now(), limit=limit, grace=timedelta(seconds=grace))
            self.stdout.write(f"{found} run")
            return
        stop = threading.Event()

        def asked(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, asked)
        signal.signal(signal.SIGINT, asked)
        self.stdout.write("sweeping")
        self.stdout.flush()
        while not stop.is_set():
            if not _sweep_once(limit=limit, grace=timedelta(seconds=grace)):
                stop.wait(pause)
        self.stdout.write("stopped")


def _sweep_once(*, limit: int, grace: timedelta) -> int:
    try:
        return sweep(now=timezone.now(), limit=limit, grace=grace)
    except (OperationalError, InterfaceError):
        # PostgreSQL is restarting: the notes are still there when it is back.
        logger.warning("sweeper waits for the database", exc_info=True)
        return 0
    finally:
        close_old_connections()
