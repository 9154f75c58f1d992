"""The bank core's words for calls and for reasons, and ours."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from apps.providers.contract import Declined, Verb
from apps.providers.reasons import DeclineReason

CALLS: Final[Mapping[Verb, str]] = MappingProxyType(
    {
        Verb.AUTHORISE: "hold",
        Verb.CAPTURE: "capture",
        Verb.VOID: "release",
        Verb.REFUND: "refund",
        Verb.REVERSE: "reversal",
    }
)

# Whether an account of this status can pay.
ACCOUNT_STATUSES: Final[Mapping[str, bool]] = MappingProxyType({"active": True, "blocked": False, "expired": False})

EFFECTS_OF_REVERSAL: Final = frozenset({"released", "refunded", "tombstone", "nothing"})

REASONS: Final[Mapping[str, DeclineReason]] = MappingProxyType(
    {
        "unknown_account": DeclineReason.INVALID_INSTRUMENT,
        "blocked_account": DeclineReason.BLOCKED_INSTRUMENT,
        "expired_instrument": DeclineReason.EXPIRED_INSTRUMENT,
        "currency_not_supported": DeclineReason.CURRENCY_NOT_SUPPORTED,
        "currency_mismatch": DeclineReason.CURRENCY_NOT_SUPPORTED,
        "limit_exceeded": DeclineReason.LIMIT_EXCEEDED,
        "insufficient_funds": DeclineReason.INSUFFICIENT_FUNDS,
        "suspected_fraud": DeclineReason.SUSPECTED_FRAUD,
        "do_not_honour": DeclineReason.DO_NOT_HONOUR,
        "authentication_required": DeclineReason.AUTHENTICATION_REQUIRED,
        "hold_expired": DeclineReason.HOLD_EXPIRED,
        "hold_closed": DeclineReason.HOLD_CLOSED,
        "reversed": DeclineReason.ALREADY_REVERSED,
        "amount_exceeds_hold": DeclineReason.AMOUNT_EXCEEDED,
        "amount_exceeds_capture": DeclineReason.AMOUNT_EXCEEDED,
        "not_reversible": DeclineReason.NOT_PERMITTED,
    }
)

# Errors about this one payment or instrument. Were they ConfigErrors, one odd sale would switch the whole route off.
REFUSALS: Final[Mapping[tuple[int, str], DeclineReason]] = MappingProxyType(
    {
        (404, "unknown_account"): DeclineReason.INVALID_INSTRUMENT,
        (404, "unknown_code"): DeclineReason.INVALID_INSTRUMENT,
        (404, "unknown_consent"): DeclineReason.INVALID_INSTRUMENT,
        # About linking alone: payments go on while staff repair it.
        (404, "no_page"): DeclineReason.NOT_PERMITTED,
        (422, "return_url_refused"): DeclineReason.NOT_PERMITTED,
        (404, "unknown_hold"): DeclineReason.UNKNOWN_OPERATION,
        (404, "unknown_capture"): DeclineReason.UNKNOWN_OPERATION,
        (422, "amount_too_large"): DeclineReason.LIMIT_EXCEEDED,
        (422, "invalid_currency"): DeclineReason.CURRENCY_NOT_SUPPORTED,
    }
)


def declined(raw_reason: str) -> Declined:
    """Return the refusal in our words; one without a mapping is marked, for an alarm."""
    reason = REASONS.get(raw_reason)
    if reason is None:
        # The raw word comes from outside and goes to staff: bounded.
        return Declined(DeclineReason.DO_NOT_HONOUR, raw_reason[:64], mapped=False)
    return Declined(reason, raw_reason)
