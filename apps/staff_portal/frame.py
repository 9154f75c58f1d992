"""The frame around every page: language, theme, menu; and the page that says what went wrong."""

from collections.abc import Mapping
from typing import Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from apps.operators.roles import may
from apps.rest.request_ids import request_id_of
from apps.staff_portal.words.frame import FRAME, KEYS_HELP
from apps.staff_portal.words.menu import MENU, menu_word
from apps.staff_portal.words.work import WORK

THEMES: Final = ("light", "dark")
THEME_COOKIE: Final = "staff_theme"
KEYS_COOKIE: Final = "staff_keys"
# The list to which a page belongs, where it is not the plural of its name.
_LISTS: Final = {
    "staff-payment-refund": "staff-payments",
    "staff-payment-cancel": "staff-payments",
    "staff-payment-code": "staff-payments",
    "staff-device": "staff-all-devices",
    "staff-customer-contact": "staff-customers",
    "staff-letter": "staff-customers",
    "staff-reidentify": "staff-customers",
    "staff-rule-new": "staff-rules",
    "staff-rule-tests": "staff-rules",
}
_NOTICES: Final = ("done_released", "done_refused", "done_saved")


def language_of(request: HttpRequest) -> str:
    """Return the operator's language where we speak it, before signing in the browser's; German otherwise."""
    visitor = getattr(request, "staff", None)
    wanted = visitor.operator.language if visitor else request.headers.get("Accept-Language", "")[:2].lower()
    return wanted if wanted in FRAME else "de"


def show(
    request: HttpRequest,
    template: str,
    shown: dict[str, object] | None = None,
    *,
    words_of: Mapping[str, object] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Return a page within the frame; `words_of` are its own words by language, and reach the template as `t`."""
    visitor, language = getattr(request, "staff", None), language_of(request)
    words, theme = WORK[language], request.COOKIES.get(THEME_COOKIE, "")
    done = request.GET.get("done", "")
    role = visitor.operator.role if visitor else ""
    current = request.resolver_match.url_name or "" if request.resolver_match else ""
    context = {
        "language": language,
        "f": FRAME[language],
        "w": words,
        "now": timezone.now(),
        "theme": theme if theme in THEMES else "",
        "has_keys": request.COOKIES.get(KEYS_COOKIE) != "off",
        "visitor": visitor,
        "menu": _menu_for(role, language),
        "current": current,
        "section": _LISTS.get(current, f"{current}s"),
        "keys_help": KEYS_HELP[language],
        "t": words_of[language] if words_of else None,
        "is_demo": settings.DEMO,
        "notice": getattr(words, done) if done in _NOTICES else "",
        **(shown or {}),
    }
    return render(request, f"staff/{template}.html", context, status=status)


def _menu_for(role: str, language: str) -> list[dict[str, object]]:
    """Return the groups in which the role sees something."""
    groups: list[dict[str, object]] = []
    for group, entries in MENU:
        seen = [
            {"name": name, "word": menu_word(name, language)} for name, permission in entries if may(role, permission)
        ]
        if seen:
            groups.append({"word": menu_word(group, language), "entries": seen})
    return groups


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
