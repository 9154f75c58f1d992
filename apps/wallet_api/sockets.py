"""The wallet's socket: a phone that is online hears at once that there is something to read.

Everything that is sent is a hint with a number; the truth is read by `events?after=`. The phone says two things only:
its ticket, and that it is still there.
"""

import asyncio
import contextlib
import json
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Collection, Mapping
from enum import IntEnum
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit
from uuid import UUID

from channels.consumer import get_handler_name
from channels.db import database_sync_to_async
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.http.request import validate_host
from django.utils import timezone

from apps.customers.states import CustomerStatus
from apps.customers.topics import customer_stream
from apps.devices.models import Device
from apps.devices.operations import take_socket_ticket
from apps.devices.states import DeviceStatus
from apps.kernel.errors import DomainError
from apps.live.groups import EVERYBODY, device_group, stream_group
from apps.live.open_sockets import OpenSockets
from apps.live.queries import last_number
from apps.rest.strict_json import parse_document

logger = logging.getLogger(__name__)

TICKET_WITHIN_SECONDS: Final = 5.0
# Whoever said once that it is there says so again within this, or is gone: a phone that lost its network hangs up on
# nobody, and must not count as online. Longer than the minute that browsers give to pages in the background.
PING_WITHIN_SECONDS: Final = 90.0
# How long a message may take to somebody who reads nothing.
SENT_WITHIN_SECONDS: Final = 10.0
LARGEST_MESSAGE_BYTES: Final = 4 * 1024
LONGEST_TICKET: Final = 200
MESSAGES_PER_SECOND: Final = 20
# How long a flood is read on before it is closed, and how long a pause ends it.
READ_ON_SECONDS: Final = 1.0
QUIET_SECONDS: Final = 0.05
PING: Final = {"type": "ping"}
# Any: ASGI passes values of many types.
Receive = Callable[[], Awaitable[Mapping[str, Any]]]


class Close(IntEnum):
    """Why a socket was closed; part of the API."""

    NOT_TEXT = 1003
    TOO_LARGE = 1009
    TRY_AGAIN = 1013
    MALFORMED = 4400
    UNAUTHORISED = 4401
    FORBIDDEN = 4403
    SILENT = 4408
    TOO_MANY_SOCKETS = 4409
    TOO_MANY_MESSAGES = 4429


# In any free thread, and with the connection given back afterwards: the one thread that all of Django shares would let
# five hundred phones that come back after an outage wait for each other.
_take_ticket = database_sync_to_async(take_socket_ticket, thread_sensitive=False)
_last_number = database_sync_to_async(last_number, thread_sensitive=False)


def _still_welcome(devices: Collection[UUID]) -> set[UUID]:
    active = Device.objects.filter(id__in=devices, status=DeviceStatus.ACTIVE)
    return set(active.exclude(customer__status=CustomerStatus.CLOSED).values_list("id", flat=True))


open_sockets: Final = OpenSockets(database_sync_to_async(_still_welcome, thread_sensitive=False))


