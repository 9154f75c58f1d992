"""What a view of a JSON door is: strict in what it takes, one shape in what it answers."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import HttpRequest
from django.utils.datastructures import MultiValueDict
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.rest.errors import Unauthenticated
from apps.rest.parsers import SMALL_BODY_BYTES, StrictJsonParser, read_document
from apps.rest.problems import PROBLEM_MEDIA_TYPE, log_unexpected, problem_from
from apps.rest.renderers import CompactJsonRenderer
from apps.rest.request_ids import request_id_of
from apps.rest.strangers import hear_stranger, let_anybody


class StrictRequest(Request):  # type: ignore[misc]
    """A request whose `data` is a strictly read document, also when the body is empty or of an unknown type."""

    body_limit_bytes: int = SMALL_BODY_BYTES
    body_may_be_empty: bool = False

    def _parse(self) -> tuple[dict[str, object], MultiValueDict[str, object]]:
        # The framework's own way takes an empty body for an empty document, and forms for data.
        try:
            document = read_document(
                self._request, limit_bytes=self.body_limit_bytes, may_be_empty=self.body_may_be_empty
            )
        except Exception:
            # As the framework does it: whoever asks again gets nothing, and not a second reading.
            self._data: dict[str, object] = {}
            self._files: MultiValueDict[str, object] = MultiValueDict()
            self._full_data = self._data
            raise
        return document, MultiValueDict()


class JsonOnly(DefaultContentNegotiation):  # type: ignore[misc]
    """Accept decides between JSON and 406; ``?format=`` decides nothing."""

    def select_renderer(
        self, request: Request, renderers: list[CompactJsonRenderer], format_suffix: str | None = None
    ) -> tuple[CompactJsonRenderer, str]:
        """Return the renderer, without a look at the query."""
        accept = request.META.get("HTTP_ACCEPT", "")
        # Problems are JSON too, and a client may say that it knows them.
        if not accept or "*/*" in accept or PROBLEM_MEDIA_TYPE in accept:
            return renderers[0], renderers[0].media_type
        renderer, media_type = super().select_renderer(request, renderers, None)
        return renderer, media_type


class ApiView(APIView):  # type: ignore[misc]
    """Base of every view of a JSON door; a door adds its authentication, a view its body limit."""

    body_limit_bytes: ClassVar[int] = SMALL_BODY_BYTES
    # For calls without a required field, such as a confirmation; any other empty body is a lost one.
    body_may_be_empty: ClassVar[bool] = False
    parser_classes = (StrictJsonParser,)
    renderer_classes = (CompactJsonRenderer,)
    content_negotiation_class = JsonOnly
    # OPTIONS would describe the view to anybody.
    metadata_class = None

    # Any: what the address captured; the framework passes it through.
    def initialize_request(self, request: HttpRequest, *args: Any, **kwargs: Any) -> StrictRequest:
        """Return the framework's request with the strict reading built in."""
        strict = StrictRequest(
            request,
            parsers=self.get_parsers(),
            authenticators=self.get_authenticators(),
            negotiator=self.get_content_negotiator(),
            parser_context=self.get_parser_context(request),
        )
        strict.body_limit_bytes = self.body_limit_bytes
        strict.body_may_be_empty = self.body_may_be_empty
        return strict

    def perform_authentication(self, request: Request) -> None:
        """Ask who it is. Raises Unauthenticated, and TooManyRequests for whoever is nobody too often."""
        try:
            super().perform_authentication(request)
        except Unauthenticated:
            hear_stranger(request)
            raise

    def check_throttles(self, request: Request) -> None:
        """Let whoever shows no credential in as often as his address may; a door counts its own people itself."""
        super().check_throttles(request)
        if request.auth is None:
            let_anybody(request)

    def get_exception_handler(self) -> Any:
        """Return the handler that answers with problems, whatever the settings say."""
        return exception_handler


def exception_handler(error: Exception, context: Mapping[str, Any]) -> Response:
    """Answer any exception of a view as a problem; for ``REST_FRAMEWORK["EXCEPTION_HANDLER"]``."""
    request = context.get("request")
    request_id = request_id_of(getattr(request, "_request", request))
    problem = problem_from(error)
    log_unexpected(error, problem, request_id=request_id)
    return Response(
        problem.body(request_id),
        status=problem.status,
        headers=dict(problem.headers),
        content_type=PROBLEM_MEDIA_TYPE,
    )
