"""What this door notices about a till while it serves it, written down for staff."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction

from apps.audit.models import Record
from apps.audit.operations import record
from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.kernel.actors import Actor
from apps.merchants.queries import business_date
from apps.transactions.requests import Point

MOST_SKEW: Final = timedelta(hours=1)
CLOCK_OFF: Final = "till.clock_off"


@transaction.atomic(durable=True)
def flag_till(*, point: Point, code: str, now: datetime) -> None:
    """Open a case about a till that sends what nobody can read, or count one more time on the open one.

    `code` is what the last scan was refused for.
    """
    store = point.till.store
    open_case(
        kind="till_sends_garbage",
        severity=Severity.WARNING,
        subject=point.till.public_id,
        summary="A till sends codes that nobody can read: its scanner is out of order, or somebody plays with its key.",
        facts={
            "merchant": store.merchant.public_id,
            "store": store.public_id,
            "mode": str(point.mode),
            "last_code": code,
            "per_minute": settings.TILL_UNREADABLE_CODES_PER_MINUTE,
        },
        now=now,
    )


@transaction.atomic(durable=True)
def note_clock(*, point: Point, pos_time: datetime, by: Actor, now: datetime) -> bool:
    """Write down that the till's clock is more than an hour off, once per till and business day; say whether it is.

    Two sales at once may write it twice; that harms nobody.
    """
    skew = pos_time - now
    if abs(skew) <= MOST_SKEW:
        return False
    day = business_date(point.till.store.merchant, now=now).isoformat()
    subject = point.till.public_id
    if not Record.objects.filter(subject=subject, action=CLOCK_OFF, facts__day=day).exists():
        facts = {"day": day, "skew_seconds": int(skew.total_seconds())}
        record(actor=by, action=CLOCK_OFF, subject=subject, facts=facts, now=now)
    return True
