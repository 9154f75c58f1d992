"""The wallet's socket, on the real server, with a real Redis and a real database."""

import asyncio
import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings
from websockets.asyncio.client import connect as connect_async
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection

from apps.devices.models import Device
from apps.devices.states import DeviceStatus
from apps.live.commands import COMMANDS, close_sockets
from apps.live.connection import live_redis
from apps.live.hints import HINTS, Hint, publish_hints
from apps.live.operations import append_event, number_events
from apps.live.presence import is_present
from apps.live.queries import events_after
from stack import Places, Redis
from tests.live.socket_server import SocketServer, new_device, old_ticket, ticket_of, used_ticket

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(scope="module")
def running(django_db_setup: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SocketServer]:
    place = tmp_path_factory.mktemp("sockets")
    with Redis(Places(place), durable=False) as redis:
        server = SocketServer(redis, place / "granian.log").start()
        yield server
        server.stop()
    # Whatever clients did, nothing of it was a surprise to the application.
    assert "Traceback" not in server.said()
    assert '"level":"error"' not in server.said()


@pytest.fixture
def server(running: SocketServer, settings: Settings) -> SocketServer:
    settings.REDIS_URL = running.redis.url()
    return running


@pytest.fixture
def phone() -> Device:
    return new_device()


@contextmanager
def let_in(server: SocketServer, device: Device) -> Iterator[ClientConnection]:
    """Open a socket with a fresh ticket, up to its `ready`."""
    with server.open() as socket:
        socket.send(json.dumps({"ticket": ticket_of(device)}))
        assert heard(socket)["type"] == "ready"
        yield socket


def heard(socket: ClientConnection, within: float = 5) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(socket.recv(timeout=within))
    return found


def close_code(socket: ClientConnection, within: float = 3) -> int | None:
    """Return the code that the server closed with; fail if it does not close in time."""
    deadline = time.monotonic() + within
    try:
        while True:
            socket.recv(timeout=max(0.01, deadline - time.monotonic()))
    except ConnectionClosed as end:
        return end.rcvd.code if end.rcvd else None


def until(condition: Any, within: float = 5) -> float:
    started = time.monotonic()
    while not condition():
        assert time.monotonic() - started < within, "not in time"
        time.sleep(0.02)
    return time.monotonic() - started


def stream_of(device: Device) -> str:
    return f"customer:{device.customer_id}"


def tell(to: Device, kind: str = "payment.captured", **facts: str) -> None:
    append_event(stream=stream_of(to), kind=kind, facts=facts, now=timezone.now())
    number_events(now=timezone.now(), limit=100)


# Who comes in (H01, H02, H05)


def test_a_ticket_opens_the_socket_and_the_first_answer_says_where_the_stream_is(
    server: SocketServer, phone: Device
) -> None:
    tell(phone)
    tell(phone)

    with server.open() as socket:
        socket.send(json.dumps({"ticket": ticket_of(phone)}))

        assert heard(socket) == {"type": "ready", "seq": 2}


def test_whoever_brings_no_ticket_within_five_seconds_is_closed(server: SocketServer) -> None:
    with server.open() as socket:
        started = time.monotonic()

        assert close_code(socket, within=8) == 4401
        assert 4.5 < time.monotonic() - started < 6.5


@pytest.mark.parametrize(
    "message",
    [
        {"ticket": "ticket_unknown"},
        {"ticket": ""},
        {"ticket": None},
        {"ticket": 7},
        {"ticket": ["ticket"]},
        {"ticket": "x" * 201},
        {"ticket": "\ud800"},
        {"type": "ping"},
        {},
    ],
)
def test_a_first_message_without_a_good_ticket_is_closed_like_any_other(
    server: SocketServer, message: dict[str, object]
) -> None:
    with server.open() as socket:
        socket.send(json.dumps(message))

        assert close_code(socket) == 4401


def test_a_used_or_an_old_ticket_opens_nothing(server: SocketServer, phone: Device) -> None:
    for ticket in (used_ticket(phone), old_ticket(phone)):
        with server.open() as socket:
            socket.send(json.dumps({"ticket": ticket}))

            assert close_code(socket) == 4401


