"""The sockets that this process holds, by device: their number, their presence, and whether they may stay."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Collection
from typing import Final, TypeVar
from uuid import UUID

from asgiref.sync import sync_to_async
from channels.exceptions import ChannelFull
from channels.layers import get_channel_layer

from apps.live.bridge import UNAUTHORISED, bridge
from apps.live.presence import end_presence, note_presences

logger = logging.getLogger(__name__)

SOCKETS_PER_DEVICE: Final = 3
PRESENCE_EVERY_SECONDS: Final = 10.0
# The command is the way; the question finds what a command could not reach, and is asked of all devices at once.
ASK_EVERY_SECONDS: Final = 30.0
ASK_EVERY_SECONDS_WITHOUT_BRIDGE: Final = 1.0
_TICK_SECONDS: Final = 0.25
# A socket too many.
DISPLACED: Final = 4409

Argument = TypeVar("Argument")
Welcome = Callable[[Collection[UUID]], Awaitable[Collection[UUID]]]  # returns those devices that may stay


class OpenSockets:
    """Not for threads: all of it happens in the event loop of the process."""

    def __init__(self, welcome: Welcome) -> None:
        """`welcome` is asked now and then which of the devices may still be connected."""
        self._welcome = welcome
        self._channels: dict[UUID, list[str]] = {}
        self._has_newcomers = False
        self._keeper: asyncio.Task[None] | None = None

    async def join(self, device: UUID, channel: str) -> None:
        """Count the socket in, close the device's oldest one if there are more than three, and say it is present."""
        channels = self._channels.setdefault(device, [])
        channels.append(channel)
        # It may have been stopped after it was let in, and before a command could reach it.
        self._has_newcomers = True
        while len(channels) > SOCKETS_PER_DEVICE:
            await _close(channels.pop(0), DISPLACED)
        if self._keeper is None or self._keeper.done():
            self._keeper = asyncio.get_running_loop().create_task(self._keep(), name="open sockets")
        if bridge.is_connected:
            # Otherwise nobody waits for a Redis that is away; the keeper says it when the bridge is back.
            await _in_a_thread(note_presences, [str(device)])

    async def leave(self, device: UUID, channel: str) -> None:
        """Count the socket out; with the last one the device is no longer present. Safe twice."""
        channels = self._channels.get(device, [])
        if channel in channels:
            channels.remove(channel)
        if channels or self._channels.pop(device, None) is None or not bridge.is_connected:
            return
        await _in_a_thread(end_presence, str(device))
        if device in self._channels:
            # It came back while we said that it had gone.
            await _in_a_thread(note_presences, [str(device)])

    async def _keep(self) -> None:
        noted_at = asked_at = time.monotonic()
        known = (bridge.is_connected, bridge.connections)
        while self._channels:
            await asyncio.sleep(_TICK_SECONDS)
            now, is_connected = time.monotonic(), bridge.is_connected
            # Lost or back: either way a command may have been missed.
            state = (is_connected, bridge.connections)
            has_changed, known = state != known, state
            try:
                if is_connected and (has_changed or now - noted_at >= PRESENCE_EVERY_SECONDS):
                    noted_at = now
                    await _in_a_thread(note_presences, [str(device) for device in self._channels])
                patience = ASK_EVERY_SECONDS if is_connected else ASK_EVERY_SECONDS_WITHOUT_BRIDGE
                if has_changed or self._has_newcomers or now - asked_at >= patience:
                    asked_at, self._has_newcomers = now, False
                    await self._close_unwelcome()
            except Exception:
                # At this edge: whatever failed is tried again, and the sockets stay.
                logger.warning("open sockets not looked after", exc_info=True)

    async def _close_unwelcome(self) -> None:
        devices = set(self._channels)
        for device in devices - set(await self._welcome(devices)):
            for channel in list(self._channels.get(device, [])):
                await _close(channel, UNAUTHORISED)


async def _close(channel: str, code: int) -> None:
    layer = get_channel_layer()
    if layer is None:
        return
    try:
        await layer.send(channel, {"type": "live.close", "code": code})
    except ChannelFull:
        # It does not read; the next question finds it again.
        logger.warning("socket not told to close")


async def _in_a_thread(function: Callable[[Argument], object], argument: Argument) -> None:
    # Any thread, not the one that all of Django shares: a slow question there would hold up every socket.
    await sync_to_async(function, thread_sensitive=False)(argument)
