"""A till's client for the POS API, in one file and with the standard library alone; copy it or install it.

    till = Client("https://pay.example.ch/api/pos/v1", "till_live_...")
    key = new_key()                                   # keep it until the answer has been read, across a restart too
    payment = till.authorise(scanned, 4250, "2031-0007", key=key)
    payment = till.capture(payment.id)
    if payment.safe_to_release_goods: ...

Where the merchant wants signed requests or a client certificate: `Client(..., signer=Signer(...), tls=context)`, see
`mpayment_till.signing`, which is the only part that needs another package.

An answer that gets lost is asked for again with the same key, as long as the patience lasts. Refused is a no that
nothing came of; NoAnswer means that nobody knows: ask again with the same key, or `cancel_lost`.
"""

import http.client
import json
import ssl
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from urllib.parse import urlencode, urlsplit

Json = dict[str, Any]  # Any: what a server answers is read as it comes

# The server answers within 8 s, a long poll within 30 s.
TIMEOUT_SECONDS = 12.0
LONGEST_WAIT_SECONDS = 30
FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 0.25, 2.0


class NoAnswer(Exception):
    """Nothing came back, or nothing that can be read: whether the call arrived is not known."""


class Refused(Exception):
    """The server said no; decide by `code`, log the rest."""

    def __init__(self, status: int, problem: Json) -> None:
        self.status, self.problem, self.code = status, problem, str(problem.get("code", ""))
        super().__init__(f"{status} {self.code}: {problem.get('detail', '')} ({problem.get('request_id', '')})")


@dataclass(frozen=True)
class Decline:
    """Why not, in words to show; `action` is what to propose, `tries_left` is there after a wrong PIN."""

    code: str
    cashier_message: str
    customer_message: str
    action: str
    tries_left: int | None = None


@dataclass(frozen=True)
class Payment:
    """A payment as it was at `version`; amounts in minor units. `raw` has every member that the server sent."""

    id: str
    version: int
    status: str
    final: bool
    safe_to_release_goods: bool
    safe_to_retry: bool
    amount: int
    currency: str
    authorised: int
    captured: int
    remaining: int
    refunded: int
    refund_status: str
    reference: str
    decline: Decline | None
    action: str | None
    poll_after_ms: int | None
    raw: Json

    @property
    def is_waiting(self) -> bool:
        """Whether there is no outcome yet; with `action` because somebody must agree."""
        return self.poll_after_ms is not None


@dataclass(frozen=True)
class Refund:
    """Money on its way back: `final` once it is there or has failed."""

    id: str
    status: str
    final: bool
    amount: int
    currency: str
    payment: Payment
    raw: Json


@dataclass(frozen=True)
class Sale:
    """What a customer bought and may bring back."""

    payment: Payment
    refundable: int
    lines: list[Json]
    returned_lines: list[Json]


@dataclass(frozen=True)
class Return:
    """A customer who showed a code for a return, or why that did not work."""

    id: str
    sales: list[Sale]
    decline: Decline | None


@dataclass(frozen=True)
class DayClose:
    """How the day ended."""

    matched: bool
    differences: list[Json]
    raw: Json


@dataclass(frozen=True)
class Event:
    """Something that happened to a payment of the merchant; keep the highest `seq`."""

    seq: int
    type: str
    at: str
    payment: str
    version: int
    status: str


class RequestSigner(Protocol):
    """What signs requests, such as `mpayment_till.signing.Signer`."""

    def sign(self, method: str, target: str, headers: Mapping[str, str], body: bytes | None) -> Mapping[str, str]:
        """Return the fields to add to a request for `target`, a path with its query."""


def new_key() -> str:
    """Return a key for a new intention; the same one for every repetition of it."""
    return str(uuid.uuid4())


