"""Timed work."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from apps.merchants.operations import forget_nonces

# Two machines' clocks may differ by so much.
_TOLERANCE: Final = timedelta(minutes=1)
_BATCH: Final = 5000


def forget() -> None:
    """Run the topic `merchants.forget_nonces`: clear away what is refused for its age anyway."""
    before = timezone.now() - _TOLERANCE
    while forget_nonces(before=before, limit=_BATCH) >= _BATCH:
        pass
