"""The frame around every page: language, theme, menu; and the page that says what went wrong."""

from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.operators.roles import Permission, may
from apps.rest.request_ids import request_id_of
from apps.staff_portal.words.frame import FRAME
from apps.staff_portal.words.work import WORK

THEMES: Final = ("light", "dark")
THEME_COOKIE: Final = "staff_theme"
KEYS_COOKIE: Final = "staff_keys"
# The address, the word in WorkWords, and who sees it.
_MENU: Final = (
    ("staff-reviews", "reviews", Permission.SEE_PAYMENTS),
    ("staff-cases", "cases", Permission.SEE_CASES),
    ("staff-approvals", "approvals", Permission.SEE_APPROVALS),
    ("staff-devices", "devices", Permission.SEE_CUSTOMERS),
    ("staff-audit", "audit", Permission.SEE_AUDIT),
)
_NOTICES: Final = ("done_released", "done_refused", "done_saved")


def language_of(request: HttpRequest) -> str:
    """Return the operator's language where we speak it, before signing in the browser's; German otherwise."""
    visitor = getattr(request, "staff", None)
    wanted = visitor.operator.language if visitor else request.headers.get("Accept-Language", "")[:2].lower()
    return wanted if wanted in FRAME else "de"


def show(
    request: HttpRequest, template: str, shown: dict[str, object] | None = None, *, status: int = 200
) -> HttpResponse:
    """Return a page within the frame."""
    visitor, language = getattr(request, "staff", None), language_of(request)
    words, theme = WORK[language], request.COOKIES.get(THEME_COOKIE, "")
    done = request.GET.get("done", "")
    menu = [
        {"name": name, "word": getattr(words, word)}
        for name, word, permission in _MENU
        if visitor and may(visitor.operator.role, permission)
    ]
    context = {
        "language": language,
        "f": FRAME[language],
        "w": words,
        "now": timezone.now(),
        "theme": theme if theme in THEMES else "",
        "has_keys": request.COOKIES.get(KEYS_COOKIE) != "off",
        "visitor": visitor,
        "menu": menu,
        "is_demo": settings.DEMO,
        "notice": getattr(words, done) if done in _NOTICES else "",
        **(shown or {}),
    }
    return render(request, f"staff/{template}.html", context, status=status)


def problem(request: HttpRequest, kind: str, *, code: str, status: int) -> HttpResponse:
    """Say what happened and what to do next; nothing that was sent is shown again."""
    words = FRAME[language_of(request)]
    shown: dict[str, object] = {
        "title": getattr(words, kind),
        "help": getattr(words, f"{kind}_help", ""),
        "code": code,
        "request_id": request_id_of(request),
    }
    return show(request, "problem", shown, status=status)
