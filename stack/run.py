"""Start everything for a demo, and keep it running until Ctrl-C: `python -m stack.run`, or `make run`.

PostgreSQL and Redis are embedded unless DATABASE_URL and REDIS_URL name others. The tables belong to the owner, as whom
only migrations run: DATABASE_OWNER_URL where the server is another's. The service runs as a role that owns nothing.
"""

import argparse
import contextlib
import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from stack.addresses import (
    PortBusy,
    Ports,
    bank_line_url,
    card_path,
    choose_ports,
    describe,
    make_card,
    notice_url,
    port,
    read_card,
    return_url,
    write_card,
)
from stack.bank_line import Addresses, give_contracts, secure_line
from stack.installation import BANK_CLIENT_KEY, own_environment, secret_file
from stack.places import Places, private_directory
from stack.postgres import Postgres
from stack.processes import Supervisor
from stack.redis import Redis
from stack.servers import AlreadyRunning, NotReady
from stack.services import CHECKOUT, product_services

DATABASE = "mpayment"
# The role that the service runs as; nothing but migrate and grant_rights sees the owner's address.
SERVICE_ROLE = "mpayment_app"
OWNER = "DATABASE_OWNER_URL"
# So that the log and the health probes show that a server was away, and a crash does not repeat without a pause.
SERVER_RESTART_SECONDS = 1.0
LONGEST_COMMAND_SECONDS = 300


class Asked(BaseException):
    """Somebody asked us to stop; not an Exception, so that nothing on the way takes it for a failure."""


class CommandFailed(RuntimeError):
    """One of the preparing commands said no; the message is what it said."""


@dataclass(frozen=True)
class Request:
    """What the command line asks for."""

    places: Places
    port: int | None


def read_request(arguments: list[str] | None = None) -> Request:
    """Return the command line's options."""
    parser = argparse.ArgumentParser(prog="python -m stack.run", description="Start everything for a demo.")
    parser.add_argument("--port", type=port, help="of the web; 0 takes any free ones (default: 8000 or the next)")
    parser.add_argument("--home", type=Path, default=CHECKOUT, help="directory below which var/ lies")
    options = parser.parse_args(arguments)
    return Request(Places(options.home.resolve()), options.port)


def main(arguments: list[str] | None = None) -> int:
    """Run until asked to stop; 0 then, 1 when it could not start."""
    request = read_request(arguments)
    with _signals_as_asked(), contextlib.suppress(Asked):
        try:
            with _only_one(request.places), contextlib.ExitStack() as stack:
                _serve(request, stack)
        except (AlreadyRunning, CommandFailed, NotReady, OSError, PortBusy, RuntimeError) as error:
            print(error, file=sys.stderr)
            return 1
    say("stopped; the data stay below " + str(request.places.var))
    return 0


def _serve(request: Request, stack: contextlib.ExitStack) -> None:
    places = request.places
    ports = choose_ports(request.port)
    if request.port is None and ports.web != 8000:
        say(f"port 8000 is in use, taking {ports.web}")
    environment = demo_environment(places)
    servers = start_servers(places, environment, stack)
    card = prepare(places, ports, environment)
    supervisor = Supervisor(product_services(places, ports, environment), places, say=say)
    stack.enter_context(supervisor)
    write_card(places, card)
    print(f"\nRunning. Ctrl-C stops everything.\n\n{describe(card)}\n\n  {card_path(places)}\n", flush=True)
    while True:
        supervisor.look_after()
        _look_after(servers)
        time.sleep(0.1)


def demo_environment(places: Places) -> dict[str, str]:
    """Return the variables of a demo on these data that our own environment does not have; servers come on top."""
    python_path = os.pathsep.join(filter(None, (str(CHECKOUT), os.environ.get("PYTHONPATH"))))
    ours = {"DJANGO_SETTINGS_MODULE": "mpayment.settings", "PYTHONPATH": python_path, "DEMO": "1"}
    return own_environment(places, os.environ) | ours


def start_servers(
    places: Places, environment: dict[str, str], stack: contextlib.ExitStack
) -> dict[str, Postgres | Redis]:
    """Start the embedded servers that no variable replaces, and put their addresses into the environment."""
    servers: dict[str, Postgres | Redis] = {}
    if "DATABASE_URL" not in os.environ:
        with _step("PostgreSQL"):
            postgres = stack.enter_context(Postgres(places))
            postgres.create_database(DATABASE)
        environment[OWNER] = postgres.url(DATABASE)
        environment["DATABASE_URL"] = postgres.url(DATABASE, SERVICE_ROLE)
        servers["PostgreSQL"] = postgres
    if "REDIS_URL" not in os.environ:
        with _step("Redis"):
            redis = stack.enter_context(Redis(places))
        environment["REDIS_URL"] = redis.url()
        servers["Redis"] = redis
    return servers


