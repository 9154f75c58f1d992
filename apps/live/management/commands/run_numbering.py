"""The process that gives events their numbers."""

import logging
import signal
import threading
from argparse import ArgumentParser
from types import FrameType
from typing import Final

import redis
from django.core.management.base import BaseCommand
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from apps.live.bell import await_ring
from apps.live.operations import number_events

logger = logging.getLogger(__name__)

BREATH_SECONDS: Final = 0.02


class Command(BaseCommand):
    """Any number of them may run: they take turns."""

    help = "Give numbers to committed events, when rung and every second, until SIGTERM."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--once", action="store_true", help="number what is there, then stop")
        parser.add_argument("--limit", type=int, default=500, help="events per transaction")
        parser.add_argument("--pause", type=float, default=1.0, help="seconds to wait for a ring before looking again")

    def handle(self, *, once: bool, limit: int, pause: float, **options: object) -> None:
        if once:
            total = 0
            while numbered := number_events(now=timezone.now(), limit=limit):
                total += numbered
            self.stdout.write(f"{total} numbered")
            return
        stop = threading.Event()

        def asked(number: int, frame: FrameType | None) -> None:
            stop.set()

        signal.signal(signal.SIGTERM, asked)
        signal.signal(signal.SIGINT, asked)
        self.stdout.write("numbering")
        self.stdout.flush()
        while not stop.is_set():
            # A full batch means that there may be more; only then nobody waits for the bell.
            if _number_once(limit) < limit:
                _wait(pause, stop)
        self.stdout.write("stopped")


def _number_once(limit: int) -> int:
    try:
        return number_events(now=timezone.now(), limit=limit)
    except (OperationalError, InterfaceError):
        # PostgreSQL is restarting: the events still wait when it is back.
        logger.warning("numbering waits for the database", exc_info=True)
        return 0
    finally:
        close_old_connections()


def _wait(pause: float, stop: threading.Event) -> None:
    try:
        if await_ring(pause):
            # What one purchase writes is numbered at once, and whoever waits at a till goes first.
            stop.wait(BREATH_SECONDS)
    except redis.RedisError as error:
        logger.warning("numbering has no bell", extra={"error": type(error).__name__})
        stop.wait(pause)