@pytest.mark.parametrize("status", [DeviceStatus.LOCKED, DeviceStatus.SUSPENDED, DeviceStatus.REVOKED])
def test_the_ticket_of_a_stopped_device_opens_nothing(
    server: SocketServer, phone: Device, status: DeviceStatus
) -> None:
    ticket = ticket_of(phone)
    stop(phone, status)

    with server.open() as socket:
        socket.send(json.dumps({"ticket": ticket}))

        assert close_code(socket) == 4401


def stop(device: Device, status: DeviceStatus = DeviceStatus.REVOKED) -> None:
    revoked_at = timezone.now() if status == DeviceStatus.REVOKED else None
    Device.objects.filter(id=device.id).update(status=status, revoked_at=revoked_at)


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "",
        "http://localhost.evil.example",
        "file://localhost",
        "http://",
        "http://[",
        "x",
    ],
)
def test_a_foreign_page_gets_no_socket(server: SocketServer, origin: str) -> None:
    with pytest.raises(InvalidStatus) as refusal, server.open(additional_headers={"Origin": origin}):
        pass

    assert refusal.value.response.status_code == 403


def test_two_origins_are_one_too_many(server: SocketServer) -> None:
    origins = [("Origin", "http://localhost"), ("Origin", "http://localhost")]

    with pytest.raises(InvalidStatus) as refusal, server.open(additional_headers=origins):
        pass

    assert refusal.value.response.status_code == 403


@pytest.mark.parametrize("origin", ["http://localhost:8000", "https://127.0.0.1", "http://[::1]:8000"])
def test_our_own_page_gets_one(server: SocketServer, phone: Device, origin: str) -> None:
    with server.open(additional_headers={"Origin": origin}) as socket:
        socket.send(json.dumps({"ticket": ticket_of(phone)}))

        assert heard(socket)["type"] == "ready"


def test_a_ticket_in_the_address_is_neither_taken_nor_logged(server: SocketServer, phone: Device) -> None:
    ticket = ticket_of(phone)

    with server.open(f"/ws/wallet/?ticket={ticket}") as socket:
        assert close_code(socket) == 4401

    with server.open() as socket:
        socket.send(json.dumps({"ticket": ticket}))
        assert heard(socket)["type"] == "ready"
    assert ticket not in server.said()


def test_there_is_one_address_for_sockets_and_health_beside_it(server: SocketServer) -> None:
    for path in ("/ws/wallet", "/ws/other/", "/", "/ws/wallet/../wallet/x"):
        with pytest.raises(InvalidStatus), server.open(path):
            pass

    assert server.status("/health/live") == 200
    assert server.status("/ws/wallet/") == 404
    assert server.status("/api/wallet/v1/realm") == 404


# What may be said (H04, H06, H07)


def test_a_ping_is_answered(server: SocketServer, phone: Device) -> None:
    with let_in(server, phone) as socket:
        socket.send('{"type": "ping"}')

        assert heard(socket) == {"type": "pong"}


@pytest.mark.parametrize(
    "message",
    [
        {"type": "subscribe", "payment": "pay_01m84j1fzxe4n81z9c3erjb02x"},
        {"type": "subscribe", "group": "pay.*"},
        {"type": "live.close", "code": 1000},
        {"type": "ping", "group": "../"},
        {"ticket": "ticket_another"},
        {},
    ],
)
def test_nothing_can_be_subscribed_to_and_the_answer_says_nothing_about_it(
    server: SocketServer, phone: Device, message: dict[str, object]
) -> None:
    with let_in(server, phone) as socket:
        socket.send(json.dumps(message))

        assert close_code(socket) == 4403


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"\x00\x01", 1003),
        ("x" * 4097, 1009),
        ("ü" * 2049, 1009),
        ("x" * 1_000_000, 1009),
        ("[" * 2000, 4400),
        ('{"a":' * 600 + "1" + "}" * 600, 4400),
        ("", 4400),
        ("null", 4400),
        ("[]", 4400),
        ("{", 4400),
        ('{"type": "ping", "type": "ping"}', 4400),
        ('{"type": NaN}', 4400),
    ],
)
def test_what_is_not_one_small_json_object_is_closed_with_its_own_code(
    server: SocketServer, phone: Device, message: str | bytes, code: int
) -> None:
    with server.open() as stranger:
        stranger.send(message)
        assert close_code(stranger) == code

    with let_in(server, phone) as socket:
        socket.send(message)
        assert close_code(socket) == code