# Any: channels has no types, and ASGI passes values of many.
class WalletSocket(AsyncWebsocketConsumer):  # type: ignore[misc]
    """One socket of one device, for as long as it lives; another customer needs another socket."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Start as a stranger."""
        super().__init__(*args, **kwargs)
        self.device: Device | None = None
        self.last_seq = 0
        self._close_code: int | None = None
        self._recent: deque[float] = deque(maxlen=MESSAGES_PER_SECOND)
        self._timer: asyncio.Task[None] | None = None

    async def __call__(
        self,
        scope: Mapping[str, Any],
        receive: Receive,
        send: Callable[[Mapping[str, Any]], Awaitable[None]],
    ) -> None:
        """Serve the socket; whatever ends it, nothing of it stays behind."""
        try:
            await super().__call__(scope, receive, send)
            if self._close_code is not None:
                await self._part(self._close_code, receive)
        finally:
            if self._timer is not None:
                self._timer.cancel()
            await self._leave()

    async def _part(self, code: int, receive: Receive) -> None:
        """Close, after the last receive: under a pending one the server keeps the close frame to itself."""
        if code == Close.TOO_MANY_MESSAGES and not await _read_on(receive):
            return
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self.close(code=code), SENT_WITHIN_SECONDS)

    async def dispatch(self, message: Mapping[str, Any]) -> None:
        """Handle one message; unlike the base class without asking Django's shared thread about its connections."""
        await getattr(self, get_handler_name(message))(message)

    async def connect(self) -> None:
        """Accept the phone and wait for its ticket."""
        if not has_own_origin(self.scope["headers"]):
            await self.close()
            raise StopConsumer
        await self.accept()
        if self.scope["query_string"]:
            # Addresses end up in logs: a ticket that came there is not taken.
            self._end(Close.UNAUTHORISED)
        self._expect_within(TICKET_WITHIN_SECONDS, Close.UNAUTHORISED)

    async def disconnect(self, code: int) -> None:
        """Stop."""
        raise StopConsumer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take the ticket or a ping; close for anything else."""
        now = asyncio.get_running_loop().time()
        if len(self._recent) == MESSAGES_PER_SECOND and now - self._recent[0] < 1:
            self._end(Close.TOO_MANY_MESSAGES)
        self._recent.append(now)
        if text_data is None:
            self._end(Close.NOT_TEXT)
        body = text_data.encode()
        if len(body) > LARGEST_MESSAGE_BYTES:
            self._end(Close.TOO_LARGE)
        try:
            message = parse_document(body, limit_bytes=LARGEST_MESSAGE_BYTES)
        except DomainError:
            self._end(Close.MALFORMED)
        if self.device is None:
            await self._come_in(message)
        elif message == PING:
            self._expect_within(PING_WITHIN_SECONDS, Close.SILENT)
            await self._tell(type="pong")
        else:
            # There is nothing to subscribe to: a device hears of its own customer, and whatever else is asked for is
            # answered alike, whether it exists or not.
            self._end(Close.FORBIDDEN)

    async def _come_in(self, message: Mapping[str, object]) -> None:
        if self._timer is not None:
            self._timer.cancel()
        ticket = message.get("ticket")
        if not isinstance(ticket, str) or len(ticket) > LONGEST_TICKET or len(message) != 1:
            self._end(Close.UNAUTHORISED)
        try:
            device = await _take_ticket(ticket=ticket, now=timezone.now())
            if device is None:
                self._end(Close.UNAUTHORISED)
            await self._join(device)
        except (OperationalError, InterfaceError):
            logger.warning("socket waits for the database", exc_info=True)
            self._end(Close.TRY_AGAIN)

    async def _join(self, device: Device) -> None:
        stream = customer_stream(device.customer_id)
        self.device = device
        for group in (stream_group(stream), device_group(str(device.id)), EVERYBODY):
            await self.channel_layer.group_add(group, self.channel_name)
            self.groups.append(group)
        # The groups first: what happens between the two is heard, and its number is higher.
        self.last_seq = await _last_number(stream)
        await open_sockets.join(device.id, self.channel_name)
        await self._tell(type="ready", seq=self.last_seq)

    async def _leave(self) -> None:
        for group in self.groups:
            await self.channel_layer.group_discard(group, self.channel_name)
        if self.device is not None:
            await open_sockets.leave(self.device.id, self.channel_name)

    async def live_hint(self, message: Mapping[str, Any]) -> None:
        """Pass a hint on, unless a later one went out already: numbers only grow here."""
        if message["seq"] <= self.last_seq:
            return
        self.last_seq = message["seq"]
        subjects = {name: message["facts"][name] for name in ("payment", "device") if message["facts"].get(name)}
        await self._tell(seq=message["seq"], type=message["kind"], at=message["at"], **subjects)

    async def live_resync(self, message: Mapping[str, Any]) -> None:
        """Say that hints may have been missed."""
        await self._tell(type="resync", seq=self.last_seq)

    async def live_close(self, message: Mapping[str, Any]) -> None:
        """Close: the device was stopped, it opened too many sockets, or it brought no ticket."""
        self._end(message["code"])

    async def _tell(self, **members: object) -> None:
        text = json.dumps(members, separators=(",", ":"))
        try:
            await asyncio.wait_for(self.send(text_data=text), SENT_WITHIN_SECONDS)
        except TimeoutError:
            self._end(Close.TRY_AGAIN)

    def _end(self, code: int) -> NoReturn:
        """Stop handling messages; the close frame follows."""
        self._close_code = code
        raise StopConsumer

    def _expect_within(self, seconds: float, code: int) -> None:
        """Close with the code unless something else is expected before the time is up."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.create_task(self._lose_patience(seconds, code))

    async def _lose_patience(self, seconds: float, code: int) -> None:
        await asyncio.sleep(seconds)
        await self.channel_layer.send(self.channel_name, {"type": "live.close", "code": code})


async def _read_on(receive: Receive) -> bool:
    """Read what is on its way, for a moment, and say whether the client is still there.

    With unread messages the connection would break, and take the close code along.
    """
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READ_ON_SECONDS):
            while (await asyncio.wait_for(receive(), QUIET_SECONDS))["type"] != "websocket.disconnect":
                pass
            return False
    return True


def has_own_origin(headers: Collection[tuple[bytes, bytes]]) -> bool:
    """Say whether the page that opens the socket is ours. A native app has no Origin; a sandboxed page says null."""
    origins = [value for name, value in headers if name.lower() == b"origin"]
    if not origins:
        return True
    if len(origins) > 1:
        return False
    try:
        origin = urlsplit(origins[0].decode("ascii"))
        host = origin.hostname or ""
    except ValueError:
        return False
    if origin.scheme not in ("http", "https") or not host:
        return False
    return validate_host(f"[{host}]" if ":" in host else host, settings.ALLOWED_HOSTS)
