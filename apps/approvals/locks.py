"""The only place that locks an approval. It comes after its subject: whoever asks holds the subject's lock already."""

from datetime import datetime
from uuid import UUID

from apps.approvals.errors import UnknownApproval
from apps.approvals.models import Approval
from apps.approvals.states import ApprovalStatus


def lock_approval(approval_id: UUID) -> Approval:
    """Return the approval, locked until the transaction ends. Raises UnknownApproval."""
    approval = Approval.objects.select_for_update().filter(id=approval_id).first()
    if approval is None:
        raise UnknownApproval
    return approval


def lock_awaiting(*, action: str, subject: str) -> Approval | None:
    """Return the one that awaits a decision about this, locked until the transaction ends, if there is one."""
    approvals = Approval.objects.select_for_update()
    return approvals.filter(action=action, subject=subject, status=ApprovalStatus.AWAITING).first()


def lock_overdue(*, now: datetime, limit: int) -> list[Approval]:
    """Return some whose time is over, in id order, locked; those in somebody's hands are left for the next round."""
    approvals = Approval.objects.select_for_update(skip_locked=True)
    return list(approvals.filter(status=ApprovalStatus.AWAITING, expires_at__lte=now).order_by("id")[:limit])
