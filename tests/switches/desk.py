"""Who stops and lets go on in the tests, and both people of it in one line."""

from datetime import UTC, datetime

from apps.approvals.models import Approval
from apps.approvals.operations import decide_approval
from apps.kernel.actors import Actor
from apps.outbox.models import Message
from apps.switches.models import Switch, SwitchKind
from apps.switches.operations import ask_resume, ask_stop, carry_out_resume, carry_out_stop

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ANNA, BEAT = Actor("operator", "anna"), Actor("operator", "beat")


def decide(approval: Approval, *, is_yes: bool = True, now: datetime = NOW) -> list[str]:
    """Let Beat decide; return the topics of the notes that this left."""
    decide_approval(approval_id=approval.id, is_yes=is_yes, asked_hash=None, reason="seen", by=BEAT, now=now)
    notes = Message.objects.filter(arguments__approval_id=str(approval.id))
    return list(notes.values_list("topic", flat=True))


def ask(kind: SwitchKind, target: str = "", *, now: datetime = NOW) -> Approval:
    """Ask for a stop as Anna."""
    return ask_stop(kind=kind, target=target, name=f"the {kind}", reason="incident", by=ANNA, now=now)


def stop(kind: SwitchKind, target: str = "", *, now: datetime = NOW) -> Switch:
    """Return what Anna asked to stop and Beat confirmed."""
    approval = ask(kind, target, now=now)
    decide(approval, now=now)
    carry_out_stop(approval_id=approval.id, now=now)
    return Switch.objects.get(approval=approval)


def resume(switch: Switch, *, now: datetime = NOW) -> None:
    """Let it go on, as Anna asks and Beat confirms."""
    approval = ask_resume(switch_id=switch.id, reason="over", by=ANNA, now=now)
    decide(approval, now=now)
    carry_out_resume(approval_id=approval.id, now=now)
