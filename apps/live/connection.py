"""One connection pool to Redis per process, with short patience."""

from functools import lru_cache

import redis
from django.conf import settings

# Redis is a doorbell on the same site. One that does not answer within this is treated as away.
PATIENCE_SECONDS = 0.5


@lru_cache(maxsize=4)
def _client(url: str) -> redis.Redis:
    # No retries: whoever rings has a fallback, and a till is waiting.
    return redis.Redis.from_url(
        url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS, retry=None, decode_responses=True
    )


def live_redis() -> redis.Redis:
    """Return the process's client; calls raise redis.RedisError when Redis is away."""
    return _client(settings.REDIS_URL)
