"""The way from the bytes of a request to a document, with media type, charset and size checked before."""

from typing import IO, Final

from django.db import connection
from django.http import HttpRequest
from django.utils.http import parse_header_parameters
from rest_framework.parsers import BaseParser

from apps.rest.errors import BodyTooLarge, MalformedJson, MalformedRequest, UnsupportedCharset, UnsupportedMedia
from apps.rest.renderers import JSON_MEDIA_TYPE
from apps.rest.strict_json import LARGE_BODY_BYTES, parse_document

# What a door takes unless its view says otherwise; payments and refunds bring lines and take more.
SMALL_BODY_BYTES: Final = 16 * 1024
_UTF_8: Final = frozenset({"utf-8", "utf8"})
_MAXIMUM_CONTENT_TYPE_LENGTH: Final = 256


def check_media_type(content_type: str) -> None:
    """Raise UnsupportedMedia unless it is JSON, UnsupportedCharset if it names another encoding than UTF-8."""
    # A long header is not parsed at all.
    if len(content_type) > _MAXIMUM_CONTENT_TYPE_LENGTH:
        raise UnsupportedMedia()
    try:
        media_type, parameters = parse_header_parameters(content_type)
    except ValueError:
        raise UnsupportedMedia() from None
    if media_type != JSON_MEDIA_TYPE:
        raise UnsupportedMedia()
    if parameters.get("charset", "utf-8").lower() not in _UTF_8:
        raise UnsupportedCharset()


def declared_length(request: HttpRequest) -> int | None:
    """Return Content-Length, None without one; MalformedRequest if it is no number or contradicts the framing."""
    text = request.META.get("CONTENT_LENGTH") or ""
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 15):
        raise MalformedRequest("Content-Length is not a number of bytes")
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        raise MalformedRequest("Content-Length and Transfer-Encoding exclude each other")
    return int(text)


def read_body(request: HttpRequest, *, limit_bytes: int) -> bytes:
    """Return the body, reading no more than the limit; ``request.body`` has it afterwards, for signatures."""
    expected = declared_length(request)
    if expected is not None and expected > limit_bytes:
        raise BodyTooLarge(f"at most {limit_bytes} bytes are taken here")
    if request.META.get("HTTP_TRANSFER_ENCODING"):
        _let_go_of_the_database()
        raise _without_a_length(request, limit_bytes)
    if not hasattr(request, "_body"):
        if expected:
            _let_go_of_the_database()
        # One byte more than allowed is asked for: a body without a length shows itself by that byte.
        request._body = request.read(limit_bytes + 1)
    body = request.body
    if len(body) > limit_bytes:
        raise BodyTooLarge(f"at most {limit_bytes} bytes are taken here")
    if expected is not None and len(body) != expected:
        raise MalformedRequest("the body is shorter than Content-Length says")
    return body


def _let_go_of_the_database() -> None:
    # A process has few connections: eight tills that send slowly would keep all others from selling.
    if not connection.in_atomic_block:
        connection.close()


def _without_a_length(request: HttpRequest, limit_bytes: int) -> BodyTooLarge | MalformedRequest:
    """Return why a body in chunks is not taken: the server ends it alike when its sender is done and when he is gone.

    Django takes it for an empty body, which for some calls means "all of it".
    """
    # Django's own stream ends where Content-Length says, and so at once.
    stream = getattr(request, "environ", {}).get("wsgi.input", request)
    left = limit_bytes + 1
    while left > 0 and (part := stream.read(left)):
        left -= len(part)
    if left <= 0:
        return BodyTooLarge(f"at most {limit_bytes} bytes are taken here")
    return MalformedRequest("send the body with Content-Length and without Transfer-Encoding")


def read_document(request: HttpRequest, *, limit_bytes: int, may_be_empty: bool = False) -> dict[str, object]:
    """Return the one JSON object that the request brings, or raise what is wrong with it."""
    content_type = request.META.get("CONTENT_TYPE") or ""
    # Clients that send no body send no type either; it is the body that they must be told about.
    if (may_be_empty or not content_type) and not read_body(request, limit_bytes=limit_bytes):
        if may_be_empty:
            return {}
        raise MalformedJson("the body is empty")
    check_media_type(content_type)
    return parse_document(read_body(request, limit_bytes=limit_bytes), limit_bytes=limit_bytes)


class StrictJsonParser(BaseParser):  # type: ignore[misc]
    """The same for views that are no ApiView; the framework itself answers an empty body with an empty document."""

    media_type = JSON_MEDIA_TYPE

    def parse(
        self, stream: IO[bytes], media_type: str | None = None, parser_context: object = None
    ) -> dict[str, object]:
        """Return the document; DomainError of kind Malformed for anything else."""
        check_media_type(media_type or "")
        return parse_document(stream.read(LARGE_BODY_BYTES + 1))
