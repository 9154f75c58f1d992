"""What is asked of a provider, one frozen dataclass per verb.

`reference` is ours, one per intent and unchanged on repetition; a provider's own name for a
thing is called `hold` or `capture`. `deadline_seconds` is the total time for the exchange.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from apps.kernel.masking import Secret
from apps.kernel.money import Money


class Verb(StrEnum):
    """The verbs that leave an operation behind at the provider, which can be inquired about."""

    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    REVERSE = "reverse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """What every request carries. A malformed one is a programming error and raises ValueError."""

    reference: str
    deadline_seconds: float
    amount: Money

    def __post_init__(self) -> None:
        if not self.reference:
            raise ValueError("a request without a reference could not be repeated safely")
        if self.deadline_seconds <= 0:
            raise ValueError("a request needs time to be answered")
        if self.amount.amount <= 0:
            raise ValueError("a provider is asked for a positive amount")


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckLiquidity(Request):
    """Would this amount be approved now? Promises nothing and holds nothing."""

    instrument_token: Secret[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Authorise(Request):
    """Hold the amount until `expires_at`. `merchant` is what the payer's statement shows."""

    instrument_token: Secret[str]
    merchant: str
    expires_at: datetime
    # What the payer signed, for a provider that wants to check it for itself.
    proof: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(Request):
    """Take `amount` of a hold; a `final` one releases the rest of it."""

    hold: str
    final: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Void(Request):
    """Release what is uncaptured of a proven hold; `amount` is what we believe that to be."""

    hold: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Refund(Request):
    """Give back `amount` of a capture."""

    capture: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Reverse(Request):
    """Undo `original_reference`, whether or not it has arrived; if it arrives later it is refused.

    `reference` names the reversal itself; `amount` is that of the original.
    """

    original_reference: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquire(Request):
    """What became of the operation `reference`? `verb` and `amount` are what it had asked for."""

    verb: Verb
