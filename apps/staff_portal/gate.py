"""What comes before any page: who it is, whether his role may, and whether the form is one of ours.

    @page(see=Permission.SEE_CASES, change=Permission.WORK_CASES)
    def case(request: HttpRequest, visitor: Visitor, case_id: UUID) -> HttpResponse: ...

`page` is the only way to an address of the portal, and keeps its rule on the view, where a test reads it.
"""

import functools
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.middleware.csrf import CsrfViewMiddleware
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import decorator_from_middleware

from apps.kernel.actors import Actor
from apps.kernel.errors import Conflict, DomainError, Forbidden, NotFound
from apps.operators.models import Operator, Session
from apps.operators.operations import touch_session
from apps.operators.queries import session_for
from apps.operators.roles import Permission, may
from apps.staff_portal.frame import problem

COOKIE: Final = "staff_session"
PATH: Final = "/staff/"
REFRESH: Final = "Staff-Refresh"
BODY_BYTES: Final = 16 * 1024
# Digits, in groups or not, as cards and people write them.
_DIGIT_RUNS: Final = re.compile(r"\d+(?:[ \u00a0-]{1,2}\d+)*")
_GROUPS: Final = re.compile(r"\d+")
_FORM: Final = "application/x-www-form-urlencoded"


class EditConflict(Conflict):
    """The page was read before somebody changed the thing."""

    code = "edit_conflict"


class NotUnderstood(DomainError):
    """A field is missing, there twice, or holds what the page never sends."""

    code = "invalid_form"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Who is on the page; `now` is the moment of the request."""

    session: Session
    operator: Operator
    now: datetime

    @property
    def actor(self) -> Actor:
        return self.operator.actor

    def may(self, permission: Permission) -> bool:
        return may(self.operator.role, permission)


@dataclass(frozen=True, slots=True)
class Rule:
    """What an address asks for: to be seen, to be changed, and whether changing needs a fresh second factor."""

    see: Permission | None = None
    change: Permission | None = None
    needs_fresh: bool = False
    methods: frozenset[str] = frozenset({"GET", "HEAD"})
    is_public: bool = False


View = Callable[..., HttpResponseBase]


class OwnForms(CsrfViewMiddleware):
    """Takes only forms that this portal gave out to this browser, and says so in its own words."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return problem(request, "foreign_form", code="foreign_form", status=403)


def page(
    *,
    see: Permission | None = None,
    change: Permission | None = None,
    needs_fresh: bool = False,
    takes_forms: bool = False,
) -> Callable[[View], View]:
    """Let in whoever is signed in with both factors and whose role may see, and for a POST also change."""
    methods = {"GET", "HEAD"} | ({"POST"} if change or takes_forms else set())
    rule = Rule(see, change, needs_fresh, frozenset(methods))

    def guard(view: View) -> View:
        @decorator_from_middleware(OwnForms)
        @functools.wraps(view)
        def guarded(request: HttpRequest, **named: Any) -> HttpResponseBase:  # Any: what the address holds
            if request.method not in rule.methods:
                return HttpResponseNotAllowed(sorted(rule.methods))
            visitor = visitor_of(request)
            if visitor is None or visitor.session.verified_at is None:
                return _to_login(request, visitor)
            request.staff = visitor  # type: ignore[attr-defined]  # the frame reads it
            # A queue that looks for itself whether there is something new does not mean that somebody is there.
            if REFRESH not in request.headers:
                touch_session(visitor.session, now=visitor.now)
            wanted = rule.see if request.method != "POST" else rule.change or rule.see
            if wanted is not None and not visitor.may(wanted):
                return problem(request, "forbidden", code="forbidden", status=403)
            if request.method == "POST" and needs_fresh and not visitor.session.is_fresh(visitor.now):
                return redirect("staff-confirm", next=request.path)
            return _answered(request, lambda: view(request, visitor, **named))

        return _marked(guarded, rule)

    return guard


def public_page(view: View) -> View:
    """Let anybody in: signing in, in its steps. The view finds out itself who it is."""
    rule = Rule(methods=frozenset({"GET", "HEAD", "POST"}), is_public=True)

    @decorator_from_middleware(OwnForms)
    @functools.wraps(view)
    def guarded(request: HttpRequest, **named: Any) -> HttpResponseBase:  # Any: what the address holds
        if request.method not in rule.methods:
            return HttpResponseNotAllowed(sorted(rule.methods))
        return _answered(request, lambda: view(request, timezone.now(), **named))

    return _marked(guarded, rule)


