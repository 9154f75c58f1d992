"""The states of a batch and the moves between them; what a payment says of its settlement.

A trigger holds the moves too: a test keeps its table and this one the same.
"""

from typing import Final

from django.db import models


class BatchStatus(models.TextChoices):
    """A closed batch has its sums for good; whatever is done with it later changes its status alone."""

    OPEN = "open"
    CLOSED = "closed"


MOVES: Final = {
    BatchStatus.OPEN: frozenset({BatchStatus.CLOSED}),
    BatchStatus.CLOSED: frozenset[BatchStatus](),
}


class LineKind(models.TextChoices):
    """Which way the money went."""

    CAPTURED = "captured"
    REFUNDED = "refunded"


class SettlementStatus(models.TextChoices):
    """The settlement facet of a payment; the least of its parts."""

    NONE = "none"
    BATCHED = "batched"
