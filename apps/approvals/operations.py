"""Ask a second person, decide, and give up what nobody decided."""

import hmac
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.approvals.digest import digest_of
from apps.approvals.errors import AlreadyAsked, AlreadyDecided, ApprovalExpired, EditConflict, SamePerson
from apps.approvals.locks import lock_approval, lock_awaiting, lock_overdue
from apps.approvals.models import Approval
from apps.approvals.states import MOVES, ApprovalStatus
from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.transitions import check_move
from apps.outbox.operations import leave_messages, notes_about

SYSTEM: Final = Actor("system", "approvals")
BATCH: Final = 100


def ask_approval(
    *, action: str, subject: str, asked: Mapping[str, object], maker: Actor, lifetime: timedelta, now: datetime
) -> Approval:
    """Ask a second person, in the caller's transaction; the answer comes as a note for "approval.<what>.<action>".

    `asked` is what the checker sees: ids and small values, UnfitFact for anything else. The same maker who asks the
    same again gets the one that awaits; AlreadyAsked, naming its `approval`, for anything else while one awaits.
    """
    content = dict(asked)
    digest = digest_of(action=action, subject=subject, asked=content)
    while True:
        candidate = Approval(
            id=uuid7(),
            action=action,
            subject=subject,
            maker=str(maker),
            asked=content,
            asked_hash=digest,
            asked_at=now,
            expires_at=now + lifetime,
        )
        Approval.objects.bulk_create([candidate], ignore_conflicts=True)
        if Approval.objects.filter(id=candidate.id).exists():
            facts = {"approval": str(candidate.id), "action": action, "asked": content}
            record(actor=maker, action="approval.asked", subject=subject, facts=facts, now=now)
            return candidate
        awaiting = lock_awaiting(action=action, subject=subject)
        if awaiting is None:
            continue  # decided between our two looks: the place is free now
        if awaiting.is_overdue(now):
            _expire(awaiting, now)
        elif awaiting.maker == str(maker) and bytes(awaiting.asked_hash) == digest:
            return awaiting
        else:
            raise AlreadyAsked(approval=str(awaiting.id))


@transaction.atomic(durable=True)
def decide_approval(
    *, approval_id: UUID, is_yes: bool, asked_hash: bytes | None, reason: str, by: Actor, now: datetime
) -> Approval:
    """Say yes or no for good, and leave notes for whoever carries it out.

    `asked_hash` is what the checker was shown; None where the row itself was read. Raises UnknownApproval,
    AlreadyDecided (also for the same answer again), ApprovalExpired, SamePerson, EditConflict.
    """
    approval = lock_approval(approval_id)
    if approval.status == ApprovalStatus.EXPIRED or approval.is_overdue(now):
        raise ApprovalExpired
    if approval.status != ApprovalStatus.AWAITING:
        raise AlreadyDecided(status=str(approval.status))
    if _is_same_person(approval.maker, str(by)):
        raise SamePerson
    if not approval.is_intact():
        raise EditConflict
    if asked_hash is not None and not hmac.compare_digest(bytes(approval.asked_hash), asked_hash):
        raise EditConflict
    approval.checker, approval.reason = str(by), reason.strip()
    _decide(approval, ApprovalStatus.APPROVED if is_yes else ApprovalStatus.REFUSED, by, now)
    return approval


def expire_approvals(*, now: datetime) -> int:
    """Give up what nobody decided in time, in batches of one transaction each; return how many.

    Safe to run at any time and by several at once.
    """
    total = 0
    while expired := _expire_batch(now):
        total += expired
    return total


@transaction.atomic(durable=True)
def _expire_batch(now: datetime) -> int:
    overdue = lock_overdue(now=now, limit=BATCH)
    for approval in overdue:
        _expire(approval, now)
    return len(overdue)


def _expire(approval: Approval, now: datetime) -> None:
    _decide(approval, ApprovalStatus.EXPIRED, SYSTEM, now)


def _decide(approval: Approval, status: ApprovalStatus, by: Actor, now: datetime) -> None:
    check_move(MOVES, ApprovalStatus(approval.status), status)
    approval.status, approval.decided_at = status, now
    approval.save(update_fields=["status", "checker", "reason", "decided_at"])
    facts = {"approval": str(approval.id), "action": approval.action, "asked_hash": bytes(approval.asked_hash).hex()}
    subject, reason = approval.subject, approval.reason
    record(actor=by, action=f"approval.{status}", subject=subject, reason=reason, facts=facts, now=now)
    arguments = {"approval_id": str(approval.id), "subject": approval.subject}
    event = f"approval.{status}.{approval.action}"
    leave_messages(notes=notes_about(event=event, arguments=arguments), now=now)


def _is_same_person(maker: str, checker: str) -> bool:
    # Names that people type: Anna is anna.
    return maker.strip().casefold() == checker.strip().casefold()
