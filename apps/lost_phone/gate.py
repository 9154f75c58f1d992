"""What comes before the page says anything: how often it was sent, in which language, and what it may load."""

from typing import Final

from django.http import HttpRequest, HttpResponse

from apps.lost_phone.words import WORDS
from apps.rest.addresses import address_of
from apps.rest.throttle import Draw, Rate, draw

# Enough for a family behind one address that mistypes; a guesser has 25 tries an hour at one mailbox anyway.
FORMS: Final = Rate(per_second=1 / 6, at_once=20)
POLICY: Final = "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
_DEFAULT: Final = "de"


def wait_for(request: HttpRequest) -> float:
    """Count a form that was sent, and return for how many seconds its sender has to wait, 0 for one who has not."""
    return draw(Draw(f"lost-phone:{address_of(request)}", FORMS)).wait_seconds


def language_of(request: HttpRequest) -> str:
    """Return the language that was chosen on the page, else the first of the browser's that we speak."""
    chosen = request.POST.get("language") or request.GET.get("language")
    if chosen in WORDS:
        return str(chosen)
    for part in request.headers.get("Accept-Language", "")[:200].split(","):
        if (spoken := part.strip()[:2].lower()) in WORDS:
            return spoken
    return _DEFAULT


def closed_in(response: HttpResponse) -> HttpResponse:
    """Return the page with everything that keeps others out of it."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    response.headers["Referrer-Policy"] = "same-origin"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
