"""Operators: who works here, and who is let in no more."""

from typing import Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from apps.kernel.ids import from_public_id
from apps.operators.errors import LastAdministrator, OwnAccount, UnknownOperator
from apps.operators.models import Operator
from apps.operators.operations import end_session_by, switch_operator
from apps.operators.queries import open_sessions_of, operators_before
from apps.operators.roles import Permission
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import EditConflict, NotUnderstood, Visitor, go_to, page, reason_from
from apps.staff_portal.timelines import newest_records, record_entries
from apps.staff_portal.words.operators import OPERATORS, REASONS

PAGE: Final = 50
MOST_SESSIONS: Final = 50


@page(see=Permission.SEE_OPERATORS)
def operators(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show who works here, the newest first."""
    after = request.GET.get("after", "")
    try:
        last_id = from_public_id("opr", after) if after else None
    except ValueError:
        raise NotUnderstood from None
    rows = operators_before(last_id, limit=PAGE + 1)
    older = rows[PAGE - 1].public_id if len(rows) > PAGE else ""
    return show(request, "operators", {"rows": rows[:PAGE], "older": older}, words_of=OPERATORS)


@page(see=Permission.SEE_OPERATORS, change=Permission.MANAGE_OPERATORS, needs_fresh=True)
def operator(request: HttpRequest, visitor: Visitor, operator_id: UUID) -> HttpResponse:
    """Show one operator and where he is signed in; let him in no more, or again, or end a session."""
    found = Operator.objects.filter(id=operator_id).first()
    if found is None:
        raise UnknownOperator
    if request.method != "POST":
        return _shown(request, visitor, found)
    words = OPERATORS[language_of(request)]
    try:
        _decide(request, visitor, found)
    except OwnAccount:
        return _shown(request, visitor, found, refused=words.own_account)
    except LastAdministrator:
        return _shown(request, visitor, found, refused=words.last_administrator)
    return go_to(request.path, done="done_saved")


def _shown(request: HttpRequest, visitor: Visitor, found: Operator, *, refused: str = "") -> HttpResponse:
    shown = {
        "operator": found,
        "is_locked": found.is_locked(visitor.now),
        "sessions": list(open_sessions_of(found.id, now=visitor.now)[:MOST_SESSIONS]),
        "may_manage": visitor.may(Permission.MANAGE_OPERATORS),
        "reasons": REASONS[language_of(request)],
        "entries": record_entries(newest_records(found.public_id)),
        "refused": refused,
    }
    return show(request, "operator", shown, words_of=OPERATORS, status=409 if refused else 200)


def _decide(request: HttpRequest, visitor: Visitor, found: Operator) -> None:
    decision = request.POST.get("decision", "")
    if decision not in ("disable", "enable", "end_session"):
        raise NotUnderstood
    reason = reason_from(request, REASONS[language_of(request)])
    if decision == "end_session":
        try:
            session_id = UUID(request.POST.get("session", ""))
        except ValueError:
            raise NotUnderstood from None
        was_open = end_session_by(
            operator_id=found.id, session_id=session_id, by=visitor.actor, reason=reason, now=visitor.now
        )
        if not was_open:
            raise EditConflict
        return
    # The page was read before somebody else switched him.
    if request.POST.get("status") != ("active" if found.is_active else "disabled"):
        raise EditConflict
    is_active = decision == "enable"
    switch_operator(operator_id=found.id, is_active=is_active, by=visitor.actor, reason=reason, now=visitor.now)
