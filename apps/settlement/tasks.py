"""What the notes are run by: one thin function per topic."""

from typing import Final

from django.utils import timezone

from apps.kernel.actors import Actor
from apps.settlement.operations import close_due_batches, look_for_left_over
from apps.settlement.operations.closing import REACH

CLOCK: Final = Actor("system", "settlement")


def close_batches() -> None:
    """Run the topic `settlement.close_batches`."""
    close_due_batches(reach=REACH, by=CLOCK, now=timezone.now())


def look() -> None:
    """Run the topic `settlement.look`."""
    look_for_left_over(now=timezone.now())
