"""Five hundred phones on one socket process: how long until all are in, and how long a hint takes to each.

    python -m benchmarks.sockets [--phones 500] [--rounds 5]

The process is the product's own, with a PostgreSQL, a Redis and phones beside it on the same cores. In each round every
phone is told something, through the books: the event is written, numbered, published, and heard. Afterwards all phones
are stopped at once, and hang up. Prints JSON.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import django
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed

from stack import Places, Postgres, Redis
from stack.processes import free_port

ROOT = Path(__file__).resolve().parent.parent
LONGEST_START_SECONDS = 60
LONGEST_WAIT_SECONDS = 60


@dataclass
class Phone:
    """One open socket, and what it heard when."""

    device_id: str
    stream: str
    ticket: str
    socket: ClientConnection | None = None
    heard: list[tuple[int, float]] = field(default_factory=list)
    close_code: int | None = None
    hung_up_at: float = 0.0

    async def come_in(self, address: str) -> None:
        """Open the socket, and return once the server is ready."""
        self.socket = await connect(address, compression=None, proxy=None, open_timeout=LONGEST_WAIT_SECONDS)
        await self.socket.send(json.dumps({"ticket": self.ticket}))
        if json.loads(await self.socket.recv())["type"] != "ready":
            raise RuntimeError("a phone was not let in")

    async def listen(self) -> None:
        """Note every hint until the server hangs up."""
        if self.socket is None:
            return
        try:
            async for text in self.socket:
                hint = json.loads(text)
                if "payment" in hint:
                    self.heard.append((hint["seq"], time.perf_counter()))
        except ConnectionClosed:
            pass
        self.close_code, self.hung_up_at = self.socket.close_code, time.perf_counter()


@contextmanager
def servers(directory: Path) -> Iterator[None]:
    """Start PostgreSQL and Redis, and make this process one of the product's, with all its tables."""
    places = Places(directory)
    # What is measured here waits for no disk, so it is not asked to sync.
    with Postgres(places, "sockets", fast=True) as database, Redis(places, durable=False) as redis:
        os.environ |= {
            "DATABASE_URL": database.url(),
            "REDIS_URL": redis.url(),
            "SECRET_KEY": "only for benchmarks",
            "KEY_ENCRYPTION_KEYS": "bench:QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=",
            "REALM_ID": "107c2a5a-d7ee-4df5-8341-d6de111b7984",
            "ALLOW_FORGETFUL_DATABASE": "1",
            "LOG_LEVEL": "WARNING",
            "DJANGO_SETTINGS_MODULE": "mpayment.settings",
        }
        django.setup()
        # Only now there are settings by which Django knows its models.
        from django.core.management import call_command
        from django.db import connections

        call_command("migrate", verbosity=0)
        try:
            yield
        finally:
            connections.close_all()


@contextmanager
def socket_process(log: Path) -> Iterator[tuple[int, int]]:
    """Start the product's socket process, and yield its port and its number."""
    port = free_port(8700)
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--http", "1", "--port", str(port)]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603  # our own words
            [*command, "mpayment.asgi:application"], cwd=ROOT, env=os.environ, stdout=output, stderr=output
        )
        try:
            _await_health(port, process, log)
            yield port, process.pid
        finally:
            process.terminate()
            process.wait(10)


def _await_health(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + LONGEST_START_SECONDS
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=2):
                return
        except OSError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(log.read_text(errors="replace")) from None
            time.sleep(0.05)


def make_phones(count: int) -> list[Phone]:
    """Return so many phones, each of a customer of its own, with a fresh ticket."""
    from django.db import transaction
    from django.utils import timezone

    from apps.customers.models import Customer
    from apps.customers.topics import customer_stream
    from apps.devices.models import Device
    from apps.devices.operations.tickets import issue_socket_ticket
    from apps.devices.states import DeviceStatus

    now = timezone.now()
    phones = []
    with transaction.atomic():
        for number in range(count):
            customer = Customer.objects.create(email=f"phone{number}@example.com", created_at=now)
            device = Device.objects.create(
                customer=customer,
                device_ref=os.urandom(8),
                name=f"Phone {number}",
                platform="benchmark",
                public_key=b"\x04" + os.urandom(64),
                certificate=b"",
                status=DeviceStatus.ACTIVE,
                sync_current=os.urandom(4),
                sync_changed_at=now,
                enrolled_at=now,
                activated_at=now,
            )
            ticket = issue_socket_ticket(device=device, now=now).reveal()
            phones.append(Phone(str(device.id), customer_stream(customer.id), ticket))
    return phones


