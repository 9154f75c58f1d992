"""A private PostgreSQL 18 that listens on a Unix socket only.

It asks for no password: whoever can enter the socket's directory (mode 0700) is its owner.
"""

import os
import re
import shutil
import signal
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from stack.identity import Identity, identity_for
from stack.places import Places
from stack.servers import NotReady, await_ready, end, launch, take_lock

SETTINGS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "128MB",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
}
# For tests: a power cut may cost the cluster. synchronous_commit stays on, it is cheap without fsync, and a server that
# is killed keeps what it committed.
FAST_SETTINGS = {"fsync": "off", "full_page_writes": "off"}


class Postgres:
    """One cluster. Start it from a thread that outlives it, best as a context manager."""

    def __init__(
        self,
        places: Places | Path | None = None,
        name: str = "postgres",
        *,
        fast: bool = False,
        allow_namespace: bool = True,
    ) -> None:
        self.places = Places.of(places)
        self.name = name
        self.fast = fast
        self._allow_namespace = allow_namespace
        self._identity: Identity | None = None
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    def start(self, timeout_seconds: float = 60) -> None:
        """Create the cluster if need be, and return once it accepts connections.

        Raise AlreadyRunning if another process serves the same directory, NotReady if it does not come up.
        """
        if self.is_running:
            return
        self.stop()
        self._lock = take_lock(self.places.var / f"{self.name}.lock")
        try:
            identity = self._identity = identity_for(self.places, self.name, allow_namespace=self._allow_namespace)
            if not (identity.home / "data").exists():
                self._create_cluster(identity)
            self._remove_stale_pid_file(identity.home / "data" / "postmaster.pid")
            self._launch(identity, timeout_seconds)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End open transactions and shut down; harmless if it is not running."""
        if self._process is not None:
            end(self._process, (signal.SIGINT, 30), (signal.SIGQUIT, 10))
            self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def url(self, database: str = "postgres", user: str = "postgres") -> str:
        """Return the address for Django and psycopg; the server must have been started."""
        return f"postgresql://{user}@/{quote(database, safe='')}?host={quote(str(self._known().sockets), safe='')}"

    def create_database(self, name: str) -> None:
        """Create the database unless it exists."""
        if not re.fullmatch(r"[a-z_][a-z0-9_]{0,62}", name):
            raise ValueError(f"{name!r} is not a plain database name")
        identity = self._known()
        command = ["createdb", "--host", str(identity.sockets), "--username", "postgres", "--no-password", name]
        result = self._run(identity, command)
        if result.returncode != 0 and "already exists" not in result.stderr:
            raise RuntimeError(f"The database {name} could not be created: {result.stderr.strip()}")

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _known(self) -> Identity:
        if self._identity is None:
            raise RuntimeError("PostgreSQL has not been started")
        return self._identity

    def _launch(self, identity: Identity, timeout_seconds: float) -> None:
        settings = SETTINGS | (FAST_SETTINGS if self.fast else {}) | {"unix_socket_directories": str(identity.sockets)}
        log = self.places.log(self.name)
        since = log.stat().st_size if log.exists() else 0
        cluster = identity.home / "data"
        options = [part for key, value in settings.items() for part in ("-c", f"{key}={value}")]
        process = self._process = launch(
            [*identity.prefix, identity.binaries / "postgres", "-D", cluster, *options],
            log=log,
            environment=_environment(),
            parting_signal=signal.SIGINT,
            user=identity.uid,
            directory=identity.home,
            inherited=[] if self._lock is None else [self._lock],
        )
        pid_file = cluster / "postmaster.pid"
        await_ready("PostgreSQL", process, lambda: _is_ready(pid_file, process.pid), log, since, timeout_seconds)

    def _create_cluster(self, identity: Identity) -> None:
        # Renamed when complete, so that an interrupted initdb is not mistaken for a cluster.
        unfinished = identity.home / "data.unfinished"
        if unfinished.exists():
            shutil.rmtree(unfinished)
        # "reject" for hosts: should anybody ever make it listen on TCP, there is no password to protect it.
        options = ["--username=postgres", "--auth-local=trust", "--auth-host=reject", "--data-checksums"]
        locale = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        quick = ["--no-sync"] if self.fast else []
        result = self._run(identity, ["initdb", "-D", str(unfinished), "--no-instructions", *options, *locale, *quick])
        if result.returncode != 0:
            raise NotReady(f"PostgreSQL's initdb failed:\n{result.stdout[-1000:]}{result.stderr[-2000:]}")
        unfinished.rename(identity.home / "data")

    @staticmethod
    def _run(identity: Identity, command: list[str]) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*identity.prefix, str(identity.binaries / command[0]), *command[1:]],
            capture_output=True,
            text=True,
            timeout=120,
            env=_environment(),
            cwd=identity.home,
            user=identity.uid,
            group=identity.uid,
            extra_groups=None if identity.uid is None else [],
        )

    @staticmethod
    def _remove_stale_pid_file(pid_file: Path) -> None:
        """Remove what an unclean shutdown left.

        PostgreSQL would do it too, unless the number now belongs to another process. We hold the lock, so only a
        server that was started by hand can be alive.
        """
        if pid_file.exists() and not _is_postgres(pid_file.read_text().partition("\n")[0]):
            pid_file.unlink()


def _environment() -> dict[str, str]:
    # Somebody's PGDATA, PGHOST or PGOPTIONS must not reach this cluster.
    return {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"}


def _is_ready(pid_file: Path, pid: int) -> bool:
    """Read the state that pg_ctl reads: the first line is the process, the eighth its state."""
    try:
        lines = pid_file.read_text().splitlines()
    except FileNotFoundError:
        return False
    return len(lines) >= 8 and lines[0] == str(pid) and lines[7].strip() == "ready"


def _is_postgres(pid: str) -> bool:
    try:
        return Path(f"/proc/{int(pid)}/comm").read_text().strip() == "postgres"
    except ValueError:
        return False
    except OSError:
        # Without /proc we cannot tell, and PostgreSQL judges for itself.
        return not Path("/proc/self").exists()
