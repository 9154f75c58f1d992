"""Amounts whose last four digits decide what the sandbox does with an operation, and tokens with a meaning.

Declines apply to authorisations; the faults to authorisations, captures and refunds, and
strike each reference once, so that a repetition or an inquiry is answered honestly. Any token
pays; one that begins with `unknown`, `blocked`, `away` or `silent` is described as just that.
"""

import hashlib
from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType
from typing import Final

from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.providers.contract import Declined, Description, InstrumentDescription, NotSent, Unknown
from apps.providers.reasons import DeclineReason


class Fault(Enum):
    """How an exchange with the sandbox goes wrong."""

    NOT_SENT = auto()
    TIMEOUT_THEN_YES = auto()
    TIMEOUT_THEN_NO = auto()
    # Never arrives: inquiries have never heard of it, until it is repeated or reversed.
    TIMEOUT_LOST = auto()
    # Arrives after the first inquiry, or is refused if a reversal came before.
    LATE_YES = auto()
    PENDING_THEN_YES = auto()
    CONFIG_ERROR = auto()


FAULTS: Final[Mapping[int, Fault]] = MappingProxyType(
    {
        9901: Fault.NOT_SENT,
        9902: Fault.TIMEOUT_THEN_YES,
        9903: Fault.TIMEOUT_THEN_NO,
        9904: Fault.TIMEOUT_LOST,
        9905: Fault.PENDING_THEN_YES,
        9906: Fault.CONFIG_ERROR,
        9909: Fault.LATE_YES,
    }
)

DECLINES: Final[Mapping[int, DeclineReason]] = MappingProxyType(
    {
        # Its no becomes known by an inquiry only.
        9903: DeclineReason.DO_NOT_HONOUR,
        9911: DeclineReason.INSUFFICIENT_FUNDS,
        9912: DeclineReason.LIMIT_EXCEEDED,
        9913: DeclineReason.BLOCKED_INSTRUMENT,
        9914: DeclineReason.SUSPECTED_FRAUD,
        9915: DeclineReason.DO_NOT_HONOUR,
        9916: DeclineReason.EXPIRED_INSTRUMENT,
        9917: DeclineReason.AUTHENTICATION_REQUIRED,
        9918: DeclineReason.INVALID_INSTRUMENT,
        9919: DeclineReason.NOT_PERMITTED,
        9920: DeclineReason.PROVIDER_UNAVAILABLE,
    }
)


def fault_of(amount: Money) -> Fault | None:
    """Return the fault that the amount asks for, if any."""
    return FAULTS.get(amount.amount % 10_000)


def decline_of(amount: Money) -> DeclineReason | None:
    """Return the no that the amount asks for, if any."""
    return DECLINES.get(amount.amount % 10_000)


def description_of(token: Secret[str], *, currency: str) -> Description:
    """Return what the token stands for; its label has four digits that tell two tokens apart and give neither away."""
    text = token.reveal()
    if text.startswith("unknown"):
        return Declined(DeclineReason.INVALID_INSTRUMENT, "unknown_account")
    if text.startswith("away"):
        return NotSent("the sandbox refused the connection")
    if text.startswith("silent"):
        return Unknown("the request was lost")
    digits = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4]) % 10_000
    return InstrumentDescription(f"Sandbox ...{digits:04}", currency, not text.startswith("blocked"))
