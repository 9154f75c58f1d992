"""The page of the lost phone: an address, a mailed code, the devices, and the confirmation. It works without a script.

Nothing is kept in a session: what was proved travels as a signed value in the form, and is looked up again each time.
"""

import math
import re
from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import CsrfViewMiddleware
from django.shortcuts import render
from django.utils import timezone
from django.utils.decorators import decorator_from_middleware
from django.views.decorators.http import require_http_methods

from apps.customers.errors import InvalidEmail, RegistrationInvalid
from apps.customers.models import Customer
from apps.customers.registrations import (
    CHOOSE_WITHIN,
    CODE_DIGITS,
    confirm_lost_phone,
    customer_who_proved,
    start_lost_phone,
)
from apps.devices.errors import UnknownDevice
from apps.devices.models import Device
from apps.devices.operations import stop_lost_devices
from apps.devices.queries import live_devices_of
from apps.kernel.ids import from_public_id
from apps.kernel.masking import Secret
from apps.lost_phone.gate import closed_in, language_of, wait_for
from apps.lost_phone.words import LANGUAGES, WORDS

_SALT: Final = "apps.lost_phone.proof"
_FORM: Final = "application/x-www-form-urlencoded"
_BODY_BYTES: Final = 16 * 1024
_LONGEST_CODE: Final = 64
# Blanks and hyphens between the digits do not matter.
_BETWEEN: Final = re.compile(r"[\s\u00a0-]")
# Of these a form has as many as there are devices.
_MANY: Final = frozenset({"device"})


class _OwnForms(CsrfViewMiddleware):
    """Takes only forms that this page gave out, and says so in the page's own words."""

    def _reject(self, request: HttpRequest, reason: str) -> HttpResponse:
        return _page(request, "ask", error="not_understood", status=403)


@require_http_methods(["GET", "HEAD", "POST"])
@decorator_from_middleware(_OwnForms)
def lost_phone(request: HttpRequest) -> HttpResponse:
    """Show the next step; the answer is the same for addresses that are a customer's and those that are not."""
    if request.method != "POST":
        return _page(request, "ask")
    if wait := wait_for(request):
        page = _page(request, "ask", error="too_often", status=429)
        page.headers["Retry-After"] = str(math.ceil(wait))
        return page
    step = _STEPS.get(request.POST.get("step", ""))
    if request.content_type != _FORM or step is None or not _is_plain(request):
        return _page(request, "ask", error="not_understood", status=400)
    return step(request, timezone.now())


# The middleware of the JSON doors refuses more before anybody reads it.
lost_phone.body_limit_bytes = _BODY_BYTES  # type: ignore[attr-defined]


def _is_plain(request: HttpRequest) -> bool:
    """Say whether every field is there once, and none holds what no browser sends."""
    return all(
        (len(values) == 1 or name in _MANY) and not any("\0" in value for value in values)
        for name, values in request.POST.lists()
    )


def _ask(request: HttpRequest, now: datetime) -> HttpResponse:
    email = request.POST.get("email", "")
    try:
        start_lost_phone(email=email, language=language_of(request), now=now)
    except InvalidEmail:
        return _page(request, "ask", error="wrong_email", status=422)
    return _page(request, "code")


def _code(request: HttpRequest, now: datetime) -> HttpResponse:
    typed = request.POST.get("code", "")[:_LONGEST_CODE]
    digits = _BETWEEN.sub("", typed)
    try:
        if not (digits.isascii() and digits.isdigit() and len(digits) == CODE_DIGITS):
            raise RegistrationInvalid
        proof = confirm_lost_phone(email=request.POST.get("email", ""), code=Secret(digits), now=now)
    except InvalidEmail:
        return _page(request, "ask", error="wrong_email", status=422)
    except RegistrationInvalid:
        return _page(request, "code", error="wrong_code", status=422)
    return _choose(request, proof, customer_who_proved(proof, now=now))


def _choose(request: HttpRequest, proof: UUID, customer: Customer | None, *, error: str = "") -> HttpResponse:
    devices = _stoppable(customer)
    if not devices:
        return _page(request, "nothing")
    shown: dict[str, object] = {"devices": devices, "proof": signing.dumps(str(proof), salt=_SALT)}
    return _page(request, "choose", shown, error=error, status=422 if error else 200)


def _stop(request: HttpRequest, now: datetime) -> HttpResponse:
    try:
        text = signing.loads(request.POST.get("proof", ""), salt=_SALT, max_age=CHOOSE_WITHIN)
        proof = UUID(text)
    except (signing.BadSignature, ValueError):
        return _page(request, "ask", error="too_late", status=403)
    customer = customer_who_proved(proof, now=now)
    if customer is None:
        return _page(request, "ask", error="too_late", status=403)
    try:
        chosen = {from_public_id("dev", text) for text in request.POST.getlist("device")}
        stopped = stop_lost_devices(customer_id=customer.id, device_ids=chosen, now=now) if chosen else None
    except (ValueError, UnknownDevice):
        stopped = None
    if stopped is None:
        return _choose(request, proof, customer, error="nothing_chosen")
    shown: dict[str, object] = {
        "document": stopped.document,
        "signed": stopped.confirmation.signed,
        "at": stopped.confirmation.at,
        # What is left, for whoever forgot one.
        "devices": _stoppable(customer),
        "proof": signing.dumps(str(proof), salt=_SALT),
    }
    return _page(request, "done", shown)


def _stoppable(customer: Customer | None) -> list[Device]:
    return [] if customer is None else list(live_devices_of(customer.id))


_STEPS: Final[dict[str, Callable[[HttpRequest, datetime], HttpResponse]]] = {
    "ask": _ask,
    "code": _code,
    "stop": _stop,
}


def _page(
    request: HttpRequest,
    step: str,
    shown: dict[str, object] | None = None,
    *,
    error: str = "",
    status: int = 200,
) -> HttpResponse:
    language = language_of(request)
    words = WORDS[language]
    context = {
        "step": step,
        "language": language,
        "languages": LANGUAGES,
        "words": words,
        "error": getattr(words, error) if error else "",
        "email": request.POST.get("email", ""),
        **(shown or {}),
    }
    return closed_in(render(request, "lost_phone/page.html", context, status=status))
