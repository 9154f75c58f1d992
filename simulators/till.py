"""A till: sells, never guesses, and asks again with the same key when an answer got lost."""

import contextlib
import json
import ssl
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlencode, urlsplit

from simulators.caller import Answer, Caller, Fields, NoAnswer
from simulators.till_signature import TillSigner

# The server answers within 8 s; whoever waits less would ask again for nothing.
TIMEOUT_SECONDS = 12.0
LONGEST_WAIT_SECONDS = 30
FIRST_PAUSE_SECONDS = 0.25
LONGEST_PAUSE_SECONDS = 2.0


class Till:
    """One till with its key. Remembers of every payment the highest version that it has seen."""

    def __init__(
        self,
        pos_url: str,
        key: str,
        *,
        patience_seconds: float = 60.0,
        currency: str = "CHF",
        signer: TillSigner | None = None,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        """`signer` signs every request; `tls` may show a client certificate."""
        self._pos_url = pos_url.rstrip("/")
        self._sign = signer.sign if signer else None
        self._caller = Caller(pos_url, timeout_seconds=TIMEOUT_SECONDS, sign=self._sign, tls=tls)
        # A long poll lasts up to 30 s by itself.
        longest = LONGEST_WAIT_SECONDS + TIMEOUT_SECONDS
        self._patient_caller = Caller(pos_url, timeout_seconds=longest, sign=self._sign, tls=tls)
        self._headers = {"Authorization": f"Bearer {key}"}
        self._patience_seconds = patience_seconds
        self.currency = currency
        self.payments: dict[str, Fields] = {}
        self.repeats = 0

    def authorise(self, code: str, amount: int, reference: str, *, key: str | None = None, **more: object) -> Fields:
        """Ask for the money behind a scanned code, and return the payment; a no is a payment too.

        `key` repeats an earlier intent, also after the till was switched off. Raises Refused for what no payment came
        of, NoAnswer when the patience is over: then ask with the same key, or `by_reference`.
        """
        fields = {"code": code, "amount": amount, "currency": self.currency, "reference": reference, **more}
        return self._post("payments", fields, key)

    def get(self, payment_id: str, wait: int | None = None) -> Fields:
        """Return the payment as it is; with `wait` after at most so many seconds, at once when it is decided."""
        query = f"?wait={wait}" if wait else ""
        return self._newest(self._get(f"payments/{payment_id}{query}"))

    def await_outcome(self, payment: Fields, within_seconds: float) -> Fields:
        """Return the payment once it has an outcome or the cashier must act, or as it is when the time is over."""
        deadline = time.monotonic() + within_seconds
        while _is_waiting(payment) and (left := deadline - time.monotonic()) > 0:
            payment = self.get(payment["id"], wait=max(1, min(LONGEST_WAIT_SECONDS, int(left))))
            if _is_waiting(payment):
                time.sleep(min(left, (payment.get("poll_after_ms") or 0) / 1000))
        return payment

    def by_reference(self, reference: str, date: str | None = None) -> list[Fields]:
        """Return what became of a sale, newest first: for a till that never learnt an id."""
        query = {"reference": reference} | ({"date": date} if date else {})
        found = self._get(f"payments?{urlencode(query)}")
        return [self._newest(payment) for payment in found["data"]]

    def capture(
        self, payment_id: str, amount: int | None = None, *, final: bool | None = None, key: str | None = None
    ) -> Fields:
        """Take the money, all of it unless an amount is said, and return the payment."""
        fields: Fields = {} if amount is None else {"amount": amount, "currency": self.currency}
        return self._post(f"payments/{payment_id}/capture", fields | ({} if final is None else {"final": final}), key)

    def confirm(self, payment_id: str, *, key: str | None = None) -> Fields:
        """Say that a possible duplicate is another sale, and return the payment."""
        return self._post(f"payments/{payment_id}/confirm", {}, key)

    def cancel(self, payment_id: str, *, only_rest: bool = False, key: str | None = None) -> Fields:
        """Call the sale off, or only the rest of its hold, and return the payment; safe to repeat."""
        return self._post(f"payments/{payment_id}/cancel", {"only": "rest"} if only_rest else {}, key)

    @contextlib.contextmanager
    def unanswered(self, code: str, amount: int, reference: str) -> Iterator[str]:
        """Send a sale and never read what comes of it; give its key, by which it can be called off meanwhile."""
        parts, key = urlsplit(self._pos_url), uuid.uuid4().hex
        fields = {"code": code, "amount": amount, "currency": self.currency, "reference": reference}
        headers = self._headers | {"Idempotency-Key": key, "Content-Type": "application/json"}
        target, body = f"{parts.path}/payments", json.dumps(fields).encode()
        if self._sign is not None:
            headers |= self._sign("POST", target, headers, body)
        connection = self._caller.connect()
        try:
            connection.request("POST", target, body, headers)
            yield key
        finally:
            connection.close()

    def cancel_lost(self, lost_key: str, reference: str) -> Fields:
        """Call off the sale that was sent with this key, and return it; or that it never came and never will."""
        answer = self._send("cancellations", {"idempotency_key": lost_key, "reference": reference}, None)
        return self._newest(answer) if answer["object"] == "payment" else answer

    def refund(self, payment_id: str, amount: int | None = None, *, key: str | None = None, **more: object) -> Fields:
        """Give money back, all that is left unless an amount is said, and return the refund with its payment."""
        fields: Fields = {} if amount is None else {"amount": amount, "currency": self.currency}
        refund = self._send(f"payments/{payment_id}/refunds", fields | more, key)
        return {**refund, "payment": self._newest(refund["payment"])}

    def refunds(self, payment_id: str) -> list[Fields]:
        """Return what was given back, newest first."""
        return list(self._get(f"payments/{payment_id}/refunds")["data"])

    def start_return(self, code: str, *, key: str | None = None) -> Fields:
        """Return what the customer behind a code with purpose 1 can bring back, or why not."""
        return self._send("returns", {"code": code}, key)

    def close_day(
        self,
        business_date: str,
        *,
        payments: Sequence[int],
        refunds: Sequence[int] = (),
        lines: Sequence[Mapping[str, object]] | None = None,
        key: str | None = None,
    ) -> Fields:
        """Tell which amounts were taken and given back on the day, and return how it compares."""
        fields: Fields = {"business_date": business_date, "currency": self.currency}
        for name, amounts in (("payments", payments), ("refunds", refunds)):
            fields[name] = {"count": len(amounts), "amount": sum(amounts)}
        return self._send("day-close", fields | ({} if lines is None else {"lines": list(lines)}), key)

    def events_after(self, seq: int = 0) -> list[Fields]:
        """Return what happened at the merchant since that number, as far as one page goes."""
        return list(self._get(f"events?after={seq}")["data"])

    def whoami(self) -> Fields:
        """Return who the server takes this till for, with its limits and the time."""
        return self._get("till")

    def _post(self, path: str, fields: Fields, key: str | None) -> Fields:
        return self._newest(self._send(path, fields, key))

    def _send(self, path: str, fields: Fields, key: str | None) -> Fields:
        # One key per intent: however often it is sent, it happens once.
        headers = self._headers | {"Idempotency-Key": key or uuid.uuid4().hex}
        return self._until_answered(self._caller, "POST", path, fields, headers).accepted()

    def _get(self, path: str) -> Fields:
        return self._until_answered(self._patient_caller, "GET", path, None, self._headers).accepted()

    def _until_answered(
        self, caller: Caller, method: str, path: str, fields: Fields | None, headers: dict[str, str]
    ) -> Answer:
        deadline, pause = time.monotonic() + self._patience_seconds, FIRST_PAUSE_SECONDS
        while True:
            try:
                answer = caller.call(method, path, fields, headers)
            except NoAnswer:
                if time.monotonic() + pause > deadline:
                    raise
            else:
                if not _should_repeat(answer) or time.monotonic() + pause > deadline:
                    return answer
                pause = max(pause, _retry_after_seconds(answer))
            time.sleep(pause)
            self.repeats += 1
            pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    def _newest(self, payment: Fields) -> Fields:
        # Answers may overtake one another: an older one never undoes a newer.
        known = self.payments.get(payment["id"])
        if known is None or payment["version"] >= known["version"]:
            self.payments[payment["id"]] = payment
        return self.payments[payment["id"]]


def _is_waiting(payment: Fields) -> bool:
    """Say whether only time, the bank or the customer can decide."""
    if payment["status"] == "action_required":
        return bool(payment["action"]["type"] == "customer_consent")
    return bool(payment["status"] == "processing")


def _should_repeat(answer: Answer) -> bool:
    """Say whether the server asks to be asked again; with the same key that is always safe."""
    return answer.status in (429, 500, 502, 503, 504) or answer.body.get("code") == "idempotency_in_progress"


def _retry_after_seconds(answer: Answer) -> float:
    text = answer.headers.get("retry-after", "")
    return min(float(text), float(LONGEST_WAIT_SECONDS)) if text.isdigit() else 0.0
