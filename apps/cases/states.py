"""The states of a case and the moves between them; how grave a case is."""

from typing import Final

from django.db import models


class Severity(models.TextChoices):
    """In rising order; an open case may become graver and never milder."""

    INFO = "info"
    WARNING = "warning"
    ALARM = "alarm"


class CaseStatus(models.TextChoices):
    """A resolved case never reopens: trouble that comes back is a new case."""

    OPEN = "open"
    TAKEN = "taken"
    RESOLVED = "resolved"


MOVES: Final = {
    CaseStatus.OPEN: frozenset({CaseStatus.TAKEN, CaseStatus.RESOLVED}),
    CaseStatus.TAKEN: frozenset({CaseStatus.OPEN, CaseStatus.RESOLVED}),
    CaseStatus.RESOLVED: frozenset[CaseStatus](),
}
