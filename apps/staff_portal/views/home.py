"""The first page, and what an operator sets for himself."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from apps.approvals.queries import awaiting_approvals
from apps.cases.queries import open_cases
from apps.cases.states import Severity
from apps.devices.models import Device
from apps.devices.states import DeviceStatus
from apps.operators.models import Language
from apps.operators.operations import choose_language, end_session_of
from apps.operators.queries import open_sessions_of
from apps.operators.roles import Permission
from apps.staff_portal.frame import KEYS_COOKIE, THEME_COOKIE, THEMES, show
from apps.staff_portal.gate import PATH, NotUnderstood, Visitor, page, redirect
from apps.transactions.staff_queries import payments_in_review

# Counting stops here: a queue that long needs no number.
MOST_COUNTED: Final = 99


@page()
def home(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the queues that the operator's role works on, with how many and since when."""
    queues: list[dict[str, object]] = []
    if visitor.may(Permission.SEE_PAYMENTS):
        queues.append(_queue("reviews", "staff-reviews", payments_in_review().order_by("id"), "created_at"))
    if visitor.may(Permission.SEE_CASES):
        for severity in reversed(Severity):
            cases = open_cases().filter(severity=severity).order_by("opened_at")
            queues.append(_queue("cases", "staff-cases", cases, "opened_at") | {"state": str(severity)})
    if visitor.may(Permission.SEE_APPROVALS):
        waiting = awaiting_approvals(now=visitor.now).order_by("asked_at")
        queues.append(_queue("approvals", "staff-approvals", waiting, "asked_at"))
    if visitor.may(Permission.SEE_CUSTOMERS):
        queues.append(_queue("devices", "staff-devices", suspended_devices().order_by("id"), "enrolled_at"))
    return show(request, "home", {"queues": queues, "is_calm": not any(queue["count"] for queue in queues)})


# Any: a row of whichever queue.
def _queue(word: str, name: str, rows: QuerySet[Any], since: str) -> dict[str, object]:
    moments: list[datetime] = list(rows.values_list(since, flat=True)[: MOST_COUNTED + 1])
    count = f"{MOST_COUNTED}+" if len(moments) > MOST_COUNTED else len(moments)
    return {"word": word, "address": reverse(name), "count": count, "oldest": min(moments, default=None)}


def suspended_devices() -> QuerySet[Device]:
    """Return devices that were stopped, among them those whose key somebody else has; the newest first."""
    return Device.objects.filter(status=DeviceStatus.SUSPENDED).order_by("-enrolled_at", "-id")


@page(takes_forms=True)
def preferences(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Let the operator choose language, appearance and keys, and end his sessions elsewhere."""
    if request.method != "POST":
        sessions = open_sessions_of(visitor.operator.id, now=visitor.now)
        shown: dict[str, object] = {"sessions": sessions, "languages": (("de", "Deutsch"), ("en", "English"))}
        return show(request, "preferences", shown)
    if "session" in request.POST:
        try:
            end_session_of(visitor.operator, session_id=UUID(request.POST["session"]), now=visitor.now)
        except ValueError:
            raise NotUnderstood from None
        return redirect("staff-preferences", done="done_saved")
    language, theme = request.POST.get("language", ""), request.POST.get("theme", "")
    if language not in Language.values or theme not in ("", *THEMES):
        raise NotUnderstood
    choose_language(operator_id=visitor.operator.id, language=language)
    response = redirect("staff-preferences", done="done_saved")
    keys = "off" if request.POST.get("keys") == "off" else "on"
    for cookie, value in ((THEME_COOKIE, theme), (KEYS_COOKIE, keys)):
        response.set_cookie(
            cookie,
            value,
            max_age=365 * 86_400,
            path=PATH,
            secure=request.is_secure() or not settings.DEMO,
            httponly=True,
            samesite="Strict",
        )
    return response
