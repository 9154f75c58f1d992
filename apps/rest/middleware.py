"""What happens to a request before and after any view, also to one that no view takes."""

from collections.abc import Callable
from typing import Any, Final

from django.core.exceptions import DisallowedHost
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from rest_framework.exceptions import MethodNotAllowed

from apps.rest.errors import BodyTooLarge
from apps.rest.parsers import SMALL_BODY_BYTES, declared_length
from apps.rest.problems import problem_from, problem_response
from apps.rest.request_ids import HEADER, chosen_request_id, request_id_of

Answer = Callable[[HttpRequest], HttpResponseBase]

API_PREFIX: Final = "/api/"
# Whoever looks whether a process lives knows its address and not its name.
PROBES_PREFIX: Final = "/health/"


class RequestIdMiddleware:
    """Names every request and says the name in every answer. Stands first, so that even a 400 has one."""

    def __init__(self, get_response: Answer) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer with a Request-Id."""
        request_id = chosen_request_id(request)
        # Django's request has no such attribute; request_id_of() is how others read it.
        request.request_id = request_id  # type: ignore[attr-defined]
        response = self.get_response(request)
        response.headers[HEADER] = request_id
        return response


class ApiMiddleware:
    """Under ``/api/``: nothing is cached, a body that is too large is refused before anybody reads it, and a method
    that an address does not take is a problem even where Django refuses it."""

    def __init__(self, get_response: Answer) -> None:
        """Keep the rest of the chain."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, uncached if it is an API's answer. Raises DisallowedHost for pages, which becomes a 400."""
        is_api = request.path_info.startswith(API_PREFIX)
        try:
            # Nobody else asks: no answer is made of it, and yet it tells a client that is at the wrong address.
            if not request.path_info.startswith(PROBES_PREFIX):
                request.get_host()
        except DisallowedHost as error:
            if not is_api:
                raise
            response: HttpResponseBase = problem_response(problem_from(error), request_id=request_id_of(request))
        else:
            response = self.get_response(request)
        if not is_api:
            return response
        if isinstance(response, HttpResponseNotAllowed):
            response = _method_not_allowed(request, response)
        response.headers["Cache-Control"] = "no-store"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Refuse the body by what Content-Length says; the view counts again while it reads."""
        limit_bytes = body_limit_of(view)
        if limit_bytes is None:
            if not request.path_info.startswith(API_PREFIX):
                return None
            limit_bytes = SMALL_BODY_BYTES
        try:
            length = declared_length(request)
            if length is not None and length > limit_bytes:
                raise BodyTooLarge(f"at most {limit_bytes} bytes are taken here")
        except Exception as error:
            return problem_response(problem_from(error), request_id=request_id_of(request))
        return None


def _method_not_allowed(request: HttpRequest, refused: HttpResponseNotAllowed) -> HttpResponse:
    problem = problem_from(MethodNotAllowed(request.method))
    answer = problem_response(problem, request_id=request_id_of(request))
    answer.headers["Allow"] = refused.headers["Allow"]
    return answer


def body_limit_of(view: Callable[..., Any]) -> int | None:
    """Return `body_limit_bytes` of the view function or of its class; None if neither has one."""
    for owner in (view, getattr(view, "view_class", None), getattr(view, "cls", None)):
        limit = getattr(owner, "body_limit_bytes", None)
        if isinstance(limit, int):
            return limit
    return None
