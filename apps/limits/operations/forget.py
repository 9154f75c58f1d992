"""Clearing away the counters of days long past."""

from datetime import date

from django.db import transaction

from apps.limits.locks import old_counters
from apps.limits.models import DayCounter


@transaction.atomic(durable=True)
def forget_counters(*, before: date, limit: int) -> int:
    """Delete at most `limit` counters of days before that one; return how many. Safe at any time and by several."""
    ids = old_counters(before=before, limit=limit)
    DayCounter.objects.filter(id__in=ids).delete()
    return len(ids)
