"""Kept connections to one provider, each used by one thread at a time.

Not httpcore's own pool: there one thread may take another's busy connection for a dead one
(it looks idle, then its answer arrives and makes it readable) and close it in mid-exchange.
"""

import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import httpcore

from apps.providers.deadline import DeadlineBackend

_KEEP_SECONDS: Final = 30.0


class Connections:
    """At most `limit` connections at a time; a connection that failed is never used again."""

    def __init__(self, base_url: str, *, tls: ssl.SSLContext | None, limit: int) -> None:
        self._origin = httpcore.URL(base_url).origin
        self._tls = tls
        self._places = threading.BoundedSemaphore(limit)
        self._lock = threading.Lock()
        self._idle: list[httpcore.HTTPConnection] = []

    @contextmanager
    def borrowed(self, *, timeout_seconds: float) -> Iterator[httpcore.HTTPConnection]:
        """Lend a connection; raise PoolTimeout when none comes free in time."""
        if not self._places.acquire(timeout=timeout_seconds):
            raise httpcore.PoolTimeout("every connection is in use")
        try:
            connection = self._take()
            try:
                yield connection
            finally:
                self._give_back(connection)
        finally:
            self._places.release()

    def close(self) -> None:
        """Close the idle connections."""
        with self._lock:
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()

    def _take(self) -> httpcore.HTTPConnection:
        with self._lock:
            while self._idle:
                connection = self._idle.pop()
                if not connection.has_expired() and not connection.is_closed():
                    return connection
                connection.close()
        # A repetition is the core's decision: no retries.
        return httpcore.HTTPConnection(
            self._origin,
            ssl_context=self._tls,
            keepalive_expiry=_KEEP_SECONDS,
            retries=0,
            network_backend=DeadlineBackend(),
        )

    def _give_back(self, connection: httpcore.HTTPConnection) -> None:
        if not connection.is_idle():
            connection.close()
            return
        with self._lock:
            self._idle.append(connection)
