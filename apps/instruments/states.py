"""The states of a means of payment, and the moves between them."""

from typing import Final

from django.db import models


class InstrumentStatus(models.TextChoices):
    """Only an active one pays; a removed one never comes back, and its handle names nothing else ever."""

    ACTIVE = "active"
    SUSPENDED = "suspended"
    REMOVED = "removed"


MOVES: Final = {
    InstrumentStatus.ACTIVE: frozenset({InstrumentStatus.SUSPENDED, InstrumentStatus.REMOVED}),
    InstrumentStatus.SUSPENDED: frozenset({InstrumentStatus.ACTIVE, InstrumentStatus.REMOVED}),
    InstrumentStatus.REMOVED: frozenset[InstrumentStatus](),
}
