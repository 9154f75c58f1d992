"""The product's processes, in the order in which they start."""

import contextlib
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from stack.addresses import HOST, Ports
from stack.bank_line import tls_directory
from stack.installation import BANK_ADMIN_KEY, BANK_CLIENT_KEY, secret_file
from stack.places import Places
from stack.processes import Service

# The code, which need not lie where the data lie.
CHECKOUT = Path(__file__).resolve().parent.parent
# Each process has a pool of up to eight connections; PostgreSQL has two hundred.
MOST_WEB_PROCESSES = 8
WEB_THREADS = 32

_GRANIAN = (
    *(sys.executable, "-m", "granian", "--host", HOST, "--http", "1"),
    # A worker that is killed is replaced at once, not after granian's 3.5 s: a till is waiting.
    *("--respawn-failed-workers", "--respawn-interval", "0.2", "--workers-kill-timeout", "5"),
    # More header than this is 431. Whoever takes longer to send it, or says nothing for so long, is cut off.
    *("--http1-buffer-size", "16384", "--http1-header-read-timeout", "15000"),
)
_CELERY = (
    *(sys.executable, "-m", "celery", "--app", "mpayment.celery", "--quiet", "worker", "--loglevel", "INFO"),
    # Chatter between workers, which nobody reads.
    *("--without-gossip", "--without-mingle", "--without-heartbeat"),
)


def product_services(places: Places, ports: Ports, environment: Mapping[str, str]) -> list[Service]:
    """Return the bank simulator, the web, the sockets, the worker, the sweeper, the numbering and the clock."""

    # No web server stands in front that could pass sockets on.
    environment = {"WALLET_SOCKET_URL": f"ws://{HOST}:{ports.sockets}/ws/wallet/", **environment}

    def service(name: str, command: tuple[str | Path, ...], ready: Callable[[], bool]) -> Service:
        return Service(name, command, environment, ready)

    def says(name: str, word: str) -> Callable[[], bool]:
        return _says(places.log(name), word)

    manage = (sys.executable, str(CHECKOUT / "manage.py"))
    web_processes = min(os.cpu_count() or 1, MOST_WEB_PROCESSES)
    bank = (
        *(sys.executable, "-m", "simulators.bankcore", "--magic"),
        *("--port", str(ports.bank_line), "--admin-port", str(ports.bank), "--page-port", str(ports.bank_page)),
        *("--data", places.data("bank")),
        *("--tls-dir", tls_directory(places), "--require-signatures"),
        *("--client-key-file", secret_file(places, BANK_CLIENT_KEY)),
        *("--admin-key-file", secret_file(places, BANK_ADMIN_KEY)),
    )
    web = (
        *(*_GRANIAN, "--interface", "wsgi", "--port", str(ports.web), "--workers", str(web_processes)),
        *("--blocking-threads", str(WEB_THREADS), "--no-ws", "mpayment.wsgi:application"),
    )
    sockets = (*_GRANIAN, "--interface", "asginl", "--port", str(ports.sockets), "mpayment.asgi:application")
    return [
        service("bank", bank, says("bank", '"ready": true')),
        service("web", web, _answers(ports.web)),
        service("sockets", sockets, _answers(ports.sockets)),
        service("worker", _CELERY, says("worker", "worker ready")),
        service("sweeper", (*manage, "run_sweeper"), says("sweeper", "sweeping")),
        service("numbering", (*manage, "run_numbering"), says("numbering", "numbering")),
        service("beat", (sys.executable, "-m", "mpayment.beat"), says("beat", "beat ready")),
    ]


def _answers(port: int) -> Callable[[], bool]:
    def ready() -> bool:
        # The address is ours, and whatever it answers but 200 means not yet.
        with (
            contextlib.suppress(OSError, urllib.error.URLError),
            urllib.request.urlopen(f"http://{HOST}:{port}/health/ready", timeout=10) as answer,
        ):
            return bool(answer.status == 200)
        return False

    return ready


def _says(log: Path, word: str) -> Callable[[], bool]:
    """Return a question whether the process has written the word since now."""
    since = log.stat().st_size if log.exists() else 0

    def ready() -> bool:
        with contextlib.suppress(FileNotFoundError), log.open("rb") as file:
            file.seek(since)
            return word.encode() in file.read()
        return False

    return ready
