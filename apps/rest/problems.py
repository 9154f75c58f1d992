"""Every failure as an RFC 9457 problem: a status, a stable code, a request id, and never a stack trace."""

import logging
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from django.core.exceptions import PermissionDenied, RequestDataTooBig, SuspiciousOperation
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpResponse, UnreadablePostError
from rest_framework import exceptions as framework

from apps.kernel.errors import Conflict, DomainError, Forbidden, Malformed, NotFound, Refused, Unavailable
from apps.rest.errors import (
    BodyTooLarge,
    InvalidFields,
    TooManyRequests,
    Unauthenticated,
    UnsupportedCharset,
    UnsupportedMedia,
)
from apps.rest.renderers import encode

logger = logging.getLogger(__name__)

PROBLEM_MEDIA_TYPE: Final = "application/problem+json"
RETRY_AFTER_SECONDS: Final = 1
CHALLENGE: Final = 'Bearer realm="mpayment"'

# The first that fits counts, so the narrower stand first.
_STATUS_OF_KIND: Final[tuple[tuple[type[DomainError], int], ...]] = (
    (BodyTooLarge, 413),
    (UnsupportedMedia, 415),
    (UnsupportedCharset, 415),
    (Unauthenticated, 401),
    (TooManyRequests, 429),
    (Malformed, 400),
    (Forbidden, 403),
    (NotFound, 404),
    (Conflict, 409),
    (Refused, 422),
    (Unavailable, 503),
)
# What a fact may not overwrite.
_MEMBERS: Final = frozenset({"type", "title", "status", "code", "detail", "request_id", "errors"})


@dataclass(frozen=True, slots=True)
class Problem:
    """One answer that is not a success; `facts` become members beside the standard ones."""

    status: int
    code: str
    detail: str
    errors: tuple[Mapping[str, str], ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def body(self, request_id: str) -> dict[str, object]:
        """Return the members of the answer; `errors` is there even when empty, so that clients need no test."""
        members: dict[str, object] = {
            "type": "about:blank",
            "title": HTTPStatus(self.status).phrase,
            "status": self.status,
            "code": self.code,
            "detail": self.detail,
            "request_id": request_id,
            "errors": [dict(error) for error in self.errors],
        }
        return members | {name: fact for name, fact in self.facts.items() if name not in _MEMBERS}


def problem_from(error: Exception) -> Problem:
    """Return what the caller may know about the error; anything unexpected becomes a bare 500 or 503."""
    match error:
        case DomainError():
            return _from_domain(error)
        case framework.APIException():
            return _from_framework(error)
        case Http404():
            return Problem(404, NotFound.code, "There is no such thing, or it is not yours.")
        case PermissionDenied():
            return Problem(403, Forbidden.code, "You may not do this.")
        case RequestDataTooBig():
            return Problem(413, BodyTooLarge.code, "The body is larger than this address takes.")
        case SuspiciousOperation() | UnreadablePostError():
            return Problem(400, "malformed_request", "The request cannot be understood.")
        case OperationalError() | InterfaceError():
            # The database is away or was too slow; its transaction is rolled back, so a repetition is safe.
            return _from_domain(Unavailable("The server cannot do it now; nothing was changed, try again."))
        case _:
            return _internal_error()


def log_unexpected(error: Exception, problem: Problem, *, request_id: str) -> None:
    """Log what is our fault with its traceback, so that the request id leads to it."""
    if problem.status == 500 or isinstance(error, OperationalError | InterfaceError):
        logger.error("request failed", exc_info=error, extra={"request_id": request_id, "code": problem.code})


def problem_response(problem: Problem, *, request_id: str) -> HttpResponse:
    """Return the problem for places where Django REST framework is not at work: middleware, unknown addresses."""
    return HttpResponse(
        encode(problem.body(request_id)),
        status=problem.status,
        content_type=PROBLEM_MEDIA_TYPE,
        headers=dict(problem.headers),
    )


def _internal_error() -> Problem:
    return Problem(500, "internal_error", "Something went wrong here; tell us the request id.")


def _from_domain(error: DomainError) -> Problem:
    status = next((status for kind, status in _STATUS_OF_KIND if isinstance(error, kind)), None)
    if status is None:
        # Of no kind that a door can answer: our mistake, not the caller's.
        return _internal_error()
    facts = dict(error.facts)
    headers = {}
    # Any kind may ask the caller to wait, such as a conflict that will soon be over.
    seconds = facts.pop("retry_after_seconds", RETRY_AFTER_SECONDS if status in (429, 503) else None)
    if isinstance(seconds, int | float):
        headers["Retry-After"] = str(max(1, math.ceil(seconds)))
    if status == 401:
        headers["WWW-Authenticate"] = CHALLENGE
    errors = tuple(found.as_member() for found in error.problems) if isinstance(error, InvalidFields) else ()
    return Problem(status, error.code, error.detail, errors=errors, facts=facts, headers=headers)


def _from_framework(error: framework.APIException) -> Problem:
    match error:
        case framework.NotAuthenticated() | framework.AuthenticationFailed():
            # One text for no, unknown, expired and revoked: whoever tries credentials learns nothing.
            challenge = getattr(error, "auth_header", None) or CHALLENGE
            headers = {"WWW-Authenticate": challenge}
            return Problem(401, Unauthenticated.code, "Send a valid credential.", headers=headers)
        case framework.PermissionDenied():
            return Problem(403, Forbidden.code, "You may not do this.")
        case framework.NotFound():
            return Problem(404, NotFound.code, "There is no such thing, or it is not yours.")
        case framework.MethodNotAllowed():
            # The Allow header is on every answer of a view already.
            return Problem(405, "method_not_allowed", "This address does not take this method; see Allow.")
        case framework.NotAcceptable():
            return Problem(406, "not_acceptable", "Only application/json is spoken here.")
        case framework.UnsupportedMediaType():
            return Problem(415, UnsupportedMedia.code, "Send the body as application/json.")
        case framework.Throttled():
            return _from_domain(TooManyRequests(retry_after_seconds=error.wait or RETRY_AFTER_SECONDS))
        case framework.ParseError():
            return Problem(400, "malformed_json", "The body is not one JSON object in UTF-8.")
        case framework.ValidationError():
            return Problem(422, "invalid_field", "Some fields are not as they must be.")
        case _:
            return _internal_error()
