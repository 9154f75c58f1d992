"""The demo's mailbox: what the platform would have mailed, for whoever tries it out, and for programs."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from apps.mail.models import Letter
from apps.mail.queries import newest_letters

MOST_LETTERS = 100
# Nothing but our own style sheet, and a form that comes back to us.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


@never_cache
@require_safe
def mailbox(request: HttpRequest) -> HttpResponse:
    """Show the letters, newest first; `?to=` shows those to one address."""
    context = {"letters": _letters(request), "to": request.GET.get("to", "")}
    response = render(request, "demo/mail.html", context)
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY
    return response


@never_cache
@require_safe
def mailbox_json(request: HttpRequest) -> JsonResponse:
    """Answer with the same letters as a list of objects."""
    letters = [
        {"to": letter.to, "subject": letter.subject, "text": letter.text, "at": letter.created_at}
        for letter in _letters(request)
    ]
    # A list at the top is what a program reads most easily; browsers have not run one as a script for years.
    return JsonResponse(letters, safe=False)


def _letters(request: HttpRequest) -> list[Letter]:
    # A NUL is in no address, and PostgreSQL takes none.
    to = request.GET.get("to", "").strip().replace("\0", "")
    return list(newest_letters(to=to or None)[:MOST_LETTERS])