def tell_all(phones: list[Phone]) -> float:
    """Write one event for each phone, have all numbered and published, and return when they were committed."""
    from django.db import transaction
    from django.utils import timezone

    from apps.live.operations import append_event, number_events

    now = timezone.now()
    with transaction.atomic():
        for phone in phones:
            append_event(stream=phone.stream, kind="payment.captured", facts={"payment": "pay_x"}, now=now)
    committed = time.perf_counter()
    while number_events(now=timezone.now(), limit=1000):
        pass
    return committed


def stop_all(phones: list[Phone]) -> float:
    """Tell the process that all these devices were stopped; return when."""
    from apps.live.commands import close_sockets

    began = time.perf_counter()
    for phone in phones:
        close_sockets(phone.device_id)
    return began


async def play(phones: list[Phone], address: str, rounds: int) -> dict[str, Any]:
    """Let all phones in, tell them something in each round, stop them, and return the figures."""
    began = time.perf_counter()
    await asyncio.gather(*(phone.come_in(address) for phone in phones))
    opened = time.perf_counter() - began
    listening = [asyncio.create_task(phone.listen()) for phone in phones]
    waits: list[float] = []
    whole: list[float] = []
    for number in range(1, rounds + 1):
        told = await asyncio.to_thread(tell_all, phones)
        await _until(lambda number=number: all(len(phone.heard) >= number for phone in phones))
        # All of a round are committed together, and numbered together: the worst that can happen to a hint.
        waits += [phone.heard[number - 1][1] - told for phone in phones]
        whole.append(max(phone.heard[number - 1][1] for phone in phones) - told)
    in_order = all([seq for seq, _ in phone.heard] == list(range(1, rounds + 1)) for phone in phones)
    stopped = await asyncio.to_thread(stop_all, phones)
    await asyncio.wait_for(asyncio.gather(*listening), LONGEST_WAIT_SECONDS)
    return {
        "phones": len(phones),
        "all_in_seconds": round(opened, 2),
        "hints": len(waits),
        "hint_median_ms": round(statistics.median(waits) * 1000),
        "hint_p99_ms": round(statistics.quantiles(waits, n=100)[98] * 1000),
        "round_median_ms": round(statistics.median(whole) * 1000),
        "each_heard_all_in_order": in_order,
        "all_closed_seconds": round(max(phone.hung_up_at for phone in phones) - stopped, 2),
        "close_codes": sorted({phone.close_code for phone in phones}, key=str),
    }


async def _until(condition: Any) -> None:
    deadline = time.monotonic() + LONGEST_WAIT_SECONDS
    while not condition():
        if time.monotonic() > deadline:
            raise RuntimeError("a phone did not hear its hint")
        await asyncio.sleep(0.005)


def memory_mb(pid: int) -> float:
    """Return how much memory the process and its children hold, in MB."""
    pids = [pid, *(int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
    pages = sum(int(Path(f"/proc/{each}/statm").read_text().split()[1]) for each in pids)
    return round(pages * os.sysconf("SC_PAGE_SIZE") / 1e6, 1)


def measure(count: int, rounds: int, directory: Path) -> dict[str, Any]:
    """Return the figures of one run."""
    with servers(directory), socket_process(directory / "sockets.log") as (port, pid):
        before = memory_mb(pid)
        figures = asyncio.run(play(make_phones(count), f"ws://127.0.0.1:{port}/ws/wallet/", rounds))
        return figures | {"memory_before_mb": before, "memory_after_mb": memory_mb(pid)}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--phones", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="mpayment-bench-") as directory:
        print(json.dumps(measure(options.phones, options.rounds, Path(directory)), indent=2))


if __name__ == "__main__":
    main()