def test_a_megabyte_in_fragments_is_too_large_as_well(server: SocketServer, phone: Device) -> None:
    with let_in(server, phone) as socket:
        socket.send("x" * 10_000 for _ in range(100))

        assert close_code(socket) == 1009


def test_a_text_that_is_not_utf8_ends_the_socket(server: SocketServer, phone: Device) -> None:
    with let_in(server, phone) as socket:
        socket.send(b"\xff\xfe", text=True)

        # The server in front of the application ends it, and gives no code.
        assert close_code(socket) in (1005, 1007)


def test_a_flood_is_closed_and_twenty_in_a_second_are_not(server: SocketServer, phone: Device) -> None:
    with let_in(server, phone) as socket:
        for _ in range(19):
            socket.send('{"type": "ping"}')
        assert [heard(socket)["type"] for _ in range(19)] == ["pong"] * 19
        time.sleep(1.1)

        with suppress(ConnectionClosed):
            for _ in range(1000):
                socket.send('{"type": "ping"}')

        assert close_code(socket) == 4429


# What is heard (H12, H13)


def test_a_device_hears_everything_of_its_own_customer(server: SocketServer, phone: Device) -> None:
    with let_in(server, phone) as socket, let_in(server, new_device(phone.customer)) as other:
        tell(phone, "payment.captured", payment="pay_1", receipt="not for the socket")
        tell(phone, "device.enrolled", device="dev_2")

        for each in (socket, other):
            first, second = heard(each), heard(each)
            assert first.pop("at").endswith("Z")
            assert first == {"seq": 1, "type": "payment.captured", "payment": "pay_1"}
            assert second.pop("at").endswith("Z")
            assert second == {"seq": 2, "type": "device.enrolled", "device": "dev_2"}


def test_nobody_hears_of_another_customer(server: SocketServer, phone: Device) -> None:
    with let_in(server, phone) as socket, let_in(server, new_device()) as stranger:
        tell(phone)

        assert heard(socket)["seq"] == 1
        with pytest.raises(TimeoutError):
            stranger.recv(timeout=0.5)


def test_numbers_only_grow_whatever_the_order_of_the_hints(server: SocketServer, phone: Device) -> None:
    tell(phone)
    with let_in(server, phone) as socket:
        at = timezone.now()
        hints = [Hint(stream_of(phone), seq, "payment.captured", at, {}) for seq in (3, 2, 3, 1, 5, 4, 5, 6)]
        publish_hints(hints)

        assert [heard(socket)["seq"] for _ in range(3)] == [3, 5, 6]
        with pytest.raises(TimeoutError):
            socket.recv(timeout=0.3)


def test_a_message_that_nobody_understands_does_not_stop_the_next(server: SocketServer, phone: Device) -> None:
    with let_in(server, phone) as socket:
        for text in ("", "[]", "{}", '{"stream": 7}', "\x00", '{"command": "explode"}', "null"):
            live_redis().publish(HINTS, text)
            live_redis().publish(COMMANDS, text)
        tell(phone)

        assert heard(socket)["seq"] == 1


def test_after_redis_was_away_every_socket_is_told_to_read_again(server: SocketServer, phone: Device) -> None:
    with let_in(server, phone) as socket:
        server.redis.stop()
        tell(phone)
        time.sleep(0.3)
        server.redis.start()

        assert heard(socket) == {"type": "resync", "seq": 0}
        assert [number for number, _ in events_after(stream_of(phone), after=0, limit=10)] == [1]
        tell(phone)
        assert heard(socket)["seq"] == 2


def test_a_flushed_redis_costs_nothing_but_what_was_in_it(server: SocketServer, phone: Device) -> None:
    with let_in(server, phone) as socket:
        live_redis().flushall()
        tell(phone)

        assert heard(socket)["seq"] == 1


