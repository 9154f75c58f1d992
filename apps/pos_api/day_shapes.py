"""What a till reads besides payments: its closed day, what happened at its merchant, and a sale that never came."""

from collections.abc import Mapping
from typing import Any, Final

from apps.live.models import Event
from apps.pos_api.shapes import shown_status
from apps.transactions.models import DayClose

# That staff look at a payment, or that its bank keeps silent, is not for tills to tell apart: it is being processed.
_SHOWN_TYPE: Final[Mapping[str, str]] = {
    "payment.held": "payment.started",
    "payment.released": "payment.processing",
    "payment.unknown": "payment.processing",
    "payment.fallback": "payment.processing",
}


def day_close_shape(close: DayClose) -> dict[str, object]:
    """Return how the till's day ended; every difference has the same members."""
    return {
        "object": "day_close",
        "business_date": close.business_date,
        "currency": close.currency,
        "matched": close.matched,
        "differences": [_difference_shape(each) for each in close.differences],
        "told": close.told,
        "ours": close.ours,
        "closed_at": close.closed_at,
    }


# Any: what the close keeps as JSON: sums with a count, or a line's amount.
def _difference_shape(difference: Mapping[str, Any]) -> dict[str, object]:
    told, ours = difference["told"], difference["ours"]
    is_sum = difference["reference"] is None
    return {
        "type": difference["type"],
        "reference": difference["reference"],
        "told": told["amount"] if is_sum else told,
        "ours": ours["amount"] if is_sum else ours,
        "told_count": told["count"] if is_sum else None,
        "ours_count": ours["count"] if is_sum else None,
    }


def event_shape(seq: int, event: Event) -> dict[str, object]:
    """Return an event of the merchant's stream; the facts are ids."""
    facts: dict[str, object] = dict(event.facts)
    if "status" in facts:
        facts["status"] = shown_status(str(facts["status"]))
    return {"seq": seq, "type": _SHOWN_TYPE.get(event.kind, event.kind), "at": event.at, **facts}


def never_arrived_shape(idempotency_key: str, reference: str) -> dict[str, object]:
    """Return that there is no such sale, and that there will be none."""
    return {
        "object": "cancellation",
        "status": "never_arrived",
        "idempotency_key": idempotency_key,
        "reference": reference,
        "safe_to_release_goods": False,
        "safe_to_retry": True,
    }
