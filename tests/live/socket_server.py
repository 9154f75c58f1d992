"""The socket process on a real server, a Redis of its own, and phones that are let in."""

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django.db import connection
from django.utils import timezone
from websockets.sync.client import ClientConnection, connect

from apps.customers.models import Customer
from apps.devices.models import Device, SocketTicket
from apps.devices.operations import take_socket_ticket
from apps.devices.operations.tickets import issue_socket_ticket
from apps.devices.queries import token_digest
from apps.devices.states import DeviceStatus
from apps.kernel.ids import uuid7
from stack import Redis
from stack.processes import free_port

ROOT = Path(__file__).parents[2]


@dataclass
class SocketServer:
    """Granian with the assembly's ASGI application, on the test's database."""

    redis: Redis
    log: Path
    port: int = field(default_factory=lambda: free_port(8700))

    def start(self) -> "SocketServer":
        parts = urlsplit(os.environ["DATABASE_URL"])
        environment = {
            **os.environ,
            "DATABASE_URL": urlunsplit(parts._replace(path=f"/{connection.settings_dict['NAME']}")),
            "REDIS_URL": self.redis.url(),
            "LOG_LEVEL": "INFO",
        }
        command = [sys.executable, "-m", "granian", "--interface", "asginl", "--http", "1", "--port", str(self.port)]
        self._file = self.log.open("wb")
        self.process = subprocess.Popen(
            [*command, "mpayment.asgi:application"], cwd=ROOT, env=environment, stdout=self._file, stderr=self._file
        )
        deadline = time.monotonic() + 60
        while self.status("/health/live") != 200:
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        while "bridge connected" not in self.said():
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.05)
        return self

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(10)
        self._file.close()

    def said(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def status(self, path: str) -> int:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            return error.code
        except OSError:
            return 0

    # Any: whatever the client takes.
    def open(self, path: str = "/ws/wallet/", **options: Any) -> ClientConnection:
        """Open a socket; without `origin`, as a native app does."""
        return connect(f"ws://127.0.0.1:{self.port}{path}", compression=None, proxy=None, **options)


def new_device(customer: Customer | None = None) -> Device:
    """Return an active device, of a new customer unless one is given; nothing here asks for its key."""
    now = timezone.now()
    customer = customer or Customer.objects.create(email=f"{uuid7()}@example.com", created_at=now)
    return Device.objects.create(
        customer=customer,
        device_ref=os.urandom(8),
        name="Phone",
        platform="test",
        public_key=b"\x04" + os.urandom(64),
        certificate=b"",
        status=DeviceStatus.ACTIVE,
        sync_current=os.urandom(4),
        sync_changed_at=now,
        enrolled_at=now,
        activated_at=now,
    )


def ticket_of(device: Device) -> str:
    """Return a fresh ticket."""
    return issue_socket_ticket(device=device, now=timezone.now()).reveal()


def used_ticket(device: Device) -> str:
    """Return a ticket that opened a socket already."""
    text = ticket_of(device)
    assert take_socket_ticket(ticket=text, now=timezone.now()) is not None
    return text


def old_ticket(device: Device) -> str:
    """Return a ticket whose minute is over."""
    text = ticket_of(device)
    SocketTicket.objects.filter(digest=token_digest(text)).update(expires_at=timezone.now() - timedelta(seconds=1))
    return text
