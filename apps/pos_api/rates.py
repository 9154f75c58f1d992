"""How often a till may call, and what becomes of one that sends codes that nobody can read."""

from datetime import datetime
from typing import Final

from django.conf import settings

from apps.pos_api.operations import flag_till
from apps.rest.throttle import Draw, Rate, draw, require
from apps.transactions.requests import Point

# Made up, or read by a scanner that is out of order. Customers who show another app's code, or whose app is old, are
# not the till's fault.
UNREADABLE: Final = frozenset({"malformed", "unreadable", "key_unknown"})


def let_scan(point: Point) -> None:
    """Let the till send a scanned code. Raises TooManyRequests, also while it has sent too many unreadable ones."""
    rate = Rate(settings.TILL_SCANS_PER_SECOND, settings.TILL_SCANS_AT_ONCE)
    # Only asked here: whether the code can be read is known later.
    require(Draw(_bucket(point, "scans"), rate), _unreadable(point, tokens=0))


def let_call(point: Point) -> None:
    """Let the till do anything else. Raises TooManyRequests."""
    require(Draw(_bucket(point, "calls"), Rate(settings.TILL_CALLS_PER_SECOND, settings.TILL_CALLS_AT_ONCE)))


def hear_refusal(point: Point, code: str, *, now: datetime) -> None:
    """Count a scan that was refused for this, and flag the till when it was one too many."""
    if code not in UNREADABLE:
        return
    drawn = draw(_unreadable(point, tokens=1))
    if drawn.wait_seconds > 0 or drawn.left < 1:
        flag_till(point=point, code=code, now=now)


def _unreadable(point: Point, *, tokens: int) -> Draw:
    per_minute = settings.TILL_UNREADABLE_CODES_PER_MINUTE
    return Draw(_bucket(point, "unreadable"), Rate(per_minute / 60, per_minute), tokens)


def _bucket(point: Point, name: str) -> str:
    return f"till:{point.till.id}:{point.mode}:{name}"
