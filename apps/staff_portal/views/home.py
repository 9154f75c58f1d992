"""The first page, and what an operator sets for himself."""

from datetime import datetime, timedelta
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
from apps.mail.queries import count_lost_letters
from apps.operators.models import Language
from apps.operators.operations import choose_language, end_session_of
from apps.operators.queries import open_sessions_of
from apps.operators.roles import Permission
from apps.pages.moments import ZURICH
from apps.staff_portal.figures import (
    LINE,
    MOST_REASONS,
    latency_bars,
    looks_of,
    minute_bars,
    reason_bars,
    share,
    shared_figures,
)
from apps.staff_portal.frame import KEYS_COOKIE, THEME_COOKIE, THEMES, language_of, show
from apps.staff_portal.gate import PATH, NotUnderstood, Visitor, page, redirect
from apps.staff_portal.words.home import HOME
from apps.transactions.figures import MINUTES
from apps.transactions.staff_queries import payments_in_review

# Counting stops here: a queue that long needs no number.
MOST_COUNTED: Final = 99
LETTERS_SINCE: Final = timedelta(days=7)
# Each in its own language: whoever looks for his own may not understand the page.
LANGUAGES: Final = (("de", "Deutsch"), ("fr", "Français"), ("it", "Italiano"), ("en", "English"))


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
    shown: dict[str, object] = {"queues": queues, "is_calm": not any(queue["count"] for queue in queues)}
    if visitor.may(Permission.WRITE_LETTERS):
        shown["lost_letters"] = count_lost_letters(since=visitor.now - LETTERS_SINCE, most=MOST_COUNTED)
    if visitor.may(Permission.SEE_PAYMENTS):
        shown |= _figures(request, visitor)
    return show(request, "home", shown, words_of=HOME)


@page(see=Permission.SEE_PAYMENTS)
def figures(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Show the figures alone, for the page that refreshes them."""
    return show(request, "figures", _figures(request, visitor), words_of=HOME)


def _figures(request: HttpRequest, visitor: Visitor) -> dict[str, object]:
    read, words = shared_figures(now=visitor.now), HOME[language_of(request)]
    minutes = [(MINUTES - 1 - place, *pair) for place, pair in enumerate(read.minutes) if pair[0]]
    return {
        "figures": read,
        "at": f"{read.at.astimezone(ZURICH):%H:%M:%S}",
        "minute_bars": minute_bars(read.minutes),
        "busy_minutes": minutes[::-1],
        "rates": [(word, each, share(each)) for word, each in ((words.one_hour, read.hour), (words.today, read.today))],
        "reason_bars": reason_bars(read.declines),
        "reasons_high": LINE * min(len(read.declines), MOST_REASONS),
        "latency_bars": latency_bars(read.latencies, words.steps),
        "latencies_high": LINE * len(read.latencies),
        "latencies": [(f"{words.steps[each.step]} {each.of}", each) for each in read.latencies],
        "providers": [(each, looks_of(each), words.conditions[looks_of(each)]) for each in read.providers],
    }


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
        shown: dict[str, object] = {"sessions": sessions, "languages": LANGUAGES}
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
