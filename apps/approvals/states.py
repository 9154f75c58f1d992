"""The states of an approval, and the moves between them."""

from typing import Final

from django.db import models


class ApprovalStatus(models.TextChoices):
    """Awaiting, until a second person or the clock decides; a decision stands."""

    AWAITING = "awaiting"
    APPROVED = "approved"
    REFUSED = "refused"
    EXPIRED = "expired"


MOVES: Final = {
    ApprovalStatus.AWAITING: frozenset({ApprovalStatus.APPROVED, ApprovalStatus.REFUSED, ApprovalStatus.EXPIRED}),
    ApprovalStatus.APPROVED: frozenset[ApprovalStatus](),
    ApprovalStatus.REFUSED: frozenset[ApprovalStatus](),
    ApprovalStatus.EXPIRED: frozenset[ApprovalStatus](),
}
