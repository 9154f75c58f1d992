"""What is asked in the tests, and who asks and decides."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from apps.approvals.models import Approval
from apps.approvals.operations import ask_approval, decide_approval
from apps.kernel.actors import Actor

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
LIFETIME = timedelta(days=7)
ANNA, BEAT = Actor("operator", "anna"), Actor("operator", "beat")
ASKED = {"refund": "ref_1", "amount": 4250, "currency": "CHF"}


# Any: whatever the operation takes.
def ask(**fields: Any) -> Approval:
    """Ask for a refund as Anna unless `fields` say otherwise."""
    usual: dict[str, Any] = {
        "action": "refund",
        "subject": "ref_1",
        "asked": ASKED,
        "maker": ANNA,
        "lifetime": LIFETIME,
        "now": NOW,
    }
    with transaction.atomic():
        return ask_approval(**usual | fields)


def decide(approval: Approval, **fields: Any) -> Approval:
    """Say yes as Beat, who saw what was asked, unless `fields` say otherwise."""
    usual: dict[str, Any] = {
        "approval_id": approval.id,
        "is_yes": True,
        "asked_hash": bytes(approval.asked_hash),
        "reason": "seen",
        "by": BEAT,
        "now": NOW,
    }
    return decide_approval(**usual | fields)
