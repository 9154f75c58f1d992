"""A name for every request, so that a till's log, ours and a telephone call mean the same one."""

import re
import secrets
from typing import Final

from django.http import HttpRequest

HEADER: Final = "Request-Id"
_ACCEPTED: Final = re.compile(r"[A-Za-z0-9_-]{8,64}")


def new_request_id() -> str:
    """Return a fresh id of 22 characters."""
    return secrets.token_urlsafe(16)


def chosen_request_id(request: HttpRequest) -> str:
    """Return the client's id if it is harmless in a log, else a fresh one."""
    offered = request.headers.get(HEADER, "")
    return offered if _ACCEPTED.fullmatch(offered) else new_request_id()


def request_id_of(request: HttpRequest | None) -> str:
    """Return the id that the middleware gave the request; a fresh one where it did not run."""
    known = getattr(request, "request_id", None)
    return known if isinstance(known, str) else new_request_id()
