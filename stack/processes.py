"""A small supervisor: starts the product's processes, keeps them running, and leaves none behind."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from stack import watchdog
from stack.places import Places
from stack.servers import await_ready, launch

FIRST_DELAY_SECONDS = 0.5
LONGEST_DELAY_SECONDS = 30.0
# Whoever ran this long before it crashed starts again without a longer wait.
HEALTHY_AFTER_SECONDS = 30.0


@dataclass(frozen=True)
class Service:
    """A process to run. Its environment is added to ours; without `ready`, being started is being ready."""

    name: str
    command: Sequence[str | Path]
    env: Mapping[str, str] = field(default_factory=dict)
    ready: Callable[[], bool] | None = None
    restart: bool = True
    ready_within_seconds: float = 60


@dataclass
class _Run:
    """One service's present process, and when it may be started again. Not frozen: it follows the process."""

    service: Service
    process: subprocess.Popen[bytes]
    started_at: float
    delay_seconds: float = FIRST_DELAY_SECONDS
    restart_at: float | None = None
    given_up: bool = False


class Supervisor:
    """Runs services in the order given and stops them in reverse. Use it from the main thread only."""

    def __init__(
        self,
        services: Sequence[Service],
        places: Places | None = None,
        *,
        grace_seconds: float = 10,
        say: Callable[[str], None] = print,
    ) -> None:
        self.services = tuple(services)
        self.places = places or Places.here()
        self.grace_seconds = grace_seconds
        self._say = say
        self._runs: dict[str, _Run] = {}
        self._watchdog: subprocess.Popen[str] | None = None

    def start(self) -> None:
        """Start every service and wait for each; if one does not come up, stop all and raise NotReady."""
        self._watchdog = subprocess.Popen(
            [sys.executable, "-I", watchdog.__file__], stdin=subprocess.PIPE, text=True, start_new_session=True
        )
        try:
            for service in self.services:
                began = time.monotonic()
                log = self.places.log(service.name)
                since = log.stat().st_size if log.exists() else 0
                run = self._runs[service.name] = self._launch(service)
                if service.ready is not None:
                    patience = service.ready_within_seconds
                    await_ready(service.name, run.process, service.ready, log, since, patience)
                self._say(f"{service.name:<16} ready after {time.monotonic() - began:.1f} s")
        except BaseException:
            self.stop()
            raise

    def run(self) -> None:
        """Start, restart what crashes, and stop everything when SIGINT or SIGTERM arrives."""
        with _signals_as_exit(), contextlib.suppress(_Asked), self:
            while True:
                self.look_after()
                time.sleep(0.1)

    def look_after(self) -> None:
        """Restart what has ended and whose delay is over. Call it repeatedly; it does not wait."""
        now = time.monotonic()
        for name, run in self._runs.items():
            code = run.process.poll()
            if code is None or run.given_up:
                continue
            if run.restart_at is None:
                self._end_group(run)
                if not run.service.restart:
                    run.given_up = True
                    self._say(f"{name:<16} ended with code {code}")
                    continue
                if now - run.started_at > HEALTHY_AFTER_SECONDS:
                    run.delay_seconds = FIRST_DELAY_SECONDS
                run.restart_at = now + run.delay_seconds
                self._say(f"{name:<16} ended with code {code}, starts again in {run.delay_seconds:g} s")
            elif now >= run.restart_at:
                delay = min(run.delay_seconds * 2, LONGEST_DELAY_SECONDS)
                self._runs[name] = self._launch(run.service, delay)

    def stop(self) -> None:
        """Stop all in reverse order, with everything they started: SIGTERM first, SIGKILL after the grace."""
        for name, run in reversed(self._runs.items()):
            if run.process.poll() is None:
                # To the service only: one that has children, such as a worker pool, ends them in its own order.
                run.process.terminate()
                with contextlib.suppress(subprocess.TimeoutExpired):
                    run.process.wait(self.grace_seconds)
                self._say(f"{name:<16} stopped")
            self._end_group(run)
            run.process.wait()
        self._runs.clear()
        if self._watchdog is not None:
            self._watchdog.communicate()
            self._watchdog = None

    def pid(self, name: str) -> int:
        """Return the process id under which the service runs at present."""
        return self._runs[name].process.pid

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _launch(self, service: Service, delay_seconds: float = FIRST_DELAY_SECONDS) -> _Run:
        process = launch(
            service.command,
            log=self.places.log(service.name),
            environment={**os.environ, **service.env},
            parting_signal=signal.SIGTERM,
            directory=self.places.checkout,
        )
        self._tell_watchdog(f"+{process.pid}")
        return _Run(service, process, time.monotonic(), delay_seconds)

    def _end_group(self, run: _Run) -> None:
        # The group outlives its leader as long as it has members, so its number cannot have been given away.
        watchdog.signal_group(run.process.pid, signal.SIGKILL)
        self._tell_watchdog(f"-{run.process.pid}")

    def _tell_watchdog(self, line: str) -> None:
        if self._watchdog is not None and self._watchdog.stdin is not None:
            with contextlib.suppress(BrokenPipeError):
                print(line, file=self._watchdog.stdin, flush=True)


class _Asked(BaseException):
    """Somebody asked us to stop; not an Exception, so that no readiness check swallows it."""


@contextlib.contextmanager
def _signals_as_exit() -> Iterator[None]:
    def ask(number: int, frame: object) -> None:
        # A second Ctrl-C must not interrupt the stopping.
        for each in (signal.SIGINT, signal.SIGTERM):
            signal.signal(each, signal.SIG_IGN)
        raise _Asked

    before = {number: signal.signal(number, ask) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def free_port(preferred: int, host: str = "127.0.0.1") -> int:
    """Return the preferred TCP port, or the next one that nobody listens on."""
    for port in range(preferred, min(preferred + 200, 65_536)):
        with contextlib.suppress(OSError), socket.socket() as probe:
            # As servers do: a port whose last connections are still fading counts as free.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((host, port))
            return port
    raise OSError(f"No TCP port is free from {preferred} on")
