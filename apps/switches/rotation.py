"""A new code key before its time: asked for by one, allowed by another."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.approvals.models import Approval
from apps.approvals.operations import ask_approval
from apps.approvals.queries import find_approval
from apps.approvals.states import ApprovalStatus
from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.keys.errors import KeysUnavailable
from apps.keys.locks import lock_key_making
from apps.keys.models import CodeKey
from apps.keys.operations import create_code_key
from apps.switches.errors import InvalidStop

ROTATION_ACTION: Final = "code_key"
ROTATION_LASTS: Final = timedelta(hours=24)


@transaction.atomic(durable=True)
def ask_code_key(*, reason: str, by: Actor, now: datetime) -> Approval:
    """Ask a second person for a successor of the newest code key; the older ones go on opening codes until they end.

    Raises InvalidStop without a reason, KeysUnavailable where there is no code key yet, AlreadyAsked.
    """
    if not reason.strip():
        raise InvalidStop("a key is renewed for a reason")
    newest = CodeKey.objects.order_by("-kid").first()
    if newest is None:
        raise KeysUnavailable("there is no code key: run create_keys")
    asked = {"newest": newest.kid, "ends": newest.not_after.isoformat(timespec="seconds"), "reason": reason.strip()}
    return ask_approval(
        action=ROTATION_ACTION,
        subject=_subject(newest.kid),
        asked=asked,
        maker=by,
        lifetime=ROTATION_LASTS,
        now=now,
    )


@transaction.atomic(durable=True)
def carry_out_rotation(*, approval_id: UUID, now: datetime) -> None:
    """Make the successor that the second person said yes to. Safe to run twice: a key has one successor."""
    approval = find_approval(approval_id)
    if approval.action != ROTATION_ACTION or approval.status != ApprovalStatus.APPROVED:
        return
    # Two at once would both find the same newest key.
    lock_key_making()
    newest = CodeKey.objects.order_by("-kid").values_list("kid", flat=True).first()
    if newest != approval.asked["newest"]:
        return
    by = Actor.read(approval.checker)
    key = create_code_key(now=now, by=by)
    facts = {"approval": str(approval.id), "successor": key.kid}
    reason = approval.asked["reason"]
    record(actor=by, action="code_key.rotated", subject=approval.subject, reason=reason, facts=facts, now=now)


def _subject(kid: int) -> str:
    return f"code_key:{kid}"
