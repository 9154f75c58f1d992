"""The bridge of a process that holds sockets: what Redis tells goes on to the groups of this process.

One subscription per process, whatever the number of sockets. Consumers handle three messages: `live.hint` with seq,
kind, at and facts; `live.close` with a code; `live.resync`, which says that hints may have been missed.
"""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, Final

import redis.asyncio
from channels.layers import get_channel_layer
from django.conf import settings
from redis.asyncio.client import PubSub
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from apps.live.commands import CLOSE, COMMANDS
from apps.live.connection import PATIENCE_SECONDS
from apps.live.groups import EVERYBODY, device_group, stream_group
from apps.live.hints import HINTS

logger = logging.getLogger(__name__)

CHANNELS: Final = (HINTS, COMMANDS)
FIRST_DELAY_SECONDS: Final = 0.1
LONGEST_DELAY_SECONDS: Final = 1.0
# What a socket is closed with when its device was stopped.
UNAUTHORISED: Final = 4401


class Bridge:
    """Keeps itself connected for as long as the event loop runs."""

    def __init__(self) -> None:
        self.is_connected = False
        # Grows with each connection: who saw a lower number has missed something, however short it was.
        self.connections = 0
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Run in this event loop, unless it runs already."""
        if self._task is None or self._task.done() or self._task.get_loop() is not asyncio.get_running_loop():
            self._task = asyncio.get_running_loop().create_task(self._run(), name="live bridge")

    async def _run(self) -> None:
        delay = FIRST_DELAY_SECONDS
        while True:
            try:
                async with self._subscription() as subscription:
                    self.is_connected = True
                    self.connections += 1
                    delay = FIRST_DELAY_SECONDS
                    # Also the first time: a socket may have been open before us.
                    await _send(EVERYBODY, {"type": "live.resync"})
                    await self._pass_on(subscription)
            except (redis.RedisError, OSError) as error:
                logger.warning("bridge lost", extra={"error": type(error).__name__})
            except Exception:
                # At this edge: without the bridge no socket hears anything until the process ends.
                logger.exception("bridge failed")
            finally:
                self.is_connected = False
            # Not all processes at the same moment.
            await asyncio.sleep(delay * random.uniform(0.5, 1))  # noqa: S311  # nothing secret
            delay = min(delay * 2, LONGEST_DELAY_SECONDS)

    @asynccontextmanager
    async def _subscription(self) -> AsyncIterator[PubSub]:
        client = redis.asyncio.Redis.from_url(
            settings.REDIS_URL,
            socket_connect_timeout=PATIENCE_SECONDS,
            socket_timeout=PATIENCE_SECONDS,
            # One failure is the end of this subscription: what was missed meanwhile must be told.
            retry=Retry(NoBackoff(), 0),
            decode_responses=True,
        )
        async with client, client.pubsub() as subscription:
            await subscription.subscribe(*CHANNELS)
            for _ in CHANNELS:
                # Only from the answer on nothing is missed.
                await _next_message(subscription)
            logger.info("bridge connected")
            yield subscription

    async def _pass_on(self, subscription: PubSub) -> None:
        while True:
            message = await _next_message(subscription)
            if message["type"] == "message":
                try:
                    await _dispatch(message["channel"], message["data"])
                except (ValueError, TypeError, KeyError):
                    logger.warning("message not understood", extra={"channel": message["channel"]})


# Any: redis-py's messages are dictionaries of many kinds.
async def _next_message(subscription: PubSub) -> dict[str, Any]:
    """Return the next message or pong; redis.TimeoutError if a question is not answered either."""
    message = await subscription.get_message(timeout=PATIENCE_SECONDS)
    if message is None:
        # A Redis that died without a word would be silent for ever.
        await subscription.ping()
        message = await subscription.get_message(timeout=PATIENCE_SECONDS)
    if message is None:
        raise redis.TimeoutError("Redis is silent")
    return dict(message)


async def _dispatch(channel: str, text: str) -> None:
    fields = json.loads(text)
    if channel == HINTS:
        hint = {name: fields[name] for name in ("seq", "kind", "at", "facts")}
        if not isinstance(hint["seq"], int) or not isinstance(hint["facts"], dict):
            raise TypeError("not a hint")
        await _send(stream_group(fields["stream"]), {"type": "live.hint", **hint})
    elif fields["command"] == CLOSE:
        await _send(device_group(fields["device"]), {"type": "live.close", "code": UNAUTHORISED})


async def _send(group: str, message: dict[str, Any]) -> None:
    layer = get_channel_layer()
    if layer is not None:
        await layer.group_send(group, message)


bridge: Final = Bridge()
