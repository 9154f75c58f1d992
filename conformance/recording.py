"""What a till said to the payment server and what it heard, kept whole for judging and masked for showing."""

import json
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

# Any: bodies are read as they come.
Fields = dict[str, Any]
SHOWN_CHARACTERS = 600
# So much of a scanned code tells it from others and pays nothing.
CODE_START = 6


class Mask:
    """Knows every secret of a run, and hides them in whatever is shown."""

    def __init__(self) -> None:
        self._codes: list[str] = []
        self._keys: list[str] = []

    def add_code(self, code: str) -> None:
        """Hide this scanned code from now on, but for its beginning."""
        self._codes.append(code)

    def add_key(self, key: str) -> None:
        """Hide this till key from now on."""
        self._keys.append(key)

    def hide(self, text: str) -> str:
        """Return the text without keys and codes."""
        for key in self._keys:
            text = text.replace(key, "till_...***")
        for code in self._codes:
            text = text.replace(code, f"{code[:CODE_START]}...")
        return text


@dataclass
class Exchange:
    """One request, what was done to it on the way, and what the till got. Not frozen: the answer comes last."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes
    asked_at: float
    trouble: str = ""
    # None: the connection was cut.
    status: int | None = None
    answer: bytes = b""
    answered_at: float | None = None

    @property
    def call(self) -> str:
        """The call below the base address, without its query: `payments`, `payments/pay_.../capture`."""
        return self.path.partition("?")[0].partition("/v1/")[2]

    @property
    def key(self) -> str:
        """The idempotency key that was sent."""
        return self.headers.get("idempotency-key", "")

    @property
    def asked(self) -> Fields:
        """The request's body, empty where it is no JSON object."""
        return _object(self.body)

    @property
    def answered(self) -> Fields:
        """The answer's body as the till got it, empty where it got none."""
        return _object(self.answer)

    @property
    def payment(self) -> Fields:
        """The payment that the till was shown, also inside a refund or alone in a list; empty if there was none."""
        answer = self.answered
        if answer.get("object") == "payment":
            return answer
        inside = answer.get("payment")
        return inside if isinstance(inside, dict) else {}

    def shown(self, mask: Mask) -> Fields:
        """Return the exchange for a report."""
        kept = {name: self.headers[name] for name in ("idempotency-key",) if name in self.headers}
        return {
            "request": mask.hide(f"{self.method} {self.path}"),
            "headers": {name: mask.hide(value) for name, value in kept.items()},
            "body": _shortened(mask.hide(self.body.decode(errors="replace"))),
            "on_the_way": self.trouble,
            "status": self.status,
            "answer": _shortened(mask.hide(self.answer.decode(errors="replace"))),
        }


@dataclass
class Recording:
    """The exchanges of a scenario, in the order in which they were asked."""

    exchanges: list[Exchange] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, method: str, path: str, headers: Iterable[tuple[str, str]], body: bytes) -> Exchange:
        """Keep a request that has arrived."""
        lower = {name.lower(): value for name, value in headers}
        exchange = Exchange(method, path, lower, body, time.monotonic())
        with self._lock:
            self.exchanges.append(exchange)
        return exchange

    def calls(self, method: str, call: str) -> list[Exchange]:
        """Return the requests to one call; `*` stands for an id."""
        with self._lock:
            return [each for each in self.exchanges if each.method == method and _fits(each.call, call)]

    def posts_of(self, code: str) -> list[Exchange]:
        """Return every POST payments that carried this code."""
        return [each for each in self.calls("POST", "payments") if each.asked.get("code") == code]


def _fits(call: str, wanted: str) -> bool:
    parts, pattern = call.split("/"), wanted.split("/")
    return len(parts) == len(pattern) and all(b in (a, "*") for a, b in zip(parts, pattern, strict=True))


def _object(content: bytes) -> Fields:
    try:
        found = json.loads(content)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _shortened(text: str) -> str:
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}... ({len(text)} characters)"
