"""Why a provider said no, in our words, and what the cashier does about each.

Connectors map a provider's codes onto these; the raw code travels beside them for staff and
is never shown to a shopper. The values are stored and sent to tills: they are never renamed.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class TillAction(StrEnum):
    """What a till proposes after a no."""

    NEW_CODE = "new_code"
    OTHER_INSTRUMENT = "other_instrument"
    OTHER_MEANS = "other_means"
    CALL_SUPERVISOR = "call_supervisor"
    WAIT = "wait"


class DeclineReason(StrEnum):
    """A normalised decline reason."""

    INSUFFICIENT_FUNDS = "insufficient_funds"
    LIMIT_EXCEEDED = "limit_exceeded"
    EXPIRED_INSTRUMENT = "expired_instrument"
    INVALID_INSTRUMENT = "invalid_instrument"
    BLOCKED_INSTRUMENT = "blocked_instrument"
    SUSPECTED_FRAUD = "suspected_fraud"
    DO_NOT_HONOUR = "do_not_honour"
    NOT_PERMITTED = "not_permitted"
    AUTHENTICATION_REQUIRED = "authentication_required"
    CURRENCY_NOT_SUPPORTED = "currency_not_supported"
    PROVIDER_UNAVAILABLE = "provider_unavailable"
    # The next ones answer captures, voids, refunds and late authorisations, not a scanned code.
    AMOUNT_EXCEEDED = "amount_exceeded"
    UNKNOWN_OPERATION = "unknown_operation"
    HOLD_EXPIRED = "hold_expired"
    HOLD_CLOSED = "hold_closed"
    ALREADY_REVERSED = "already_reversed"


_ACTIONS: Final[Mapping[DeclineReason, TillAction]] = MappingProxyType(
    {
        DeclineReason.INSUFFICIENT_FUNDS: TillAction.OTHER_INSTRUMENT,
        DeclineReason.LIMIT_EXCEEDED: TillAction.OTHER_INSTRUMENT,
        DeclineReason.EXPIRED_INSTRUMENT: TillAction.OTHER_INSTRUMENT,
        DeclineReason.INVALID_INSTRUMENT: TillAction.OTHER_INSTRUMENT,
        DeclineReason.BLOCKED_INSTRUMENT: TillAction.OTHER_INSTRUMENT,
        # No hint to the shopper that fraud is suspected: the till offers what it offers for any firm no.
        DeclineReason.SUSPECTED_FRAUD: TillAction.OTHER_MEANS,
        DeclineReason.DO_NOT_HONOUR: TillAction.OTHER_INSTRUMENT,
        DeclineReason.NOT_PERMITTED: TillAction.OTHER_INSTRUMENT,
        DeclineReason.AUTHENTICATION_REQUIRED: TillAction.NEW_CODE,
        DeclineReason.CURRENCY_NOT_SUPPORTED: TillAction.OTHER_INSTRUMENT,
        DeclineReason.PROVIDER_UNAVAILABLE: TillAction.WAIT,
        DeclineReason.AMOUNT_EXCEEDED: TillAction.CALL_SUPERVISOR,
        DeclineReason.UNKNOWN_OPERATION: TillAction.CALL_SUPERVISOR,
        DeclineReason.HOLD_EXPIRED: TillAction.NEW_CODE,
        DeclineReason.HOLD_CLOSED: TillAction.NEW_CODE,
        DeclineReason.ALREADY_REVERSED: TillAction.NEW_CODE,
    }
)


def till_action(reason: DeclineReason) -> TillAction:
    """Return what the till proposes after this reason."""
    return _ACTIONS[reason]