class Client:
    """One till with its key. Safe to use from several threads."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        currency: str = "CHF",
        patience_seconds: float = 30.0,
        signer: RequestSigner | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`signer` signs every request; `tls` may show a client certificate. Neither without being asked for."""
        self._address = urlsplit(base_url.rstrip("/"))
        self._key, self._signer, self._tls = key, signer, tls
        self._patience_seconds = patience_seconds
        self.currency = currency

    def whoami(self) -> Json:
        """Return who the server takes this till for; also the connection test."""
        return self._call("GET", "till")

    # Any: the other members of a sale, such as lines, cashier, capture.
    def authorise(self, code: str, amount: int, reference: str, *, key: str | None = None, **more: Any) -> Payment:
        """Ask for the money behind a scanned code; a no is a payment with a `decline`."""
        body = {"code": code, "amount": amount, "currency": self.currency, "reference": reference, **more}
        return _payment(self._call("POST", "payments", body, key))

    def get(self, payment_id: str, *, wait_seconds: int = 0) -> Payment:
        """Return the payment as it is, or after its outcome."""
        return _payment(self._call("GET", f"payments/{payment_id}?wait={wait_seconds}", extra_seconds=wait_seconds))

    def wait(self, payment: Payment, *, within_seconds: float = 45.0) -> Payment:
        """Return the payment once it has an outcome, a cashier must act, or the time is over."""
        ends_at = time.monotonic() + within_seconds
        while payment.is_waiting and payment.action != "cashier_confirm" and (left := ends_at - time.monotonic()) > 0:
            payment = self.get(payment.id, wait_seconds=max(1, min(LONGEST_WAIT_SECONDS, int(left))))
            if payment.is_waiting:
                time.sleep(min(left, (payment.poll_after_ms or 0) / 1000))
        return payment

    def find(self, reference: str) -> list[Payment]:
        """Return this till's payments under a receipt number, newest first."""
        return [_payment(each) for each in self._call("GET", f"payments?{urlencode({'reference': reference})}")["data"]]

    def capture(
        self, payment_id: str, amount: int | None = None, *, final: bool = True, key: str | None = None
    ) -> Payment:
        """Take what is held, or a part of it."""
        return _payment(self._call("POST", f"payments/{payment_id}/capture", self._sum(amount) | {"final": final}, key))

    def confirm(self, payment_id: str, *, key: str | None = None) -> Payment:
        """Say that a possible duplicate is another sale."""
        return _payment(self._call("POST", f"payments/{payment_id}/confirm", {}, key))

    def cancel(self, payment_id: str, *, only_rest: bool = False, key: str | None = None) -> Payment:
        """Call the sale off, or give up only what is held of it and not captured."""
        return _payment(self._call("POST", f"payments/{payment_id}/cancel", {"only": "rest"} if only_rest else {}, key))

    def cancel_lost(self, lost_key: str, reference: str) -> Payment | None:
        """Call off the sale that was sent with this key and never answered; None: it never came, and never will."""
        answer = self._call("POST", "cancellations", {"idempotency_key": lost_key, "reference": reference})
        return _payment(answer) if answer["object"] == "payment" else None

    def refund(
        self,
        payment_id: str,
        amount: int | None = None,
        *,
        reason: str = "",
        cashier: str = "",
        lines: Sequence[Json] = (),
        key: str | None = None,
    ) -> Refund:
        """Give back a part or all that is left; `awaiting_approval` above the merchant's limit."""
        more = {"reason": reason, "cashier": cashier, "lines": list(lines)}
        body = self._sum(amount) | {name: value for name, value in more.items() if value}
        answer = self._call("POST", f"payments/{payment_id}/refunds", body, key)
        named = {name: answer[name] for name in ("id", "status", "final", "amount", "currency")}
        return Refund(payment=_payment(answer["payment"]), raw=answer, **named)

    def start_return(self, code: str, *, key: str | None = None) -> Return:
        """Return what the customer who shows this code may bring back."""
        answer = self._call("POST", "returns", {"code": code}, key)
        sales = [
            Sale(_payment(each), each["refundable"], each["lines"], each["returned_lines"]) for each in answer["sales"]
        ]
        return Return(answer["id"], sales, _decline(answer["decline"]))

    def close_day(
        self,
        business_date: str,
        *,
        payments: tuple[int, int],
        refunds: tuple[int, int],
        lines: Sequence[Json] | None = None,
        key: str | None = None,
    ) -> DayClose:
        """Tell what was counted (how many, how much), and return what differs."""
        sums = {
            name: dict(zip(("count", "amount"), pair, strict=True))
            for name, pair in (("payments", payments), ("refunds", refunds))
        }
        body = {"business_date": business_date, "currency": self.currency, **sums}
        answer = self._call("POST", "day-close", body if lines is None else body | {"lines": list(lines)}, key)
        return DayClose(answer["matched"], answer["differences"], answer)

    def events(self, after: int = 0) -> Iterator[Event]:
        """Yield what happened at the merchant since that number, to the end of what is known."""
        while True:
            page = self._call("GET", f"events?after={after}")
            for each in page["data"]:
                after = each["seq"]
                yield Event(**{name: each[name] for name in Event.__dataclass_fields__})
            if page["next_cursor"] is None:
                return

    def _sum(self, amount: int | None) -> Json:
        return {} if amount is None else {"amount": amount, "currency": self.currency}

    def _call(
        self, method: str, path: str, body: Json | None = None, key: str | None = None, *, extra_seconds: float = 0
    ) -> Json:
        """Return the body of a success, asking again while that is worth it: always with the same key and bytes."""
        headers = {"Authorization": f"Bearer {self._key}", "Accept": "application/json"}
        content = None
        if method == "POST":
            headers |= {"Content-Type": "application/json", "Idempotency-Key": key or new_key()}
            content = json.dumps(body or {}, ensure_ascii=False).encode()
        gives_up_at, pause = time.monotonic() + self._patience_seconds, FIRST_PAUSE_SECONDS
        while True:
            try:
                status, received, answer = self._send(method, path, content, headers, TIMEOUT_SECONDS + extra_seconds)
            except NoAnswer:
                if time.monotonic() + pause > gives_up_at:
                    raise
            else:
                if 200 <= status < 300:
                    return answer
                if not _is_worth_repeating(status, answer) or time.monotonic() + pause > gives_up_at:
                    raise Refused(status, answer)
                after = received.get("retry-after", "")
                pause = max(pause, min(float(after), LONGEST_WAIT_SECONDS) if after.isdigit() else 0.0)
            time.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _send(
        self, method: str, path: str, content: bytes | None, headers: Mapping[str, str], timeout: float
    ) -> tuple[int, dict[str, str], Json]:
        target, signed = f"{self._address.path}/{path}", dict(headers)
        if self._signer is not None:
            # Every try: a signature is good once, while the idempotency key stays the same.
            signed |= self._signer.sign(method, target, headers, content)
        connection = self._connect(timeout)
        try:
            connection.request(method, target, content, signed)
            response = connection.getresponse()
            answer = json.loads(response.read())
        except (OSError, http.client.HTTPException, ValueError) as error:
            raise NoAnswer(f"{method} {path}: {type(error).__name__}") from error
        finally:
            connection.close()
        if not isinstance(answer, dict):
            raise NoAnswer(f"{method} {path}: not an object")
        return response.status, {name.lower(): value for name, value in response.getheaders()}, answer

    def _connect(self, timeout: float) -> http.client.HTTPConnection:
        # A connection per call: one that was kept may have died meanwhile.
        host, port = self._address.hostname or "", self._address.port
        if self._address.scheme == "https":
            return http.client.HTTPSConnection(host, port, timeout=timeout, context=self._tls)
        return http.client.HTTPConnection(host, port, timeout=timeout)


def _is_worth_repeating(status: int, answer: Json) -> bool:
    return status in (429, 500, 502, 503, 504) or answer.get("code") == "idempotency_in_progress"


def _payment(answer: Json) -> Payment:
    plain = {name: answer[name] for name in Payment.__dataclass_fields__ if name not in ("decline", "action", "raw")}
    action = None if answer["action"] is None else str(answer["action"]["type"])
    return Payment(decline=_decline(answer["decline"]), action=action, raw=answer, **plain)


def _decline(answer: Json | None) -> Decline | None:
    if answer is None:
        return None
    return Decline(**{name: answer[name] for name in Decline.__dataclass_fields__ if name in answer})
