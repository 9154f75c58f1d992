import json
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from simulators.caller import NoAnswer, Refused
from simulators.till import Till

Reply = Callable[["Asked"], tuple[int, dict[str, Any]] | None]


@dataclass(frozen=True)
class Asked:
    """One request as it arrived."""

    method: str
    path: str
    key: str | None
    authorisation: str | None
    fields: dict[str, Any] | None


@dataclass
class Server:
    """Plays the payment server: each reply answers one request, None cuts the connection without an answer."""

    replies: list[Reply] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    url: str = ""

    def will(self, *replies: tuple[int, dict[str, Any]] | None) -> None:
        self.replies = [lambda _, reply=reply: reply for reply in replies]


@pytest.fixture
def server() -> Iterator[Server]:
    played = Server()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            fields = json.loads(self.rfile.read(length)) if length else None
            asked = Asked(
                self.command, self.path, self.headers["Idempotency-Key"], self.headers["Authorization"], fields
            )
            played.asked.append(asked)
            reply = played.replies.pop(0)(asked)
            if reply is None:
                self.close_connection = True
                return
            status, body = reply
            self.send_response(status)
            self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(json.dumps(body).encode())

        do_GET = do_POST

        def log_message(self, format: str, *arguments: object) -> None:
            """Say nothing."""

    listener = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    played.url = f"http://127.0.0.1:{listener.server_address[1]}/api/pos/v1"
    threading.Thread(target=listener.serve_forever, args=(0.02,), daemon=True).start()
    yield played
    listener.shutdown()
    listener.server_close()


@pytest.fixture
def till(server: Server) -> Till:
    return Till(server.url, "till_live_key", patience_seconds=10)


def payment(status: str, version: int, **more: Any) -> dict[str, Any]:
    return {"id": "pay_1", "status": status, "version": version, **more}


def test_says_who_it_is_what_was_scanned_and_for_how_much(server: Server, till: Till) -> None:
    server.will((201, payment("authorised", 3)))

    assert till.authorise("hQVDUFYw", 1295, "2031-0007", cashier="0042")["status"] == "authorised"

    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/api/pos/v1/payments")
    assert asked.authorisation == "Bearer till_live_key"
    assert asked.fields == {
        "code": "hQVDUFYw",
        "amount": 1295,
        "currency": "CHF",
        "reference": "2031-0007",
        "cashier": "0042",
    }


def test_asks_again_with_the_same_key_when_the_answer_got_lost(server: Server, till: Till) -> None:
    server.will(
        None, (503, {"code": "unavailable"}), (409, {"code": "idempotency_in_progress"}), (201, payment("x", 1))
    )

    till.authorise("hQVDUFYw", 1295, "2031-0007")

    assert len({(asked.key, asked.path, str(asked.fields)) for asked in server.asked}) == 1
    assert len(server.asked) == 4
    assert till.repeats == 3


def test_every_intent_has_a_key_of_its_own(server: Server, till: Till) -> None:
    server.will(*[(201, payment("authorised", 3))] * 3)

    till.authorise("hQVDUFYw", 1295, "2031-0007")
    till.capture("pay_1")
    till.cancel("pay_1", key="mine")

    keys = [asked.key for asked in server.asked]
    assert len(set(keys)) == 3
    assert keys[2] == "mine"


def test_gives_up_when_its_patience_is_over_and_never_guesses(server: Server) -> None:
    till = Till(server.url, "till_live_key", patience_seconds=0.3)
    server.will(None, None, None)

    with pytest.raises(NoAnswer):
        till.authorise("hQVDUFYw", 1295, "2031-0007")

    assert till.payments == {}


def test_a_no_that_makes_no_payment_is_not_repeated(server: Server, till: Till) -> None:
    server.will((422, {"code": "malformed", "detail": "not a code"}))

    with pytest.raises(Refused) as refused:
        till.authorise("nonsense", 1295, "2031-0007")

    assert (refused.value.status, refused.value.code) == (422, "malformed")
    assert len(server.asked) == 1


def test_an_answer_that_was_overtaken_undoes_nothing(server: Server, till: Till) -> None:
    server.will((200, payment("captured", 5)), (200, payment("authorised", 3)), (200, payment("captured", 6)))

    seen = [till.get("pay_1")["status"] for _ in range(3)]

    assert seen == ["captured"] * 3
    assert till.payments["pay_1"]["version"] == 6


def test_polls_until_the_payment_is_decided(server: Server, till: Till) -> None:
    server.will((200, payment("processing", 2, poll_after_ms=10)), (200, payment("authorised", 3)))

    decided = till.await_outcome(payment("processing", 1), within_seconds=5)

    assert decided["status"] == "authorised"
    assert all(asked.path.startswith("/api/pos/v1/payments/pay_1?wait=") for asked in server.asked)


def test_finds_a_sale_by_its_reference(server: Server, till: Till) -> None:
    server.will((200, {"data": [payment("authorised", 3)], "next_cursor": None}))

    assert [found["id"] for found in till.by_reference("2031-0007", "2026-11-23")] == ["pay_1"]

    assert server.asked[0].path == "/api/pos/v1/payments?reference=2031-0007&date=2026-11-23"


def test_gives_back_confirms_and_closes_the_day(server: Server, till: Till) -> None:
    refund = {"object": "refund", "id": "ref_1", "payment": payment("captured", 7)}
    closed = {"object": "day_close", "matched": True}
    answers = [refund, payment("authorised", 8), {"object": "return", "sales": []}, closed, {"data": [{"seq": 1}]}]
    server.will(*((200, answer) for answer in answers))

    assert till.refund("pay_1", 500, reason="Kork")["payment"]["version"] == 7
    assert till.confirm("pay_1")["status"] == "authorised"
    assert till.start_return("hQVD")["sales"] == []
    assert till.close_day("2026-11-23", payments=[100, 200])["matched"]
    assert till.events_after(4) == [{"seq": 1}]

    assert [asked.path.removeprefix("/api/pos/v1/") for asked in server.asked] == [
        "payments/pay_1/refunds",
        "payments/pay_1/confirm",
        "returns",
        "day-close",
        "events?after=4",
    ]
    assert server.asked[0].fields == {"amount": 500, "currency": "CHF", "reason": "Kork"}
    assert server.asked[3].fields == {
        "business_date": "2026-11-23",
        "currency": "CHF",
        "payments": {"count": 2, "amount": 300},
        "refunds": {"count": 0, "amount": 0},
    }


def test_a_sale_whose_answer_nobody_reads_is_called_off_by_its_key(server: Server, till: Till) -> None:
    server.will((201, payment("authorised", 2)), (200, payment("cancelled", 3, object="payment")))

    with till.unanswered("hQVD", 1295, "R1") as key:
        while not server.asked:
            time.sleep(0.01)
        off = till.cancel_lost(key, "R1")

    assert off["status"] == "cancelled"
    sale, cancellation = server.asked
    assert (sale.key, sale.fields) == (key, {"code": "hQVD", "amount": 1295, "currency": "CHF", "reference": "R1"})
    assert cancellation.fields == {"idempotency_key": key, "reference": "R1"}
    assert cancellation.key != key
