"""The states of a version of a rule, and the moves between them."""

from typing import Final

from django.db import models


class RuleStatus(models.TextChoices):
    """Only a live rule decides; one in shadow only says what it would have done."""

    DRAFT = "draft"
    AWAITING_APPROVAL = "awaiting_approval"
    SHADOW = "shadow"
    LIVE = "live"
    RETIRED = "retired"


MOVES: Final = {
    RuleStatus.DRAFT: frozenset({RuleStatus.AWAITING_APPROVAL, RuleStatus.RETIRED}),
    RuleStatus.AWAITING_APPROVAL: frozenset({RuleStatus.SHADOW, RuleStatus.RETIRED}),
    RuleStatus.SHADOW: frozenset({RuleStatus.LIVE, RuleStatus.RETIRED}),
    RuleStatus.LIVE: frozenset({RuleStatus.RETIRED}),
    RuleStatus.RETIRED: frozenset[RuleStatus](),
}
# What every payment is judged by.
JUDGING: Final = frozenset({RuleStatus.SHADOW, RuleStatus.LIVE})
