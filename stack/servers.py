"""What starting PostgreSQL and starting Redis have in common: a lock, a log, waiting, and dying with the parent."""

import contextlib
import ctypes
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

PR_SET_PDEATHSIG = 1
# How long the processes of a server that was killed may take to go.
LOCK_PATIENCE_SECONDS = 5.0
# Loaded here and not in the child: between fork and exec nothing may be imported.
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


class NotReady(RuntimeError):
    """A server or service did not come up; the message ends with the last lines of its log."""


class AlreadyRunning(RuntimeError):
    """Another process, or what is left of one, is using the same directory."""


def die_with_parent(signal_number: int) -> Callable[[], None]:
    """Return a preexec function that lets the kernel signal the child when its parent is gone, even by SIGKILL.

    The kernel means the parent *thread*: start processes from one that lives as long as they should.
    """
    parent = os.getpid()

    def ask_kernel() -> None:
        if _libc is not None:
            _libc.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
            if os.getppid() != parent:  # the parent died between fork and prctl
                os._exit(1)

    return ask_kernel


def take_lock(path: Path) -> int:
    """Lock the file and return its descriptor; raise AlreadyRunning if others keep it beyond LOCK_PATIENCE_SECONDS.

    The servers inherit the descriptor, so the lock lasts until the last of their processes is gone, also when
    whoever started them was killed: holding it proves that nobody uses the directory.
    """
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + LOCK_PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                holder = os.pread(descriptor, 20, 0).decode().strip()
                os.close(descriptor)
                raise AlreadyRunning(f"{path.stem} is already running (started by process {holder}): {path}") from None
            time.sleep(0.05)
        else:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, f"{os.getpid()}\n".encode(), 0)
            return descriptor


def last_lines(log: Path, since: int = 0, count: int = 12) -> str:
    """Return the end of a log, of what was written after the given size."""
    with contextlib.suppress(OSError), log.open("rb") as file:
        file.seek(max(since, file.seek(0, os.SEEK_END) - 8192))
        return "\n".join(file.read().decode(errors="replace").splitlines()[-count:])
    return ""


def launch(
    command: Sequence[str | Path],
    *,
    log: Path,
    environment: Mapping[str, str],
    parting_signal: int,
    user: int | None = None,
    directory: Path | None = None,
    inherited: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own, its output appended to the log; it ends when we end."""
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            cwd=directory,
            env=environment,
            start_new_session=True,
            pass_fds=inherited,
            user=user,
            group=user,
            extra_groups=None if user is None else [],
            preexec_fn=die_with_parent(parting_signal),
        )


def await_ready(
    name: str,
    process: subprocess.Popen[bytes],
    ready: Callable[[], bool],
    log: Path,
    since: int,
    timeout_seconds: float,
) -> None:
    """Return once the process is ready; raise NotReady, with the end of its log, if it ends or takes too long."""
    deadline = time.monotonic() + timeout_seconds
    while not ready():
        code = process.poll()
        if code is not None or time.monotonic() > deadline:
            fate = f"ended with code {code}" if code is not None else f"was not ready after {timeout_seconds:g} s"
            raise NotReady(f"{name} {fate}; the end of {log}:\n{last_lines(log, since)}")
        time.sleep(0.02)


def end(process: subprocess.Popen[bytes], *steps: tuple[int, float]) -> None:
    """Send each signal in turn, waiting its seconds, until the process is gone; the last resort is SIGKILL."""
    for number, patience_seconds in (*steps, (signal.SIGKILL, 10)):
        if process.poll() is not None:
            return
        process.send_signal(number)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(patience_seconds)
