"""Cases for the tests, and people who work on them."""

from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from apps.cases.models import Case
from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.kernel.actors import Actor

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ANNA, BEAT = Actor("operator", "anna"), Actor("operator", "beat")


# Any: whatever open_case takes.
def open_one(**fields: Any) -> Case:
    """Open a case about a refused capture unless `fields` say otherwise."""
    usual: dict[str, Any] = {
        "kind": "capture_refused",
        "severity": Severity.WARNING,
        "subject": "pay_1",
        "summary": "The bank refuses to pay a capture.",
        "now": NOW,
    }
    with transaction.atomic():
        return open_case(**usual | fields)