def _marked(view: View, rule: Rule) -> View:
    view.staff_rule = rule  # type: ignore[attr-defined]  # marks on our own function
    # The middleware of the JSON doors refuses more before anybody reads it.
    view.body_limit_bytes = BODY_BYTES  # type: ignore[attr-defined]
    return view


def _answered(request: HttpRequest, answer: Callable[[], HttpResponseBase]) -> HttpResponseBase:
    """Answer, or show why not: the kinds of errors are the same as at the JSON doors."""
    try:
        if not _is_plain(request):
            raise NotUnderstood
        return answer()
    except NotFound as error:
        return problem(request, "not_found", code=error.code, status=404)
    except Forbidden as error:
        return problem(request, "forbidden", code=error.code, status=403)
    except Conflict as error:
        return problem(request, "conflict", code=error.code, status=409)
    except NotUnderstood as error:
        return problem(request, "invalid", code=error.code, status=400)
    except DomainError as error:
        return problem(request, "invalid", code=error.code, status=422)


def _is_plain(request: HttpRequest) -> bool:
    """Say whether every field is there once, and none holds what no browser sends."""
    if request.method == "POST" and request.content_type != _FORM:
        return False
    fields = [*request.GET.lists(), *request.POST.lists()]
    return all(len(values) == 1 and "\0" not in values[0] and "\0" not in name for name, values in fields)


def visitor_of(request: HttpRequest) -> Visitor | None:
    """Return who has an open session, also one that has not proved the second factor."""
    token, now = request.COOKIES.get(COOKIE, ""), timezone.now()
    session = session_for(token, now=now) if token else None
    return None if session is None else Visitor(session, session.operator, now)


def _to_login(request: HttpRequest, visitor: Visitor | None) -> HttpResponse:
    if "HX-Request" in request.headers:
        # A part of a page is no place to sign in: the whole page is loaded again, and leads there.
        return HttpResponse(status=401, headers={"HX-Refresh": "true"})
    wanted = request.get_full_path() if request.method != "POST" else request.path
    if visitor is not None:
        return redirect("staff-login-code", next=wanted)
    return redirect("staff-login", next=wanted)


def redirect(name: str, /, **query: str) -> HttpResponse:
    """Go on to an address of the portal; after a form, so that loading it again sends nothing again."""
    kept = {key: value for key, value in query.items() if value and value != PATH}
    return HttpResponseRedirect(reverse(name) + (f"?{urlencode(kept)}" if kept else ""), status=303)


def go_to(path: str, **query: str) -> HttpResponse:
    """Go on to a path that is known to be ours."""
    return HttpResponseRedirect(path + (f"?{urlencode(query)}" if query else ""), status=303)


def give_session(response: HttpResponse, token: str, *, request: HttpRequest) -> HttpResponse:
    """Put the session's token into the browser, for the portal alone."""
    response.set_cookie(
        COOKIE,
        token,
        path=PATH,
        secure=request.is_secure() or not settings.DEMO,
        httponly=True,
        samesite="Lax",
    )
    return response


def chosen(request: HttpRequest, name: str, among: tuple[tuple[str, str], ...]) -> str:
    """Return a choice that the page offered. Raises NotUnderstood."""
    value = request.POST.get(name, "")
    if value not in {code for code, _ in among}:
        raise NotUnderstood
    return value


def reason_from(request: HttpRequest, among: tuple[tuple[str, str], ...]) -> str:
    """Return the code of the reason, with the note behind it. Raises NotUnderstood, also for a card number in it."""
    code, note = chosen(request, "reason", among), note_from(request, "note", longest=500)
    return f"{code}: {note}" if note else code


def note_from(request: HttpRequest, name: str, *, longest: int) -> str:
    """Return free text of one person to others. Raises NotUnderstood for too much of it, or a card number in it."""
    note = request.POST.get(name, "").strip()
    if len(note) > longest or looks_like_card(note):
        raise NotUnderstood
    return note


def looks_like_card(text: str) -> bool:
    """Say whether groups of digits that follow one another make 13 to 19 digits that pass the Luhn check."""
    for run in _DIGIT_RUNS.findall(text):
        groups = _GROUPS.findall(run)
        for first in range(len(groups)):
            for last in range(first, len(groups)):
                digits = "".join(groups[first : last + 1])
                if 13 <= len(digits) <= 19 and _is_luhn([int(digit) for digit in digits]):
                    return True
    return False


def _is_luhn(digits: list[int]) -> bool:
    doubled = [digit * 2 - 9 * (digit > 4) if place % 2 else digit for place, digit in enumerate(reversed(digits))]
    return sum(doubled) % 10 == 0
