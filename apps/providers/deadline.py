"""Sockets that obey one total deadline, and remember whether a byte may have left.

A read timeout starts again with every byte, so a slow drip, even of the headers, keeps a
client waiting for ever. Here every socket call of a thread gets what is left of that
thread's deadline. One exchange runs in one thread from beginning to end.
"""

import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import httpcore

CONNECT_TIMEOUT_SECONDS = 1.0


@dataclass(slots=True)
class Progress:
    """How far one exchange has come; changed by the sockets while it runs."""

    ends_at: float
    may_have_sent: bool = False

    def left(self) -> float:
        """Return the seconds left; raise ReadTimeout when there are none."""
        seconds = self.ends_at - time.monotonic()
        if seconds <= 0:
            raise httpcore.ReadTimeout("the total deadline passed")
        return seconds


class _Current(threading.local):
    progress: Progress | None = None


_current = _Current()


@contextmanager
def total_deadline(seconds: float) -> Iterator[Progress]:
    """Bound every socket call that this thread makes inside, all of them together."""
    progress = Progress(ends_at=time.monotonic() + seconds)
    _current.progress = progress
    try:
        yield progress
    finally:
        _current.progress = None


def _progress() -> Progress:
    if _current.progress is None:
        raise RuntimeError("this connection is used inside total_deadline() only")
    return _current.progress


class DeadlineStream(httpcore.NetworkStream):
    """A connection whose calls share the thread's deadline; the pool's own timeouts are not used."""

    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, timeout=_progress().left())

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        progress = _progress()
        seconds = progress.left()
        # Before the call, not after it: a write that fails may have sent a part.
        progress.may_have_sent = True
        self._inner.write(buffer, timeout=seconds)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        seconds = min(CONNECT_TIMEOUT_SECONDS, _progress().left())
        return DeadlineStream(self._inner.start_tls(ssl_context, server_hostname, timeout=seconds))

    def get_extra_info(self, info: str) -> Any:  # Any: the pool's own signature
        return self._inner.get_extra_info(info)


class DeadlineBackend(httpcore.SyncBackend):
    """Opens such connections. The name lookup itself is bounded by the system's resolver only."""

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,  # Any: the pool's own signature
    ) -> httpcore.NetworkStream:
        seconds = min(CONNECT_TIMEOUT_SECONDS, _progress().left())
        return DeadlineStream(
            super().connect_tcp(host, port, timeout=seconds, local_address=local_address, socket_options=socket_options)
        )
