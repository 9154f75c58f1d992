"""Timed work."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from apps.limits.operations import forget_counters

# As long as a bill of a quarter is asked about.
KEPT_FOR: Final = timedelta(days=92)
_BATCH: Final = 1000


def forget() -> None:
    """Run the topic `limits.forget_counters`: clear away what was counted long ago."""
    before = (timezone.now() - KEPT_FOR).date()
    while forget_counters(before=before, limit=_BATCH) >= _BATCH:
        pass
