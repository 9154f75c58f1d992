"""The bell of the numbering process: rung after the commit of an event, and not missed when nobody answers."""

import logging
import time
from functools import lru_cache
from typing import Final

import redis
from django.conf import settings

from apps.live.connection import PATIENCE_SECONDS, live_redis

logger = logging.getLogger(__name__)

BELL: Final = "live:numbering"
# After a failure nobody rings for so long, so that a dead Redis costs one event half a second and not every event.
SILENCE_SECONDS: Final = 2.0


class Bell:
    """Rings for the numbering, or quickly does not."""

    def __init__(self) -> None:
        self._silent_until = 0.0

    def ring(self) -> bool:
        """Ring, and say whether anybody can have heard it; never raise."""
        if time.monotonic() < self._silent_until:
            return False
        try:
            with live_redis().pipeline(transaction=False) as pipeline:
                # One ring is as good as a hundred, and the list must not grow while nobody listens.
                pipeline.rpush(BELL, "1")
                pipeline.ltrim(BELL, -1, -1)
                pipeline.execute()
        except redis.RedisError as error:
            self._silent_until = time.monotonic() + SILENCE_SECONDS
            logger.warning("numbering not rung", extra={"error": type(error).__name__})
            return False
        return True


_bell: Final = Bell()


def ring_numbering() -> bool:
    """Say that there is something to number."""
    return _bell.ring()


@lru_cache(maxsize=4)
def _patient_client(url: str, patience_seconds: float) -> redis.Redis:
    return redis.Redis.from_url(
        url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=patience_seconds, retry=None
    )


def await_ring(timeout_seconds: float) -> bool:
    """Wait for a ring, at most so long, and say whether there was one; redis.RedisError when Redis is away."""
    # The socket waits longer than the server, or a quiet second would look like a Redis that died.
    client = _patient_client(settings.REDIS_URL, timeout_seconds + PATIENCE_SECONDS)
    return client.blpop([BELL], timeout=timeout_seconds) is not None
