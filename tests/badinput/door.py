"""Requests as bytes on a socket, so that anything can be sent, and their answers."""

import contextlib
import http.client
import io
import json
import socket
from dataclasses import dataclass, field, replace
from typing import Any

from tests.badinput.server import Server

# A till is answered within eight seconds; whoever needs longer has failed.
PATIENCE_SECONDS = 20.0

# Any: JSON values.
Json = dict[str, Any]


@dataclass(frozen=True)
class Request:
    """One request; `raw` replaces everything else, `ends` closes our side after sending it."""

    method: str = "GET"
    path: str = "/"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    raw: bytes = b""
    ends: bool = False

    def with_header(self, name: str, value: str | None) -> "Request":
        """Return the request with this header instead of its own of that name; without it for None."""
        others = tuple(header for header in self.headers if header[0].lower() != name.lower())
        return replace(self, headers=others if value is None else (*others, (name, value)))

    def as_bytes(self) -> bytes:
        """Return what goes over the line."""
        if self.raw:
            return self.raw
        names = {name.lower() for name, _ in self.headers}
        headers = list(self.headers)
        if "content-length" not in names and "transfer-encoding" not in names and (self.body or self.method != "GET"):
            headers.append(("Content-Length", str(len(self.body))))
        lines = [f"{self.method} {self.path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape") + self.body


@dataclass(frozen=True)
class Answer:
    """What came back; status 0: the connection was closed without a word."""

    status: int
    headers: dict[str, str] = field(default_factory=dict)
    content: bytes = b""
    # What came after it: a second answer would be in here.
    rest: bytes = b""

    @property
    def json(self) -> Json:
        """The body; empty where it is no object."""
        try:
            document = json.loads(self.content)
        except ValueError:
            return {}
        return document if isinstance(document, dict) else {}


def send(server: Server, request: Request) -> Answer:
    """Send it over a connection of its own, and return the answer."""
    with socket.create_connection(server.address, timeout=PATIENCE_SECONDS) as line:
        # Whoever is refused early may find the line closed before everything is sent; the answer is there all the same.
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            line.sendall(request.as_bytes())
            if request.ends:
                line.shutdown(socket.SHUT_WR)
        return read_answer(line, request.method)


def read_first(line: socket.socket, method: str = "GET") -> Answer:
    """Return the next answer in the line as soon as it is whole, whether or not the line stays open."""
    response = http.client.HTTPResponse(line, method=method)
    response.begin()
    content = response.read()
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, content)


def read_answer(line: socket.socket, method: str = "GET") -> Answer:
    """Return the answer that stands in the line, and what is behind it."""
    received = io.BytesIO()
    with contextlib.suppress(ConnectionResetError):
        while part := line.recv(65536):
            received.write(part)
    return parse(received.getvalue(), method)


def parse(received: bytes, method: str = "GET") -> Answer:
    """Return the first answer in the bytes, and the rest of them."""
    while received.startswith(b"HTTP/1.1 100 "):
        received = received.partition(b"\r\n\r\n")[2]
    if not received:
        return Answer(0)
    stream = io.BytesIO(received)
    response = http.client.HTTPResponse(_Line(stream), method=method)  # type: ignore[arg-type]
    response.begin()
    content = response.read()
    headers = {name.lower(): value for name, value in response.getheaders()}
    # The library reads through a buffer of its own over the same bytes, and takes no more than it needs.
    return Answer(response.status, headers, content, stream.read())


class _Line:
    """Bytes that look like a socket to http.client."""

    def __init__(self, stream: io.BytesIO) -> None:
        self._stream = stream

    def makefile(self, mode: str) -> "_Kept":
        return _Kept(self._stream)


class _Kept(io.BufferedIOBase):
    """The stream, left open when the library closes what it has read."""

    def __init__(self, stream: io.BytesIO) -> None:
        self._stream = stream

    def readable(self) -> bool:
        return True

    def read(self, size: int | None = -1, /) -> bytes:
        return self._stream.read(size)

    def readline(self, size: int | None = -1, /) -> bytes:  # type: ignore[override]
        return self._stream.readline(-1 if size is None else size)

    def readinto(self, buffer: Any, /) -> int:
        return self._stream.readinto(buffer)
