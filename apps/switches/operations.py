"""Ask for something to be stopped or to go on, and do what the second person said."""

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
from apps.kernel.ids import uuid7
from apps.switches.errors import AlreadyStopped, InvalidStop, NotStopped
from apps.switches.locks import lock_open_switch
from apps.switches.models import WITHOUT_TARGET, Switch, SwitchKind, subject_of
from apps.switches.queries import forget_switches

STOP_ACTION: Final = "switch_stop"
RESUME_ACTION: Final = "switch_resume"
# Whoever wants to stop something wants it now; what nobody confirmed within the hour is asked again.
STOP_LASTS: Final = timedelta(hours=1)
RESUME_LASTS: Final = timedelta(hours=24)
_LONGEST_NAME: Final = 120


@transaction.atomic(durable=True)
def ask_stop(*, kind: SwitchKind, target: str, name: str, reason: str, by: Actor, now: datetime) -> Approval:
    """Ask a second person to stop new authorisations, or enrolments; nothing is stopped yet.

    `target` is an id or a kind of instrument, empty where everything of the kind is meant; whoever calls has looked
    whether there is such a thing. Raises InvalidStop, AlreadyStopped, AlreadyAsked.
    """
    name = name.strip()[:_LONGEST_NAME]
    if not reason.strip() or not name or bool(target) == (kind in WITHOUT_TARGET):
        raise InvalidStop
    if Switch.objects.filter(kind=kind, target=target, until=None).exists():
        raise AlreadyStopped
    asked = {"what": str(kind), "target": target, "name": name, "reason": reason.strip()}
    return ask_approval(
        action=STOP_ACTION, subject=subject_of(kind, target), asked=asked, maker=by, lifetime=STOP_LASTS, now=now
    )


@transaction.atomic(durable=True)
def ask_resume(*, switch_id: UUID, reason: str, by: Actor, now: datetime) -> Approval:
    """Ask a second person to let what is stopped go on. Raises InvalidStop, NotStopped, AlreadyAsked."""
    if not reason.strip():
        raise InvalidStop
    switch = Switch.objects.filter(id=switch_id, until=None).first()
    if switch is None:
        raise NotStopped
    asked = {"switch": str(switch.id), "what": switch.kind, "name": switch.name, "reason": reason.strip()}
    return ask_approval(
        action=RESUME_ACTION, subject=switch.subject, asked=asked, maker=by, lifetime=RESUME_LASTS, now=now
    )


@transaction.atomic(durable=True)
def carry_out_stop(*, approval_id: UUID, now: datetime) -> None:
    """Stop what the second person said yes to. Safe to run twice; what is stopped already stays as it is."""
    approval = find_approval(approval_id)
    if approval.action != STOP_ACTION or approval.status != ApprovalStatus.APPROVED:
        return
    asked = approval.asked
    switch = Switch(
        id=uuid7(),
        kind=asked["what"],
        target=asked["target"],
        name=asked["name"],
        reason=asked["reason"],
        asked_by=approval.maker,
        confirmed_by=approval.checker,
        approval=approval,
        since=now,
    )
    Switch.objects.bulk_create([switch], ignore_conflicts=True)
    if Switch.objects.filter(id=switch.id).exists():
        facts = {"approval": str(approval.id), "name": switch.name}
        record(
            actor=Actor.read(approval.checker),
            action="switch.stopped",
            subject=switch.subject,
            reason=switch.reason,
            facts=facts,
            now=now,
        )
    transaction.on_commit(forget_switches)


@transaction.atomic(durable=True)
def carry_out_resume(*, approval_id: UUID, now: datetime) -> None:
    """Let go on what the second person said yes to. Safe to run twice."""
    approval = find_approval(approval_id)
    if approval.action != RESUME_ACTION or approval.status != ApprovalStatus.APPROVED:
        return
    try:
        switch = lock_open_switch(UUID(approval.asked["switch"]))
    except NotStopped:
        return
    switch.until, switch.end_approval = now, approval
    switch.save(update_fields=["until", "end_approval"])
    reason, facts = approval.asked["reason"], {"approval": str(approval.id), "name": switch.name}
    record(
        actor=Actor.read(approval.checker),
        action="switch.resumed",
        subject=switch.subject,
        reason=reason,
        facts=facts,
        now=now,
    )
    transaction.on_commit(forget_switches)
