"""What may happen between a till and the payment server. The answers are the real server's wherever there is one."""

import json
import threading
import time
from collections.abc import Callable
from urllib.parse import urlencode, urlsplit

from conformance.between import Line, Reply, Trouble
from conformance.recording import Exchange, Fields

JSON = ("Content-Type", "application/json")
PROBLEM = ("Content-Type", "application/problem+json")
EARLY_WITHIN_SECONDS = 5.0


class CutBefore(Trouble):
    """The request is lost on its way: the server never hears of it."""

    name = "lost on the way to the server"

    def meet(self, exchange: Exchange, line: Line) -> Reply | None:
        return None


class CutAfter(Trouble):
    """The server does what it was asked, and its answer is lost."""

    name = "done by the server, the answer was lost"

    def meet(self, exchange: Exchange, line: Line) -> Reply | None:
        line.forward(exchange)
        return None


class Torn(Trouble):
    """The line breaks in the middle of the answer."""

    name = "done by the server, half of the answer arrived"

    def meet(self, exchange: Exchange, line: Line) -> Reply | None:
        reply = line.forward(exchange)
        return Reply(reply.status, reply.headers, reply.body, sent=len(reply.body) // 2)


class Withheld(Trouble):
    """The request is stuck on the way; `deliver` lets it arrive later."""

    name = "stuck on the way"

    def __init__(self) -> None:
        self._stuck: list[tuple[Exchange, Line]] = []

    def meet(self, exchange: Exchange, line: Line) -> Reply | None:
        self._stuck.append((exchange, line))
        return None

    def deliver(self) -> list[Reply]:
        """Let what is stuck arrive now, and return what the server says to it; nobody else hears it."""
        return [line.forward(exchange) for exchange, line in self._stuck]


class Twice(Trouble):
    """The network delivers the request twice, and the till gets the second answer."""

    name = "delivered twice"

    def meet(self, exchange: Exchange, line: Line) -> Reply | None:
        line.forward(exchange)
        return line.forward(exchange)


class Refusing(Trouble):
    """The server has no time: it changes nothing and says when to come again."""

    def __init__(self, status: int, code: str, retry_after_seconds: int) -> None:
        self.name = f"refused with {status} and Retry-After: {retry_after_seconds}"
        self._status, self._retry_after = status, str(retry_after_seconds)
        self._problem = {"type": "about:blank", "title": code, "status": status, "code": code, "detail": "again, later"}

    def meet(self, exchange: Exchange, line: Line) -> Reply | None:
        headers = (PROBLEM, ("Retry-After", self._retry_after))
        return Reply(self._status, headers, json.dumps(self._problem).encode())


class Early(Trouble):
    """The server is too busy to keep a till waiting: it answers `processing` at once, as it does above its limit."""

    name = "answered before there was an outcome"

    def meet(self, exchange: Exchange, line: Line) -> Reply | None:
        threading.Thread(target=_quietly, args=(lambda: line.forward(exchange),), daemon=True).start()
        base, query = exchange.path, urlencode({"reference": exchange.asked.get("reference", "")})
        headers = {"authorization": exchange.headers.get("authorization", ""), "accept": "application/json"}
        deadline = time.monotonic() + EARLY_WITHIN_SECONDS
        while time.monotonic() < deadline:
            found = json.loads(line.send("GET", f"{base}?{query}", headers, b"").body).get("data", [])
            # An earlier sale under this number is off; the newest comes first.
            if found and not found[0]["final"]:
                waiting = found[0]["poll_after_ms"] is not None
                status, more = (202, (("Retry-After", "1"),)) if waiting else (201, ())
                return Reply(status, (JSON, *more), json.dumps(found[0]).encode())
            time.sleep(0.03)
        return None


class Busy(Trouble):
    """Long polls are answered at once, with a longer pause to the next one."""

    def __init__(self, poll_after_ms: int) -> None:
        self.name = f"too busy to wait: answered at once, poll_after_ms {poll_after_ms}"
        self._poll_after_ms = poll_after_ms

    def meet(self, exchange: Exchange, line: Line) -> Reply | None:
        reply = line.send(exchange.method, urlsplit(exchange.path).path, exchange.headers, b"")
        answer = json.loads(reply.body)
        if answer.get("poll_after_ms") is None:
            return reply
        seconds = -(-self._poll_after_ms // 1000)
        body = json.dumps(answer | {"poll_after_ms": self._poll_after_ms}).encode()
        return Reply(reply.status, (JSON, ("Retry-After", str(seconds))), body)


class Altered(Trouble):
    """The answer passes through other hands: a later version of the server, or an answer that was overtaken."""

    def __init__(self, name: str, change: Callable[[Fields], Fields]) -> None:
        self.name = name
        self._change = change

    def meet(self, exchange: Exchange, line: Line) -> Reply | None:
        reply = line.forward(exchange)
        if reply.status >= 400:
            return reply
        return reply.with_body(json.dumps(self._change(json.loads(reply.body)), ensure_ascii=False).encode())


def _quietly(work: Callable[[], object]) -> None:
    try:
        work()
    except OSError:
        # The till has its answer; what becomes of the request is asked of the server itself.
        return
