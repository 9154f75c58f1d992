"""One JSON call over HTTP with the standard library alone, as a small device makes it."""

import http.client
import json
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

# Any: what a server answers is read as it comes.
Fields = dict[str, Any]
# Takes method, path with query, headers and body, and returns the headers to add.
Sign = Callable[[str, str, Mapping[str, str], bytes | None], Mapping[str, str]]


class NoAnswer(Exception):
    """No answer, or none that can be read: whether the call arrived is not known."""


class Refused(Exception):
    """The server understood, and said no; `code` is its stable reason."""

    def __init__(self, status: int, problem: Fields) -> None:
        self.status = status
        self.problem = problem
        self.code = str(problem.get("code", ""))
        super().__init__(f"{status} {self.code}: {problem.get('detail', problem.get('title', ''))}")


@dataclass(frozen=True)
class Answer:
    """What came back; the names of the headers are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: Fields

    def accepted(self) -> Fields:
        """Return the body of a 2xx; raise Refused for any other."""
        if 200 <= self.status < 300:
            return self.body
        raise Refused(self.status, self.body)


class Caller:
    """Calls below one address. A connection per call: one that was kept may have died meanwhile."""

    def __init__(
        self, base_url: str, *, timeout_seconds: float, sign: Sign | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        """`sign` signs every call; `tls` may show a certificate of ours."""
        self._sign, self._tls = sign, tls
        self.base_url = base_url.rstrip("/")
        self._parts = urlsplit(self.base_url)
        self._timeout_seconds = timeout_seconds

    def call(
        self, method: str, path: str, fields: Fields | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Return the answer, also a no. Raises NoAnswer when the connection fails or what comes is not JSON."""
        connection = self.connect()
        sent = {"Accept": "application/json", **(headers or {})}
        body = None
        if fields is not None:
            body = json.dumps(fields, ensure_ascii=False).encode()
            sent["Content-Type"] = "application/json"
        target = f"{self._parts.path}/{path.lstrip('/')}"
        if self._sign is not None:
            sent |= self._sign(method, target, sent, body)
        try:
            connection.request(method, target, body, sent)
            response = connection.getresponse()
            content = response.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswer(f"{method} {path}: {type(error).__name__}") from error
        finally:
            connection.close()
        received = {name.lower(): value for name, value in response.getheaders()}
        return Answer(response.status, received, _object(content, f"{method} {path}"))

    def connect(self) -> http.client.HTTPConnection:
        """Return a connection of its own, which opens with the first request."""
        host, port = self._parts.hostname or "", self._parts.port
        if self._parts.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=self._timeout_seconds, context=self._tls)
        return http.client.HTTPConnection(host, port, timeout=self._timeout_seconds)


def _object(content: bytes, call: str) -> Fields:
    if not content:
        return {}
    try:
        found = json.loads(content)
    except ValueError:
        raise NoAnswer(f"{call}: not JSON") from None
    if not isinstance(found, dict):
        raise NoAnswer(f"{call}: not an object")
    return found
