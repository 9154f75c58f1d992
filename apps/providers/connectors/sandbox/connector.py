"""The sandbox's connector: the contract in memory, with every way in which a provider can fail."""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime

from apps.kernel.masking import Secret
from apps.providers.connectors.sandbox.books import Books, Writing
from apps.providers.connectors.sandbox.magic import Fault, decline_of, description_of, fault_of
from apps.providers.contract import (
    Approved,
    Authorise,
    Capabilities,
    Capture,
    CheckLiquidity,
    ConfigError,
    Declined,
    Description,
    Inquire,
    InquiryOutcome,
    InvalidNotice,
    NeverHeardOf,
    Notice,
    NotSent,
    Outcome,
    Pending,
    Refund,
    Reverse,
    Settlement,
    Unknown,
    Void,
)
from apps.providers.reasons import DeclineReason


class SandboxConnector:
    """One account in memory; forgotten with the process. `now` is the clock, aware UTC."""

    def __init__(self, *, now: Callable[[], datetime], currency: str = "CHF") -> None:
        self._now = now
        self._currency = currency
        self._lock = threading.Lock()
        self._books = Books()
        self._struck: set[str] = set()
        self._on_the_way: dict[str, Writing] = {}

    def close(self) -> None:
        """Nothing to close; every connector can be closed."""

    def capabilities(self) -> Capabilities:
        return Capabilities(
            check_liquidity=True,
            partial_capture=True,
            multiple_captures=True,
            partial_refund=True,
            notices=False,
            settlement=True,
        )

    def health(self) -> bool:
        return True

    def check_liquidity(self, request: CheckLiquidity) -> Outcome:
        if reason := decline_of(request.amount):
            return Declined(reason, reason.value)
        return Approved(request.reference, request.amount)

    def authorise(self, request: Authorise) -> Outcome:
        return self._write(request, fault_of(request.amount))

    def capture(self, request: Capture) -> Outcome:
        return self._write(request, fault_of(request.amount))

    def void(self, request: Void) -> Outcome:
        return self._write(request, None)

    def refund(self, request: Refund) -> Outcome:
        return self._write(request, fault_of(request.amount))

    def reverse(self, request: Reverse) -> Outcome:
        return self._write(request, None)

    def inquire(self, request: Inquire) -> InquiryOutcome:
        with self._lock:
            if request.reference in self._books.undone:
                return Declined(DeclineReason.ALREADY_REVERSED, "reversed")
            if known := self._books.results.get(request.reference):
                verb, result = known
                if verb is not request.verb:
                    return Unknown("the reference belongs to another verb")
                return result
            # It arrives just after this inquiry has been answered.
            if late := self._on_the_way.pop(request.reference, None):
                self._books.work(late, self._now())
            return NeverHeardOf()

    def describe_instrument(self, token: Secret[str], *, deadline_seconds: float) -> Description:
        return description_of(token, currency=self._currency)

    def parse_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        raise InvalidNotice("the sandbox sends no notices")

    def fetch_settlement(self, day: date) -> Settlement:
        with self._lock:
            lines = tuple(line for at, line in self._books.lines if at.astimezone(UTC).date() == day)
        is_final = self._now().astimezone(UTC).date() > day
        return Settlement(day, lines, is_final, "\n".join(map(repr, lines)).encode())

    def _write(self, request: Writing, fault: Fault | None) -> Outcome:
        with self._lock:
            is_first = request.reference not in self._struck
            self._struck.add(request.reference)
            match fault if is_first else None:
                case Fault.NOT_SENT:
                    return NotSent("the sandbox refused the connection")
                case Fault.CONFIG_ERROR:
                    raise ConfigError("the sandbox does not know this merchant")
                case Fault.TIMEOUT_LOST:
                    return Unknown("the request was lost")
                case Fault.LATE_YES:
                    self._on_the_way[request.reference] = request
                    return Unknown("the request is late")
                case Fault.TIMEOUT_THEN_YES | Fault.TIMEOUT_THEN_NO:
                    self._books.work(request, self._now())
                    return Unknown("the answer was lost")
                case Fault.PENDING_THEN_YES:
                    self._books.work(request, self._now())
                    return Pending(request.reference)
                case None:
                    return self._books.work(request, self._now())
