"""One HTTP exchange with a provider: an answer, or whether the request may have arrived.

Built on httpcore, the transport inside httpx, because httpx offers no place for a total
deadline over the headers. It brings what we want and nothing else: a keep-alive pool shared
by threads; no redirects, cookies, proxies from the environment, or decompression.
"""

import ssl
from dataclasses import dataclass, field
from typing import Final, Protocol, Self

import httpcore

from apps.providers.connections import Connections
from apps.providers.contract import NotSent, Unknown
from apps.providers.deadline import total_deadline

MAXIMUM_ANSWER_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class HttpRequest:
    """A request ready to be signed and sent; `path` begins with a slash and is already quoted."""

    method: str
    path: str
    # Not shown by repr: they hold credentials and account tokens.
    body: bytes = field(default=b"", repr=False)
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """A complete answer; header names in lower case. What it means is for the wire to say."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes = field(repr=False)


class BadAnswerSignature(Exception):
    """An answer is not signed, or not by whom we asked."""


class CannotSign(Exception):
    """We have no key to sign with; the text holds no secret."""


class Signer(Protocol):
    """Signs requests."""

    def sign(self, request: HttpRequest) -> HttpRequest:
        """Return the request with its signature headers; CannotSign without a key."""
        ...


class Verifier(Protocol):
    """Checks that an answer comes from the provider and belongs to the request."""

    def verify(self, request: HttpRequest, answer: HttpAnswer) -> None:
        """Raise BadAnswerSignature unless the answer is genuine."""
        ...


class ClosedExchange:
    """A line that cannot be used yet, or no longer: nothing is sent, for a reason that holds no secret."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def close(self) -> None:
        """Do nothing: there are no connections."""

    def send(
        self, request: HttpRequest, *, deadline_seconds: float, maximum_bytes: int = MAXIMUM_ANSWER_BYTES
    ) -> HttpAnswer | Unknown | NotSent:
        """Return that it was not sent."""
        return NotSent(self._reason)


class HttpExchange:
    """The connections to one provider account. Safe to share between threads.

    `base_url` is scheme, host and port; `tls` decides whom to trust and which client
    certificate to show, and without it the platform's certificate authorities are trusted.
    """

    def __init__(
        self,
        base_url: str,
        *,
        tls: ssl.SSLContext | None = None,
        signer: Signer | None = None,
        verifier: Verifier | None = None,
        connections: int = 32,
    ) -> None:
        self._base_url = base_url.rstrip("/")
        self._signer = signer
        self._verifier = verifier
        self._connections = Connections(self._base_url, tls=tls, limit=connections)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    def close(self) -> None:
        """Close every connection."""
        self._connections.close()

    def send(
        self, request: HttpRequest, *, deadline_seconds: float, maximum_bytes: int = MAXIMUM_ANSWER_BYTES
    ) -> HttpAnswer | Unknown | NotSent:
        """Send once and return the whole answer, or whether the request may have left.

        Connecting takes at most a second, everything together at most `deadline_seconds`. An
        answer above `maximum_bytes`, or one whose signature fails, is Unknown.
        """
        if self._signer is not None:
            try:
                request = self._signer.sign(request)
            except CannotSign as error:
                return NotSent(str(error))
        with total_deadline(deadline_seconds) as progress:
            try:
                answer = self._exchange(request, deadline_seconds, maximum_bytes)
            # OSError: the sockets' own, where httpcore has no name for one (a certificate that cannot be checked).
            except (httpcore.NetworkError, httpcore.TimeoutException, httpcore.ProtocolError, OSError) as error:
                kind = type(error).__name__
                return Unknown(kind) if progress.may_have_sent else NotSent(kind)
        if answer is None:
            return Unknown("the answer is too long")
        if self._verifier is not None:
            try:
                self._verifier.verify(request, answer)
            except BadAnswerSignature:
                return Unknown("the answer's signature does not hold")
        return answer

    def _exchange(self, request: HttpRequest, deadline_seconds: float, maximum_bytes: int) -> HttpAnswer | None:
        headers = [
            ("Host", self._base_url.partition("://")[2]),
            ("Accept", "application/json"),
            ("Accept-Encoding", "identity"),
            *([("Content-Length", str(len(request.body)))] if request.body else []),
            *request.headers,
        ]
        url = f"{self._base_url}{request.path}"
        with (
            self._connections.borrowed(timeout_seconds=deadline_seconds) as connection,
            connection.stream(request.method, url, headers=headers, content=request.body or None) as response,
        ):
            body = bytearray()
            for piece in response.iter_stream():
                body += piece
                if len(body) > maximum_bytes:
                    # Leaving the block unread closes this connection.
                    return None
            fields = tuple((name.decode("ascii").lower(), value.decode("latin-1")) for name, value in response.headers)
            return HttpAnswer(response.status, fields, bytes(body))
