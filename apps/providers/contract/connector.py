"""What a connector is: verbs that translate one request into one outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.providers.contract.outcomes import Description, InquiryOutcome, Outcome
from apps.providers.contract.requests import (
    Authorise,
    Capture,
    CheckLiquidity,
    Inquire,
    Refund,
    Reverse,
    Verb,
    Void,
)


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a provider can do; a core that asks for more gets NotSent."""

    check_liquidity: bool
    partial_capture: bool
    multiple_captures: bool
    partial_refund: bool
    notices: bool
    settlement: bool


@dataclass(frozen=True, slots=True)
class Notice:
    """One fact that a provider told unasked, its signature verified. `notice_id` is the provider's, to drop repeats."""

    notice_id: str
    reference: str
    kind: str
    outcome: InquiryOutcome


@dataclass(frozen=True, slots=True)
class SettlementLine:
    """One booking on the provider's statement; `amount` is negative where money left us."""

    reference: str
    provider_reference: str
    verb: Verb
    amount: Money


@dataclass(frozen=True, slots=True)
class Settlement:
    """A provider's own account of one day, with the bytes it came in for the evidence.

    Until `is_final`, more lines may come.
    """

    day: date
    lines: Sequence[SettlementLine]
    is_final: bool
    raw: bytes


class InvalidNotice(ValueError):
    """An incoming notice is unsigned, tampered with or unreadable. Touch nothing because of it."""


class SettlementNotReady(Exception):
    """The statement cannot be had now; ask again later."""


class Connector(Protocol):
    """One provider account. Safe to share between threads; a verb may run twice with one reference.

    A verb returns an outcome whatever happens on the wire, and raises ConfigError only.
    """

    def capabilities(self) -> Capabilities: ...

    def health(self) -> bool:
        """Say whether the provider would take requests now. Never raises; asks for no money."""
        ...

    def check_liquidity(self, request: CheckLiquidity) -> Outcome: ...

    def authorise(self, request: Authorise) -> Outcome: ...

    def capture(self, request: Capture) -> Outcome: ...

    def void(self, request: Void) -> Outcome: ...

    def refund(self, request: Refund) -> Outcome: ...

    def reverse(self, request: Reverse) -> Outcome: ...

    def inquire(self, request: Inquire) -> InquiryOutcome: ...

    def describe_instrument(self, token: Secret[str], *, deadline_seconds: float) -> Description:
        """Return what the token stands for; Declined for one that the provider does not know. Changes nothing."""
        ...

    def parse_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        """Return what a verified notice says; raise InvalidNotice for any other. Changes nothing."""
        ...

    def fetch_settlement(self, day: date) -> Settlement:
        """Return the provider's statement of a day; raise SettlementNotReady where there is none."""
        ...
