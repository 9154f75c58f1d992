"""Read what awaits a second person, and what was decided."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet

from apps.approvals.errors import UnknownApproval
from apps.approvals.models import Approval
from apps.approvals.states import ApprovalStatus


def awaiting_approvals(*, now: datetime) -> QuerySet[Approval]:
    """Return what can still be decided, what ends first at the front."""
    awaiting = Approval.objects.filter(status=ApprovalStatus.AWAITING, expires_at__gt=now)
    return awaiting.order_by("expires_at", "id")


def approvals_about(*, subject: str) -> QuerySet[Approval]:
    """Return everything that was asked about one thing, newest first."""
    return Approval.objects.filter(subject=subject).order_by("-id")


def find_approval(approval_id: UUID) -> Approval:
    """Return the approval as it is. Raises UnknownApproval."""
    approval = Approval.objects.filter(id=approval_id).first()
    if approval is None:
        raise UnknownApproval
    return approval
