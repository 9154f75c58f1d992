"""What awaits a second person, and that person's answer."""

import binascii
from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from apps.approvals.operations import decide_approval
from apps.approvals.queries import awaiting_approvals, find_approval
from apps.kernel.errors import Forbidden
from apps.operators.queries import names_of
from apps.operators.roles import Permission
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import NotUnderstood, Visitor, go_to, note_from, page
from apps.staff_portal.rule_asked import RULE_ACTIONS, asked_rule
from apps.staff_portal.switch_said import SWITCH_ACTIONS, asked_switch
from apps.staff_portal.timelines import newest_records, record_entries
from apps.staff_portal.words.work import WORK
from apps.switches.operations import STOP_ACTION

MOST_SHOWN: Final = 100
ANSWERS: Final = {"allow": True, "refuse": False}
# Who is the second person for what; what is not here is for administrators.
DECIDED_BY: Final = {
    "refund": Permission.DECIDE_MONEY,
    "fraud_rule": Permission.DECIDE_RULES,
    "fraud_rule_live": Permission.DECIDE_RULES,
}


class NotYourDecision(Forbidden):
    """Somebody of another role is the second person for this."""

    code = "forbidden"


@page(see=Permission.SEE_APPROVALS)
def approvals(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show what can still be decided: stops before all else, then what ends first."""
    awaiting = awaiting_approvals(now=visitor.now)
    stops = list(awaiting.filter(action=STOP_ACTION)[:MOST_SHOWN])
    rows = [*stops, *awaiting.exclude(action=STOP_ACTION)[: MOST_SHOWN - len(stops)]]
    names = names_of({each.maker for each in rows})
    shown = [{"approval": each, "maker": names.get(each.maker, each.maker)} for each in rows]
    return show(request, "approvals", {"rows": shown})


@page(see=Permission.SEE_APPROVALS, change=Permission.DECIDE_APPROVALS, needs_fresh=True)
def approval(request: HttpRequest, visitor: Visitor, approval_id: UUID) -> HttpResponse:
    """Show what was asked; allow or refuse it, as somebody else than the one who asked."""
    if request.method == "POST":
        return _decide(request, visitor, approval_id)
    found, language = find_approval(approval_id), language_of(request)
    is_switch = found.action in SWITCH_ACTIONS
    shown = {
        "approval": found,
        "maker": names_of({found.maker}).get(found.maker, found.maker),
        "asked": found.asked.items(),
        "hash": bytes(found.asked_hash).hex(),
        "is_own": found.maker == str(visitor.actor),
        "is_awaiting": found.status == "awaiting" and not found.is_overdue(visitor.now),
        "may_decide": _may_decide(visitor, found.action),
        "asked_rule": asked_rule(found, visitor, language) if found.action in RULE_ACTIONS else None,
        "asked_switch": asked_switch(found, language, reason_label=WORK[language].reason) if is_switch else None,
        "entries": record_entries(newest_records(found.subject)),
    }
    return show(request, "approval", shown)


def _decide(request: HttpRequest, visitor: Visitor, approval_id: UUID) -> HttpResponse:
    answer, reason = request.POST.get("decision", ""), note_from(request, "note", longest=500)
    try:
        asked_hash = bytes.fromhex(request.POST.get("hash", ""))
    except (ValueError, binascii.Error):
        raise NotUnderstood from None
    if answer not in ANSWERS or not reason:
        raise NotUnderstood
    if not _may_decide(visitor, find_approval(approval_id).action):
        raise NotYourDecision
    decide_approval(
        approval_id=approval_id,
        is_yes=ANSWERS[answer],
        asked_hash=asked_hash,
        reason=reason,
        by=visitor.actor,
        now=visitor.now,
    )
    return go_to(request.path, done="done_saved")


def _may_decide(visitor: Visitor, action: str) -> bool:
    return visitor.may(DECIDED_BY.get(action, Permission.DECIDE_SWITCHES))
