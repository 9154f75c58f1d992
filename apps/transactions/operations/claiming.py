"""Once per key: what a till asks is carried out the first time, and answered again every time."""

from datetime import datetime

from apps.idempotency.operations import Claimed, Known, Subject, claim_key
from apps.transactions.requests import Point, RequestKey


def claim(point: Point, key: RequestKey, subject: Subject, *, now: datetime) -> Claimed | Known:
    """Take the till's key for what is to be made, as the first statement of the caller's transaction.

    Known says what it made before. Raises what `claim_key` raises.
    """
    return claim_key(
        scope=scope_of(point),
        key=key.key,
        method=key.method,
        path=key.path,
        body_digest=key.body_digest,
        subject=subject,
        now=now,
    )


def scope_of(point: Point) -> str:
    """Return the scope of a till's idempotency keys: each till and mode has its own."""
    return f"till:{point.till.id}:{point.mode}"
