"""What the notes are run by."""

from datetime import timedelta
from typing import Final

from django.utils import timezone

from apps.devices.operations import forget_expired

# Long enough that whoever looks into a complaint still finds the session.
KEPT_FOR: Final = timedelta(days=7)
_BATCH: Final = 1000


def forget() -> None:
    """Run the topic `devices.forget_expired`: clear away what was good for minutes."""
    before = timezone.now() - KEPT_FOR
    while forget_expired(before=before, limit=_BATCH) >= _BATCH:
        pass
