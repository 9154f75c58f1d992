"""What a connector is: verbs that translate one request into one outcome."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
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


class NoticeKind(StrEnum):
    """What a notice is about."""

    OPERATION = "operation"
    CONSENT = "consent"
    # Of a type that we do not know; kept for people.
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What a provider told unasked, its signature verified: a hint to ask, never a fact to book.

    `notice_id` is the provider's, to drop repeats, and `nonce` that of this one message, to drop replays. `reference`
    is ours, of the operation; `consent` the provider's name for a linked account.
    """

    notice_id: str
    nonce: str
    kind: NoticeKind
    # The provider's own word, bounded and printable.
    raw_kind: str
    reference: str = ""
    amount: Money | None = None
    consent: str = ""
    # Whether the provider says that the linked account can pay; None where it is about something else.
    is_usable: bool | None = None


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
