"""Says when somebody comes too often: buckets of tokens, in Redis for all processes together.

Each process counts for itself while Redis is away. That is a looser limit, and the way stays open.
"""

import logging
import threading
import time
from dataclasses import dataclass
from typing import Final

import redis

from apps.live.connection import live_redis
from apps.rest.errors import TooManyRequests

logger = logging.getLogger(__name__)

# After Redis failed it is left alone for so long: a till that pays must not pay for our patience at every call.
AWAY_SECONDS: Final = 5.0
# More buckets than tills; above it the local ones are emptied, which errs on the open side.
MOST_LOCAL_BUCKETS: Final = 10_000

# All buckets give or none does, by the clock of Redis. Nothing is written where nothing is taken.
_DRAW: Final = """
local time = redis.call('TIME')
local now = tonumber(time[1]) + tonumber(time[2]) / 1000000
local wait, least, left = 0, nil, {}
for i, key in ipairs(KEYS) do
    local rate, burst, tokens = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
    local known = redis.call('HMGET', key, 'left', 'at')
    left[i] = burst
    if known[1] then
        left[i] = math.min(burst, tonumber(known[1]) + math.max(0, now - tonumber(known[2])) * rate)
    end
    wait = math.max(wait, (math.max(tokens, 1) - left[i]) / rate)
end
for i, key in ipairs(KEYS) do
    local rate, burst, tokens = tonumber(ARGV[3 * i - 2]), tonumber(ARGV[3 * i - 1]), tonumber(ARGV[3 * i])
    if wait <= 0 and tokens > 0 then
        left[i] = left[i] - tokens
        redis.call('HSET', key, 'left', string.format('%.6f', left[i]), 'at', string.format('%.6f', now))
        redis.call('EXPIRE', key, math.ceil(burst / rate) + 1)
    end
    least = math.min(least or left[i], left[i])
end
return {string.format('%.6f', wait), string.format('%.6f', least)}
"""


@dataclass(frozen=True, slots=True)
class Rate:
    """So many a second for as long as one likes, and so many at once after a pause."""

    per_second: float
    at_once: int


@dataclass(frozen=True, slots=True)
class Draw:
    """Tokens to be taken from the bucket of this name; none asks only whether there is one."""

    bucket: str
    rate: Rate
    tokens: int = 1


@dataclass(frozen=True, slots=True)
class Drawn:
    """How long to wait before trying again, 0 if all tokens were given; and what is left where least is left."""

    wait_seconds: float
    left: float


def draw(*draws: Draw) -> Drawn:
    """Take the tokens from all buckets, or none at all."""
    if not _redis_is_away():
        try:
            return _draw_from_redis(draws)
        except redis.RedisError as error:
            _leave_redis_alone(error)
    return _local.draw(draws, time.monotonic())


def require(*draws: Draw) -> None:
    """Take the tokens from all buckets. Raises TooManyRequests, which says when to come again, and takes none."""
    drawn = draw(*draws)
    if drawn.wait_seconds > 0:
        raise TooManyRequests(retry_after_seconds=drawn.wait_seconds)


def _draw_from_redis(draws: tuple[Draw, ...]) -> Drawn:
    keys = [f"rate:{each.bucket}" for each in draws]
    arguments = [str(value) for each in draws for value in (each.rate.per_second, each.rate.at_once, each.tokens)]
    wait, left = live_redis().eval(_DRAW, len(keys), *keys, *arguments)
    return Drawn(max(0.0, float(wait)), float(left))


class LocalBuckets:
    """The buckets of this process; what is not there is full."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._buckets: dict[str, tuple[float, float]] = {}

    def draw(self, draws: tuple[Draw, ...], now: float) -> Drawn:
        """Do what the script in Redis does, at this moment of a clock that never goes back."""
        with self._lock:
            left = [self._left(each, now) for each in draws]
            wait = max(
                (max(each.tokens, 1) - found) / each.rate.per_second for each, found in zip(draws, left, strict=True)
            )
            if wait > 0:
                return Drawn(wait, min(left))
            if len(self._buckets) > MOST_LOCAL_BUCKETS:
                self._buckets.clear()
            left = [found - each.tokens for each, found in zip(draws, left, strict=True)]
            for each, found in zip(draws, left, strict=True):
                self._buckets[each.bucket] = (found, now)
            return Drawn(0.0, min(left))

    def _left(self, each: Draw, now: float) -> float:
        left, at = self._buckets.get(each.bucket, (float(each.rate.at_once), now))
        return min(float(each.rate.at_once), left + (now - at) * each.rate.per_second)


_local = LocalBuckets()
_away_until = 0.0


def _redis_is_away() -> bool:
    return time.monotonic() < _away_until


def _leave_redis_alone(error: redis.RedisError) -> None:
    global _away_until
    _away_until = time.monotonic() + AWAY_SECONDS
    logger.warning("rates are counted per process", extra={"error": type(error).__name__})