# Who must go (H11), and how many may stay


def test_a_device_that_is_revoked_is_closed_within_two_seconds(server: SocketServer, phone: Device) -> None:
    with (
        let_in(server, phone) as socket,
        let_in(server, phone) as second,
        let_in(server, new_device(phone.customer)) as other,
    ):
        stop(phone)
        close_sockets(str(phone.id))

        assert close_code(socket, within=2) == 4401
        assert close_code(second, within=2) == 4401
        tell(phone)
        assert heard(other)["seq"] == 1


@pytest.mark.parametrize("status", [DeviceStatus.LOCKED, DeviceStatus.REVOKED])
def test_also_while_redis_is_away(server: SocketServer, phone: Device, status: DeviceStatus) -> None:
    with let_in(server, phone) as socket, let_in(server, new_device()) as other:
        server.redis.stop()
        try:
            time.sleep(0.5)
            stop(phone, status)
            assert close_sockets(str(phone.id)) is False

            assert close_code(socket, within=2) == 4401
            other.send('{"type": "ping"}')
            assert heard(other) == {"type": "pong"}
        finally:
            server.redis.start()
        assert heard(other)["type"] == "resync"


def test_a_command_that_was_lost_with_redis_is_made_up_for(server: SocketServer, phone: Device) -> None:
    with let_in(server, phone) as socket:
        stop(phone)
        server.redis.stop()
        server.redis.start()

        assert close_code(socket, within=2) == 4401


def test_the_fourth_socket_of_a_device_closes_its_oldest(server: SocketServer, phone: Device) -> None:
    with (
        let_in(server, phone) as first,
        let_in(server, phone) as second,
        let_in(server, phone) as third,
        let_in(server, phone) as fourth,
    ):
        assert close_code(first) == 4409
        tell(phone)
        for socket in (second, third, fourth):
            assert heard(socket)["seq"] == 1


def test_a_device_is_present_while_it_has_a_socket(server: SocketServer, phone: Device) -> None:
    device = str(phone.id)
    assert not is_present(device)

    with let_in(server, phone):
        assert is_present(device)
        with let_in(server, phone):
            pass
        time.sleep(0.3)
        assert is_present(device)

    until(lambda: not is_present(device), within=2)


def test_a_device_whose_connection_broke_is_no_longer_present(server: SocketServer, phone: Device) -> None:
    with let_in(server, phone) as socket:
        socket.socket.close()

        until(lambda: not is_present(str(phone.id)), within=2)


def test_five_hundred_phones_come_at_once_and_each_hears_its_own(server: SocketServer) -> None:
    devices = [new_device() for _ in range(500)]
    tickets = [ticket_of(device) for device in devices]

    async def phone(ticket: str, waiting: asyncio.Semaphore) -> tuple[int, str]:
        address = f"ws://127.0.0.1:{server.port}/ws/wallet/"
        async with connect_async(address, compression=None, proxy=None, open_timeout=60) as socket:
            await socket.send(json.dumps({"ticket": ticket}))
            assert json.loads(await socket.recv())["type"] == "ready"
            waiting.release()
            hint = json.loads(await asyncio.wait_for(socket.recv(), 60))
            return hint["seq"], hint["payment"]

    def tell_all() -> None:
        try:
            for number, device in enumerate(devices):
                facts = {"payment": f"pay_{number}"}
                append_event(stream=stream_of(device), kind="payment.captured", facts=facts, now=timezone.now())
            assert number_events(now=timezone.now(), limit=1000) == 500
        finally:
            connection.close()

    async def crowd() -> list[tuple[int, str]]:
        waiting = asyncio.Semaphore(0)
        phones = [asyncio.create_task(phone(ticket, waiting)) for ticket in tickets]
        for _ in phones:
            await asyncio.wait_for(waiting.acquire(), 60)
        await asyncio.to_thread(tell_all)
        return await asyncio.gather(*phones)

    heard_by_each = asyncio.run(crowd())

    assert heard_by_each == [(1, f"pay_{number}") for number in range(500)]
    assert server.status("/health/live") == 200