def prepare(places: Places, ports: Ports, environment: dict[str, str]) -> dict[str, Any]:
    """Bring the database up to date, make what is missing of keys and demo data, and return the card.

    Without the owner's address everything is done as whoever DATABASE_URL names.
    """
    with _step("migrations"):
        _migrate(environment)
    with _step("keys"):
        _manage(environment, "create_keys", "--json")
    with _step("demo data"):
        # The bank starts later; until then nobody calls it, and its address is known.
        bank = [f"--bank-url={bank_line_url(ports)}", f"--bank-notice-url={notice_url(ports)}"]
        bank.append(f"--bank-key-file={secret_file(places, BANK_CLIENT_KEY)}")
        known = ("--known", str(card_path(places)))
        seeded = json.loads(_manage(environment, "seed_demo", "--json", *known, *bank))
    with _step("line to the bank"):
        # Where the bank sends people back to is a setting of ours, and registered with the bank.
        back = environment.setdefault("LINK_RETURN_URL", os.environ.get("LINK_RETURN_URL") or return_url(ports))
        addresses = Addresses(return_url=back, notice_url=notice_url(ports))
        request = seeded.pop("bank_request")
        secure_line(places, CHECKOUT, request, lambda *command: _manage(environment, *command), addresses)
        seeded["bank_logins"] = give_contracts(places, CHECKOUT)
    return make_card(ports, seeded)


def _migrate(environment: dict[str, str]) -> None:
    owner = environment.pop(OWNER, None) or os.environ.get(OWNER)
    migrate = ("migrate", "--no-input", "--verbosity", "0")
    if owner is None:
        _manage(environment, *migrate)
        return
    as_owner = environment | {"DATABASE_URL": owner}
    _manage(as_owner, *migrate)
    # It logs in without a password on our own server, and on another's as it is set up there.
    service = environment.get("DATABASE_URL") or os.environ["DATABASE_URL"]
    role = unquote(urlsplit(service).username or SERVICE_ROLE)
    _manage(as_owner, "grant_rights", "--role", role, *(["--login"] if "DATABASE_URL" in environment else []))


def _manage(environment: dict[str, str], *command: str) -> str:
    # In a session of its own: Ctrl-C is for us, and a migration is let finish.
    result = subprocess.run(
        [sys.executable, str(CHECKOUT / "manage.py"), *command],
        env={**os.environ, **environment},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        start_new_session=True,
        timeout=LONGEST_COMMAND_SECONDS,
    )
    if result.returncode != 0:
        raise CommandFailed(f"manage.py {command[0]} failed:\n{result.stdout[-2000:]}{result.stderr[-4000:]}")
    return result.stdout


def _look_after(servers: dict[str, Postgres | Redis]) -> None:
    for name, server in servers.items():
        if not server.is_running:
            say(f"{name:<16} ended, starts again in {SERVER_RESTART_SECONDS:g} s")
            time.sleep(SERVER_RESTART_SECONDS)
            try:
                server.start()
            except (AlreadyRunning, NotReady) as error:
                say(str(error))
            else:
                say(f"{name:<16} is back")


@contextlib.contextmanager
def _step(name: str) -> Iterator[None]:
    began = time.monotonic()
    yield
    say(f"{name:<16} ready after {time.monotonic() - began:.1f} s")


def say(line: str) -> None:
    """Show a line of progress at once, also through a pipe."""
    print(line, flush=True)


def is_running(places: Places) -> bool:
    """Say whether an installation runs on these data, or is about to."""
    try:
        with _only_one(places):
            return False
    except AlreadyRunning:
        return True


@contextlib.contextmanager
def _only_one(places: Places) -> Iterator[None]:
    """Hold the lock of the data below var; raise AlreadyRunning at once, with the addresses, if another does."""
    path = private_directory(places.var / "run") / "lock"
    with open(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            card = read_card(places)
            where = f":\n\n{describe(card)}\n" if card else "."
            raise AlreadyRunning(f"It is running already, or about to{where}") from None
        yield


@contextlib.contextmanager
def _signals_as_asked() -> Iterator[None]:
    def ask(number: int, frame: object) -> None:
        # A second Ctrl-C must not interrupt the stopping.
        for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(each, signal.SIG_IGN)
        say("stopping")
        raise Asked

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


if __name__ == "__main__":
    sys.exit(main())
