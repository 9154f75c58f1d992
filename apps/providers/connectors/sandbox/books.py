"""What the sandbox remembers: operations by reference, holds, captures. Not safe for threads by itself."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

from apps.kernel.money import Money
from apps.providers.connectors.sandbox.magic import decline_of
from apps.providers.contract import (
    Approved,
    Authorise,
    Capture,
    Declined,
    Refund,
    Request,
    Reverse,
    SettlementLine,
    Verb,
    Void,
)
from apps.providers.reasons import DeclineReason

Writing = Authorise | Capture | Void | Refund | Reverse
Result = Approved | Declined


@dataclass(slots=True)
class _Hold:
    left: Money
    expires_at: datetime
    is_open: bool = True


@dataclass(slots=True)
class _Capture:
    hold: str
    left: Money


@dataclass(slots=True)
class Books:
    """Every operation is worked on once; repetitions get the first result."""

    results: dict[str, tuple[Verb, Result]] = field(default_factory=dict)
    lines: list[tuple[datetime, SettlementLine]] = field(default_factory=list)
    undone: set[str] = field(default_factory=set)
    _holds: dict[str, _Hold] = field(default_factory=dict)
    _captures: dict[str, _Capture] = field(default_factory=dict)

    def work(self, request: Writing, now: datetime) -> Result:
        """Carry the request out, or return what came of it the first time."""
        if known := self.results.get(request.reference):
            return known[1]
        if request.reference in self.undone:
            # The reversal overtook it.
            return Declined(DeclineReason.ALREADY_REVERSED, "reversed")
        match request:
            case Authorise():
                verb, result = Verb.AUTHORISE, self._authorise(request, now)
            case Capture():
                verb, result = Verb.CAPTURE, self._capture(request, now)
            case Void():
                verb, result = Verb.VOID, self._void(request)
            case Refund():
                verb, result = Verb.REFUND, self._refund(request, now)
            case Reverse():
                verb, result = Verb.REVERSE, self._reverse(request, now)
        self.results[request.reference] = (verb, result)
        return result

    def _authorise(self, request: Authorise, now: datetime) -> Result:
        if reason := decline_of(request.amount):
            return Declined(reason, reason.value)
        if request.expires_at <= now:
            return Declined(DeclineReason.HOLD_EXPIRED, "hold_expired")
        name = f"hold_{request.reference}"
        self._holds[name] = _Hold(request.amount, request.expires_at)
        return Approved(name, request.amount, request.expires_at.astimezone(UTC))

    def _capture(self, request: Capture, now: datetime) -> Result:
        hold = self._holds.get(request.hold)
        if hold is None:
            return Declined(DeclineReason.UNKNOWN_OPERATION, "unknown_hold")
        if not hold.is_open:
            return Declined(DeclineReason.HOLD_CLOSED, "hold_closed")
        if hold.expires_at <= now:
            return Declined(DeclineReason.HOLD_EXPIRED, "hold_expired")
        if request.amount.currency != hold.left.currency:
            return Declined(DeclineReason.CURRENCY_NOT_SUPPORTED, "currency_mismatch")
        if request.amount.amount > hold.left.amount:
            return Declined(DeclineReason.AMOUNT_EXCEEDED, "amount_exceeds_hold")
        hold.left -= request.amount
        hold.is_open = not request.final
        name = f"capture_{request.reference}"
        self._captures[name] = _Capture(request.hold, request.amount)
        self._book(request, name, Verb.CAPTURE, request.amount, now)
        return Approved(name, request.amount)

    def _void(self, request: Void) -> Result:
        hold = self._holds.get(request.hold)
        if hold is None:
            return Declined(DeclineReason.UNKNOWN_OPERATION, "unknown_hold")
        released = hold.left if hold.is_open else Money(0, request.amount.currency)
        hold.is_open = False
        return Approved(request.hold, released)

    def _refund(self, request: Refund, now: datetime) -> Result:
        capture = self._captures.get(request.capture)
        if capture is None:
            return Declined(DeclineReason.UNKNOWN_OPERATION, "unknown_capture")
        if request.amount.currency != capture.left.currency:
            return Declined(DeclineReason.CURRENCY_NOT_SUPPORTED, "currency_mismatch")
        if request.amount.amount > capture.left.amount:
            return Declined(DeclineReason.AMOUNT_EXCEEDED, "amount_exceeds_capture")
        capture.left -= request.amount
        name = f"refund_{request.reference}"
        self._book(request, name, Verb.REFUND, -request.amount, now)
        return Approved(name, request.amount)

    def _reverse(self, request: Reverse, now: datetime) -> Result:
        verb, _ = self.results.get(request.original_reference, (None, None))
        if verb in {Verb.VOID, Verb.REFUND, Verb.REVERSE}:
            return Declined(DeclineReason.NOT_PERMITTED, "not_reversible")
        self.undone.add(request.original_reference)
        hold = self._holds.get(f"hold_{request.original_reference}")
        if hold is not None:
            hold.is_open = False
        own = f"capture_{request.original_reference}"
        for name, capture in self._captures.items():
            if capture.left and (name == own or capture.hold == f"hold_{request.original_reference}"):
                self._book(request, name, Verb.REVERSE, -capture.left, now)
                capture.left -= capture.left
        return Approved(request.reference)

    def _book(self, request: Request, name: str, verb: Verb, amount: Money, now: datetime) -> None:
        self.lines.append((now, SettlementLine(request.reference, name, verb, amount)))
