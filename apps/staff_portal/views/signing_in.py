"""Signing in, in its steps; signing out; and proving the second factor once more."""

import io
import math
from datetime import datetime
from typing import Final

import segno
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import rotate_token

from apps.kernel.masking import Secret
from apps.operators.credentials import totp_address, totp_text
from apps.operators.errors import InvitationInvalid, PasswordTooWeak
from apps.operators.models import Session
from apps.operators.operations import (
    accept_invitation,
    begin_totp,
    confirm_totp,
    end_session,
    sign_in,
    step_up,
    verify_second_factor,
)
from apps.pages.addresses import safe_next
from apps.rest.addresses import address_of
from apps.rest.throttle import Draw, Rate, draw
from apps.staff_portal.frame import language_of, show
from apps.staff_portal.gate import (
    COOKIE,
    PATH,
    Visitor,
    give_session,
    go_to,
    page,
    public_page,
    redirect,
    visitor_of,
)
from apps.staff_portal.words.frame import FRAME

# Per address, beside the five per operator: a shop's staff may share one address, and mistype.
FORMS: Final = Rate(per_second=1 / 6, at_once=30)
_LONGEST: Final = 300


def _wait(request: HttpRequest) -> HttpResponse | None:
    """Count a form that tries to get in; return the page that asks its sender to wait, if he has to."""
    seconds = draw(Draw(f"staff-login:{address_of(request)}", FORMS)).wait_seconds
    if not seconds:
        return None
    response = _form(request, "login", "too_often", status=429)
    response.headers["Retry-After"] = str(math.ceil(seconds))
    return response


def _form(request: HttpRequest, step: str, error: str = "", *, status: int = 200, **shown: object) -> HttpResponse:
    words = FRAME[language_of(request)]
    context = {"error": getattr(words, error) if error else "", "next": _next(request), **shown}
    return show(request, step, context, status=status)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    return safe_next(wanted, within=PATH)


@public_page
def login(request: HttpRequest, now: datetime) -> HttpResponse:
    """Ask for address and password; the answer is the same for addresses that are an operator's and those that are not.

    The password alone leads to the second factor and nowhere else.
    """
    if request.method != "POST":
        notice = request.GET.get("notice", "")
        words = FRAME[language_of(request)]
        told = getattr(words, notice) if notice in ("signed_out", "password_chosen") else ""
        return _form(request, "login", told=told)
    if (wait := _wait(request)) is not None:
        return wait
    signed_in = sign_in(
        email=request.POST.get("email", "")[:_LONGEST],
        password=Secret(request.POST.get("password", "")[:_LONGEST]),
        address=address_of(request),
        browser=request.headers.get("User-Agent", ""),
        now=now,
    )
    if signed_in is None:
        return _form(request, "login", "wrong", status=422)
    rotate_token(request)
    step = "staff-login-code" if signed_in.session.operator.has_second_factor else "staff-login-setup"
    return give_session(redirect(step, next=_next(request)), signed_in.token.reveal(), request=request)


@public_page
def login_code(request: HttpRequest, now: datetime) -> HttpResponse:
    """Ask for the second factor of whoever gave the right password."""
    pending = _pending(request)
    if pending is None:
        return redirect("staff-login", next=_next(request))
    if not pending.operator.has_second_factor:
        return redirect("staff-login-setup", next=_next(request))
    if request.method != "POST":
        return _form(request, "login_code")
    if (wait := _wait(request)) is not None:
        return wait
    signed_in = verify_second_factor(session=pending, code=request.POST.get("code", ""), now=now)
    if signed_in is None:
        return _form(request, "login_code", "wrong_code", status=422)
    rotate_token(request)
    return give_session(go_to(_next(request)), signed_in.token.reveal(), request=request)


@public_page
def login_setup(request: HttpRequest, now: datetime) -> HttpResponse:
    """Set up the authenticator app, before anything else can be done."""
    pending = _pending(request)
    if pending is None:
        return redirect("staff-login")
    if pending.operator.has_second_factor:
        return redirect("staff-login-code", next=_next(request))
    key = begin_totp(session=pending, now=now)
    error = ""
    if request.method == "POST":
        confirmed = confirm_totp(session=pending, code=request.POST.get("code", ""), now=now)
        if confirmed is not None:
            rotate_token(request)
            codes = [code.reveal() for code in confirmed.backup_codes]
            response = show(request, "backup_codes", {"codes": codes})
            return give_session(response, confirmed.signed_in.token.reveal(), request=request)
        error = "wrong_code"
    picture = _picture(totp_address(key, email=pending.operator.email, issuer=settings.WALLET_NAME))
    status = 422 if error else 200
    return _form(request, "login_setup", error, status=status, picture=picture, key=totp_text(key).reveal())


def _picture(address: Secret[str]) -> str:
    """Return the QR code as SVG, black on white in both themes; our own drawing, without anything that was typed."""
    out = io.BytesIO()
    code = segno.make(address.reveal(), error="m")
    code.save(out, kind="svg", scale=4, border=4, light="#fff", xmldecl=False, svgns=True, svgclass="qr", title="QR")
    return out.getvalue().decode()


def _pending(request: HttpRequest) -> Session | None:
    visitor = visitor_of(request)
    return visitor.session if visitor is not None and visitor.session.verified_at is None else None


@public_page
def invitation(request: HttpRequest, now: datetime) -> HttpResponse:
    """Take an invitation's code and let its operator choose a password."""
    if request.method != "POST":
        return _form(request, "invitation")
    if (wait := _wait(request)) is not None:
        return wait
    try:
        password = Secret(request.POST.get("password", "")[:_LONGEST])
        accept_invitation(code=request.POST.get("code", ""), password=password, now=now)
    except InvitationInvalid:
        return _form(request, "invitation", "wrong_code", status=400)
    except PasswordTooWeak:
        return _form(request, "invitation", "password_help", status=422)
    return redirect("staff-login", notice="password_chosen")


@page(takes_forms=True)
def logout(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """End the session here and on the server."""
    if request.method != "POST":
        return redirect("staff-home")
    end_session(visitor.session, now=visitor.now)
    response = redirect("staff-login", notice="signed_out")
    response.delete_cookie(COOKIE, path=PATH, samesite="Lax")
    return response


@page(takes_forms=True)
def confirm(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """Ask for the second factor once more, before something dangerous."""
    if request.method != "POST":
        return _form(request, "confirm")
    if (wait := _wait(request)) is not None:
        return wait
    if not step_up(session=visitor.session, code=request.POST.get("code", ""), now=visitor.now):
        return _form(request, "confirm", "wrong_code", status=422)
    return go_to(_next(request))
