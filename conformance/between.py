"""The payment server that a till under test is pointed at: a recording proxy in front of a real one."""

import http.client
import ssl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from conformance.recording import Exchange, Recording

# A long poll lasts up to 30 s.
TIMEOUT_SECONDS = 45.0
_LEFT_OUT = frozenset(
    {"connection", "content-length", "date", "host", "keep-alive", "server", "transfer-encoding", "accept-encoding"}
)


@dataclass(frozen=True)
class Reply:
    """What a till gets; `sent` is less than the body where the line breaks in the middle of it."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    sent: int | None = None

    def with_body(self, body: bytes) -> "Reply":
        """Return the same answer with another body."""
        return replace(self, body=body)


class Trouble:
    """Something that may happen on the way; the plain one lets everything pass. `name` stands in the report."""

    name = ""

    def meet(self, exchange: Exchange, line: "Line") -> Reply | None:
        """Return what the till gets, None to cut the connection."""
        return line.forward(exchange)


@dataclass
class Ordered:
    """A trouble that waits for its call; `times` is how many it strikes, None for all."""

    method: str
    call: str
    trouble: Trouble
    times: int | None = 1

    def strikes(self, exchange: Exchange) -> bool:
        """Say whether this request is one of them, and count it."""
        parts, wanted = exchange.call.split("/"), self.call.split("/")
        fits = len(parts) == len(wanted) and all(b in (a, "*") for a, b in zip(parts, wanted, strict=True))
        if not fits or exchange.method != self.method or self.times == 0:
            return False
        if self.times is not None:
            self.times -= 1
        return True


class Line:
    """The way to the real server."""

    def __init__(self, server_url: str) -> None:
        self._server = urlsplit(server_url)

    def forward(self, exchange: Exchange) -> Reply:
        """Send the till's request on, as it is, and return the answer."""
        return self.send(exchange.method, exchange.path, exchange.headers, exchange.body)

    def send(self, method: str, path: str, headers: dict[str, str], body: bytes) -> Reply:
        """Send a request to the server. Raises OSError."""
        kind = http.client.HTTPSConnection if self._server.scheme == "https" else http.client.HTTPConnection
        connection = kind(self._server.hostname or "", self._server.port, timeout=TIMEOUT_SECONDS)
        kept = {name: value for name, value in headers.items() if name not in _LEFT_OUT}
        try:
            connection.request(method, path, body or None, kept)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        passed = tuple((name, value) for name, value in answer.getheaders() if name.lower() not in _LEFT_OUT)
        return Reply(answer.status, passed, content)


class Between:
    """Listens for the till, records, and makes the trouble that was ordered."""

    def __init__(self, server_url: str) -> None:
        self.line = Line(server_url)
        self.path = urlsplit(server_url).path.rstrip("/")
        self.recording = Recording()
        self._earlier: list[Exchange] = []
        self._orders: list[Ordered] = []
        self._lock = threading.Lock()

    def begin_scenario(self) -> None:
        """Forget the orders and the recording of the scenario before."""
        with self._lock:
            self._earlier += self.recording.exchanges
            self.recording, self._orders = Recording(), []

    def everything(self) -> list[Exchange]:
        """Return the exchanges of the whole run."""
        return [*self._earlier, *self.recording.exchanges]

    def order(self, method: str, call: str, trouble: Trouble, *, times: int | None = 1) -> None:
        """Let something happen to the next calls of a kind; `*` in the call stands for an id."""
        with self._lock:
            self._orders.append(Ordered(method, call, trouble, times))

    def clear(self) -> None:
        """Let everything pass again."""
        with self._lock:
            self._orders = []

    def answer(self, exchange: Exchange) -> Reply | None:
        """Return what the till gets for a recorded request."""
        with self._lock:
            trouble = next((each.trouble for each in self._orders if each.strikes(exchange)), Trouble())
        exchange.trouble = trouble.name
        try:
            reply = trouble.meet(exchange, self.line)
        except (OSError, http.client.HTTPException) as error:
            exchange.trouble = f"the real server did not answer: {type(error).__name__}"
            reply = None
        exchange.answered_at = time.monotonic()
        if reply is not None:
            exchange.status = reply.status
            exchange.answer = reply.body if reply.sent is None else reply.body[: reply.sent]
        return reply

    @contextmanager
    def listening(self, tls: ssl.SSLContext | None = None) -> Iterator[str]:
        """Listen on a port of this machine, and give the base address for the till."""
        server = _Server(("127.0.0.1", 0), _handler_for(self))
        if tls is not None:
            # Each connection shakes hands in its own thread.
            server.socket = tls.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"{'https' if tls else 'http'}://127.0.0.1:{server.server_address[1]}{self.path}"
        finally:
            server.shutdown()
            server.server_close()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 32

    # Any: a socket and an address, which nobody here looks at.
    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing: a till that hangs up is a till that hangs up."""


def _handler_for(between: Between) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = TIMEOUT_SECONDS
        # A header and its body leave as two packets; the second must not wait for the first's receipt.
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            recording = between.recording
            exchange = recording.begin(self.command, self.path, _pairs(self.headers.items()), self.rfile.read(length))
            reply = between.answer(exchange)
            if reply is None:
                self.close_connection = True
                return
            self.send_response(reply.status)
            for name, value in reply.headers:
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            self.wfile.write(reply.body[: reply.sent])
            if reply.sent is not None:
                self.close_connection = True

        do_POST = do_PUT = do_DELETE = do_PATCH = do_GET

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing: the recording has it."""

    return Handler


def _pairs(items: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    return list(items)
