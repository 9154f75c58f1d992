"""The only place that locks limits and counters.

Counters are locked by scope, then subject: a payment holds at most one of each scope, and the merchant's, the only
busy one, is the last, so that nobody waits for it while its holder waits for another.
"""

from datetime import date
from typing import Final
from uuid import UUID

from django.db import connection

from apps.limits.models import DayCounter, Scope

# The first of two numbers, so that no lock of another kind shares it: the letters "limi".
_LIMITS: Final = 0x6C696D69


def lock_limits_of(scope: Scope, subject_id: UUID) -> None:
    """Wait until nobody else changes the subject's limits; held until the transaction ends.

    There may be no row yet to lock. Payments do not wait: they read what was committed.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, hashtext(%s::text))", [_LIMITS, f"{scope} {subject_id}"])


def old_counters(*, before: date, limit: int) -> list[UUID]:
    """Return counters of days before that one, locked; those that another one is clearing away are left to him."""
    old = DayCounter.objects.select_for_update(skip_locked=True).filter(day__lt=before).order_by("day")
    return list(old.values_list("id", flat=True)[:limit])
