"""The whole product in real processes, on the tests' PostgreSQL, that a test may kill one by one."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar
from uuid import uuid4

import psycopg
from django.conf import settings
from psycopg import sql

from simulators.clerk import Clerk
from simulators.encoding import from_text
from simulators.phone import Phone
from simulators.till import Till
from stack import Places, Redis, Supervisor
from stack.addresses import choose_ports
from stack.installation import BANK_ADMIN_KEY, secret_file
from stack.play import read_mailed_code
from stack.run import demo_environment, prepare
from stack.services import CHECKOUT, product_services

PIN = "271828"
Value = TypeVar("Value")


@dataclass
class House:
    """Addresses, keys, and the hands on every process. Use it from the thread that made it."""

    places: Places
    card: dict[str, Any]
    environment: dict[str, str]
    redis: Redis
    supervisor: Supervisor
    clerk: Clerk
    pool: ThreadPoolExecutor

    def kill(self, name: str) -> None:
        """Kill a process and all that it started, without a warning; it is started again as `make run` does."""
        os.killpg(self.supervisor.pid(name), signal.SIGKILL)

    def begin(self, work: Callable[..., Value], *arguments: Any, **named: Any) -> "Future[Value]":
        """Let somebody else do it, so that we can make trouble meanwhile."""
        return self.pool.submit(work, *arguments, **named)

    def finish(self, work: "Future[Value]", within_seconds: float) -> Value:
        """Return what came of it; what died is started again meanwhile."""
        assert self.eventually(work.done, within_seconds), "nothing came of it"
        return work.result()

    def eventually(self, holds: Callable[[], bool], within_seconds: float) -> bool:
        """Say whether it holds in time."""
        deadline = time.monotonic() + within_seconds
        while not holds():
            if time.monotonic() > deadline:
                return False
            self.supervisor.look_after()
            time.sleep(0.05)
        return True

    def till(self) -> Till:
        """Return one till of the demo's retailer."""
        key = next(till["key"] for till in self.card["tills"] if till["mode"] == "live")
        return Till(self.card["pos_url"], key, patience_seconds=40)

    def customer(self, pocket: Path, *, balance: int = 100_000) -> tuple[Phone, str]:
        """Return a phone with a PIN and an account with money in it, in flight mode, and the account's token."""
        phone = Phone(
            self.card["wallet_url"],
            self.card["socket_url"],
            pocket / "phone.json",
            root_key=from_text(self.card["realm_root"]),
        )
        email = f"{uuid4().hex}@kundin.example"
        phone.register(email)
        code = read_mailed_code(self.card["demo_url"], email)
        assert code is not None
        phone.enrol(phone.confirm_registration(email, code), "Phone")
        phone.open_session()
        phone.set_pin(PIN)
        phone.open_session(PIN)
        token = self.clerk.open_account("Customer", balance)
        phone.link_at_bank(self.clerk.open_contract("Customer", token))
        phone.go_offline()
        return phone, token

    def ledger(self) -> dict[str, int]:
        """Return our own books: each account's balance in minor units. Raises unless they are proved."""
        command = [sys.executable, str(CHECKOUT / "manage.py"), "verify_ledger", "--json"]
        proved = subprocess.run(
            command, env={**os.environ, **self.environment}, capture_output=True, text=True, check=True
        )
        assert json.loads(proved.stdout)["sound"]
        with psycopg.connect(self.environment["DATABASE_URL"]) as connection:
            rows = connection.execute("SELECT account, sum(amount_minor)::bigint FROM ledger_posting GROUP BY account")
            return dict(rows.fetchall())


@contextmanager
def running_house(directory: Path) -> Iterator[House]:
    """Start everything on a database of its own and a Redis of its own; leave nothing behind."""
    places = Places(directory)
    # Parallel runs on one server must not meet.
    name = f"{settings.DATABASES['default']['TEST']['NAME']}_{os.getpid()}_journeys"
    with _database(name) as database_url, Redis(places, durable=False) as redis, ThreadPoolExecutor(4) as pool:
        environment = demo_environment(places)
        environment |= {"DATABASE_URL": database_url, "REDIS_URL": redis.url(), "LOG_LEVEL": "INFO"}
        ports = choose_ports(0)
        card = prepare(places, ports, environment)
        clerk = Clerk(card["bank_url"], secret_file(places, BANK_ADMIN_KEY).read_text())
        with Supervisor(product_services(places, ports, environment), places, say=lambda line: None) as supervisor:
            yield House(places, card, environment, redis, supervisor, clerk, pool)


@contextmanager
def _database(name: str) -> Iterator[str]:
    server = os.environ["DATABASE_URL"]
    drop = sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(drop)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        head, _, query = server.partition("?")
        yield f"{head.rpartition('/')[0]}/{name}{'?' if query else ''}{query}"
        connection.execute(drop)
