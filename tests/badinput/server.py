"""The product's own web process, started as `stack` starts it, on the tests' database and a Redis of its own."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from stack import Places, Redis, Supervisor
from stack.addresses import HOST, choose_ports
from stack.processes import Service
from stack.services import CHECKOUT, product_services

# What tests loosen because they all call from one address; here the product's own rates count.
_RATES = {
    "PUBLIC_CALLS_PER_SECOND": "20",
    "PUBLIC_CALLS_AT_ONCE": "100",
    "WRONG_CREDENTIALS_PER_SECOND": "5",
    "WRONG_CREDENTIALS_AT_ONCE": "50",
}


@dataclass(frozen=True)
class Server:
    """Where it listens, and what it wrote."""

    port: int
    log: Path

    @property
    def address(self) -> tuple[str, int]:
        return HOST, self.port

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"


@contextmanager
def web_server(directory: Path, **changes: str) -> Iterator[Server]:
    """Start the web processes and nothing else: no worker, no sweeper, so that only requests change anything."""
    places = Places(directory)
    ports = choose_ports(0)
    with Redis(places, durable=False) as redis:
        environment = {
            **os.environ,
            **_RATES,
            "PYTHONPATH": str(CHECKOUT),
            "DATABASE_URL": _database_url(),
            "REDIS_URL": redis.url(),
            # The bank is asked by the process that answers.
            "AUTHORISE_IN": "request",
            # As in production: one reverse proxy, whose word on the sender counts. Each case comes from elsewhere.
            "TRUSTED_PROXIES": "1",
            "ALLOWED_HOSTS": "127.0.0.1,localhost",
            # A browser's own limit would decline what these cases sell.
            "SOFTWARE_DEVICE_LIMIT_MINOR": "100000",
            "LOG_LEVEL": "ERROR",
            **changes,
        }
        with Supervisor([_web(places, ports, environment)], places, say=lambda line: None):
            yield Server(ports.web, places.log("web"))


def _web(places: Places, ports: "object", environment: dict[str, str]) -> Service:
    services = product_services(places, ports, environment)  # type: ignore[arg-type]
    return next(service for service in services if service.name == "web")


def _database_url() -> str:
    """Return the address of the database that the tests work in."""
    head, _, query = os.environ["DATABASE_URL"].partition("?")
    name = connection.settings_dict["NAME"]
    return f"{head.rpartition('/')[0]}/{name}{'?' if query else ''}{query}"
