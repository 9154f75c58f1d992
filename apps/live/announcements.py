"""A request waits for its outcome on a Redis list of its own; whoever settles it pushes to all of them.

A list and not a subscription: it keeps the announcement for a waiter that listens a moment too late, and costs half.
"""

import logging
import secrets
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

import redis

from apps.live.connection import PATIENCE_SECONDS, live_redis

logger = logging.getLogger(__name__)

# Longer than any request waits (30 s), so that what nobody collects goes away by itself.
LIFETIME_SECONDS: Final = 60
# How often a waiter looks by itself while Redis is away.
FALLBACK_SECONDS: Final = 0.25

# In one step on the server, so that a waiter that registers meanwhile is either seen or reads the row afterwards.
_PUSH_TO_ALL: Final = """
redis.call('RPUSH', KEYS[2], '1')
redis.call('EXPIRE', KEYS[2], ARGV[1])
local lists = redis.call('SMEMBERS', KEYS[1])
for _, list in ipairs(lists) do
    redis.call('RPUSH', list, '1')
    redis.call('EXPIRE', list, ARGV[1])
end
return #lists
"""


def _waiters(subject: str) -> str:
    return f"live:waiters:{subject}"


def _of_the_maker(subject: str) -> str:
    return f"live:maker:{subject}"


def announce(subject: str) -> int:
    """Wake everybody who waits for the subject, after the commit; return how many had registered, 0 without Redis."""
    keys = (_waiters(subject), _of_the_maker(subject))
    try:
        told: int = live_redis().eval(_PUSH_TO_ALL, len(keys), *keys, str(LIFETIME_SECONDS))
    except redis.RedisError as error:
        logger.warning("announcement not delivered", extra={"subject": subject, "error": type(error).__name__})
        return 0
    return told


class Waiter:
    """Somebody who waits for a subject; made by `waiting_for` or `maker_of`."""

    def __init__(self, subject: str, list_name: str, *, is_registered: bool) -> None:
        self.subject = subject
        self.list_name = list_name
        self.is_registered = is_registered

    def wait(self, timeout_seconds: float) -> bool:
        """Return True when it is time to read the row again, False when the time is up without an announcement.

        Without Redis it returns True every 250 ms, which makes the caller's loop a slow poll.
        """
        deadline = time.monotonic() + timeout_seconds
        while (left := deadline - time.monotonic()) > 0:
            if not self.is_registered:
                time.sleep(min(FALLBACK_SECONDS, left))
                return True
            try:
                # In slices below the socket's patience: a Redis that dies silently is noticed within one of them.
                # Never 0, which Redis takes for ever.
                pause = max(0.01, min(left, PATIENCE_SECONDS / 2))
                if live_redis().blpop([self.list_name], timeout=pause) is not None:
                    return True
            except redis.RedisError:
                self.is_registered = False
        return False


def maker_of(subject: str) -> Waiter:
    """Return the waiter of the one request that makes the subject: it is told without registering, which takes time.

    Each announcement is kept for it for a minute, and told once; a second such waiter would take it away.
    """
    return Waiter(subject, _of_the_maker(subject), is_registered=True)


@contextmanager
def waiting_for(subject: str) -> Iterator[Waiter]:
    """Register as a waiter. Do so before reading the row: an announcement in between is then kept, not missed."""
    list_name = f"live:waiter:{secrets.token_hex(8)}"
    name = _waiters(subject)
    try:
        with live_redis().pipeline(transaction=False) as pipeline:
            _forget_finished(pipeline)
            pipeline.sadd(name, list_name)
            pipeline.expire(name, LIFETIME_SECONDS)
            pipeline.execute()
        waiter = Waiter(subject, list_name, is_registered=True)
    except redis.RedisError:
        waiter = Waiter(subject, list_name, is_registered=False)
    try:
        yield waiter
    finally:
        # Whoever waited has an answer to give now. The next one in this process clears up, or it expires.
        _finished.append((name, list_name))


# Of a set and a list each; what falls out at the far end expires.
_finished: Final[deque[tuple[str, str]]] = deque(maxlen=1000)


# Any: the client's pipelines have no types.
def _forget_finished(pipeline: Any) -> None:
    """Take away what finished waiters of this process have left, with the commands that are sent anyway."""
    while _finished:
        try:
            name, list_name = _finished.popleft()
        except IndexError:
            # Another thread was quicker.
            return
        pipeline.srem(name, list_name)
        pipeline.delete(list_name)
