"""The parser on its own, in views that are no ApiView, and the reading of bodies without a length."""

import io

import pytest
from django.core.handlers.asgi import ASGIRequest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory
from rest_framework.request import Request
from rest_framework.test import APIRequestFactory

from apps.rest.errors import BodyTooLarge, MalformedJson, MalformedRequest, UnsupportedCharset
from apps.rest.parsers import StrictJsonParser, read_body
from apps.rest.renderers import CompactJsonRenderer


def test_serves_any_view_of_the_framework() -> None:
    request = APIRequestFactory().generic("POST", "/", b'{"a": 1}', "application/json")

    assert Request(request, parsers=[StrictJsonParser()]).data == {"a": 1}


def test_refuses_within_any_view_of_the_framework() -> None:
    factory = APIRequestFactory()
    array = factory.generic("POST", "/", b"[1]", "application/json")
    other = factory.generic("POST", "/", b"{}", "application/json; charset=latin-1")

    with pytest.raises(MalformedJson):
        _ = Request(array, parsers=[StrictJsonParser()]).data
    with pytest.raises(UnsupportedCharset):
        _ = Request(other, parsers=[StrictJsonParser()]).data


@pytest.mark.parametrize(("size", "refusal"), [(0, MalformedRequest), (100, MalformedRequest), (101, BodyTooLarge)])
def test_takes_no_body_without_a_length(size: int, refusal: type[Exception]) -> None:
    scope = {"type": "http", "method": "POST", "path": "/", "headers": [(b"transfer-encoding", b"chunked")]}
    request = ASGIRequest(scope, io.BytesIO(b"x" * size))

    with pytest.raises(refusal):
        read_body(request, limit_bytes=100)


def test_refuses_a_body_shorter_than_declared() -> None:
    environ = RequestFactory().post("/").environ | {"wsgi.input": io.BytesIO(b"{}"), "CONTENT_LENGTH": "10"}

    with pytest.raises(MalformedRequest):
        read_body(WSGIRequest(environ), limit_bytes=100)


def test_ignores_the_indent_that_a_client_wishes() -> None:
    rendered = CompactJsonRenderer().render({"ä": [1, 2]}, "application/json; indent=8")

    assert rendered == '{"ä":[1,2]}'.encode()
