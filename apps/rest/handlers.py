"""Django's own error views as problems, for addresses under ``/api/``; the assembly chooses by `is_api`."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404, HttpRequest, HttpResponse

from apps.rest.middleware import API_PREFIX
from apps.rest.problems import problem_from, problem_response
from apps.rest.request_ids import request_id_of


def is_api(request: HttpRequest) -> bool:
    """Say whether the address belongs to a JSON door, known to it or not."""
    return request.path_info.startswith(API_PREFIX)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 400, or 413 if the body was too large; the exception's text stays inside."""
    known = exception if isinstance(exception, SuspiciousOperation) else SuspiciousOperation()
    return problem_response(problem_from(known), request_id=request_id_of(request))


def permission_denied(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 403."""
    return problem_response(problem_from(PermissionDenied()), request_id=request_id_of(request))


def page_not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Answer 404 without naming the addresses that exist."""
    return problem_response(problem_from(Http404()), request_id=request_id_of(request))


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500; Django has logged the traceback."""
    return problem_response(problem_from(Exception()), request_id=request_id_of(request))
