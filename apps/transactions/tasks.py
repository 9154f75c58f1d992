"""What the notes are run by: one thin function per topic."""

from uuid import UUID

from django.utils import timezone

from apps.approvals.queries import find_approval
from apps.approvals.states import ApprovalStatus
from apps.kernel.actors import Actor
from apps.kernel.ids import from_public_id
from apps.transactions.operations import carry_out_operation, watch_payments
from apps.transactions.operations.refund import carry_out_approval


def carry_out(*, operation_id: str) -> bool:
    """Run the topic `transactions.carry_out`; say whether there was anything to do."""
    return carry_out_operation(operation_id=UUID(operation_id), now=timezone.now())


def watch() -> None:
    """Run the topic `transactions.watch`."""
    watch_payments(now=timezone.now())


def decide_refund(*, approval_id: str, subject: str) -> None:
    """Run the topic `transactions.decide_refund`; `subject` is the refund's public id."""
    approval = find_approval(UUID(approval_id))
    carry_out_approval(
        refund_id=from_public_id("ref", subject),
        is_yes=approval.status == ApprovalStatus.APPROVED,
        # What the refund says of itself; the checker's own words stay with the approval.
        reason=f"approval_{approval.status}",
        by=_actor_from(approval.checker),
        now=timezone.now(),
    )


def _actor_from(checker: str) -> Actor:
    """Return who decided; nobody did where the time was over."""
    return Actor.read(checker) if checker else Actor("system", "approvals")
