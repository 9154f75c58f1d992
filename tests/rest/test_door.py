"""The catalogue of bad input through a real door: middleware, framework, view and answer."""

import io
import json
from typing import cast

import pytest
from django.http import HttpResponse
from django.test import Client

JSON = "application/json"
GOOD = b'{"amount": 4250, "currency": "CHF"}'


def send(client: Client, method: str, path: str, body: bytes = b"", **meta: str) -> HttpResponse:
    # The client's own content_type argument is forgotten when the body is empty.
    environ = {"CONTENT_TYPE": JSON} | meta
    return cast(HttpResponse, client.generic(method, path, body, environ["CONTENT_TYPE"], **environ))  # type: ignore[arg-type]


def sell(client: Client, body: bytes, *, content_type: str = JSON, key: str = "key-1", **meta: str) -> HttpResponse:
    return send(client, "POST", "/api/sell", body, CONTENT_TYPE=content_type, HTTP_IDEMPOTENCY_KEY=key, **meta)


def assert_problem(response: HttpResponse, status: int, code: str) -> dict[str, object]:
    assert (response.status_code, response.headers["Content-Type"]) == (status, "application/problem+json")
    problem: dict[str, object] = json.loads(response.content)
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["request_id"] == response.headers["Request-Id"]
    assert {"type", "title", "detail", "errors"} <= set(problem)
    assert b"Traceback" not in response.content
    assert response.headers["Cache-Control"] == "no-store"
    return problem


def test_answers_good_input_compactly(client: Client) -> None:
    response = sell(client, GOOD, content_type='application/json; charset="UTF-8"')

    assert response.status_code == 201
    assert response.headers["Content-Type"] == JSON
    assert response.headers["Cache-Control"] == "no-store"
    assert response.content == b'{"amount":4250,"key":"key-1","method":"POST"}'


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        pytest.param(b"", 400, "malformed_json", id="A01"),
        pytest.param(GOOD[:-1], 400, "malformed_json", id="A02"),
        pytest.param(b"\xef\xbb\xbf" + GOOD, 400, "malformed_json", id="A04"),
        pytest.param(b'{"amount": "\xff"}', 400, "malformed_json", id="A05"),
        pytest.param(b'{"amount": 1, "amount": 2}', 400, "duplicate_key", id="A08"),
        pytest.param(b'{"amount": 1, "currency": "CHF", "final": 1e999}', 422, "invalid_field", id="A10"),
        pytest.param(b'{"amount": ' + b"9" * 5000 + b"}", 400, "malformed_json", id="A11"),
        pytest.param(b"[" * 100_000, 400, "too_deep", id="A12"),
        pytest.param(b'{"a":' * 9 + b"1" + b"}" * 9, 400, "too_deep", id="A13"),
        pytest.param(b"[]", 400, "malformed_json", id="A15-array"),
        pytest.param(b'"text"', 400, "malformed_json", id="A15-string"),
        pytest.param(b"null", 400, "malformed_json", id="A15-null"),
        pytest.param(GOOD[:-1] + b', "colour": 1}', 422, "unknown_field", id="A16"),
        pytest.param(GOOD[:-1] + b', "merchant": "mer_1"}', 422, "unknown_field", id="A31"),
        pytest.param(b'{"amount": 0, "currency": "CHF"}', 422, "invalid_amount", id="B01"),
        pytest.param(b'{"amount": -0, "currency": "CHF"}', 422, "invalid_amount", id="B02"),
        pytest.param(b'{"amount": 1%s, "currency": "CHF"}' % (b"0" * 30), 422, "amount_too_large", id="B03"),
        pytest.param(b'{"amount": "100", "currency": "CHF"}', 422, "invalid_amount", id="B05"),
        pytest.param('{"amount": "１００", "currency": "CHF"}'.encode(), 422, "invalid_amount", id="B06"),
        pytest.param(b'{"amount": 100.0, "currency": "CHF"}', 422, "invalid_amount", id="B07"),
        pytest.param(b'{"amount": 1, "currency": ["CHF"]}', 422, "invalid_currency", id="B09"),
        pytest.param(GOOD[:-1] + b', "reference": "a\\u0000"}', 422, "invalid_field", id="B20-nul"),
        pytest.param(GOOD[:-1] + b', "reference": "\\ud800"}', 422, "invalid_field", id="B20-surrogate"),
        pytest.param(GOOD[:-1] + b', "\\ud800": 1}', 422, "unknown_field", id="B20-as-a-name"),
        pytest.param(GOOD[:-1] + b', "reference": " a"}', 422, "invalid_field", id="B21"),
        pytest.param(GOOD[:-1] + b', "tip": -1}', 422, "invalid_amount", id="B22-negative"),
        pytest.param(
            GOOD[:-1] + b', "lines": [{"name": "a", "quantity": "1", "amount": 1, "vat_rate_basis_points": 0}]}',
            422,
            "lines_mismatch",
            id="B22-sum",
        ),
        pytest.param(
            GOOD[:-1] + b', "lines": [{"name": "a", "quantity": 1, "amount": 4250, "vat_rate_basis_points": 0}]}',
            422,
            "invalid_field",
            id="B22-quantity",
        ),
    ],
)
def test_refuses_a_body_as_the_catalogue_says(client: Client, body: bytes, status: int, code: str) -> None:
    response = sell(client, body)

    assert_problem(response, status, code)


@pytest.mark.parametrize(
    ("content_type", "code"),
    [
        ("application/json; charset=utf-16", "unsupported_charset"),
        ("application/json; charset=nonsense", "unsupported_charset"),
        ("application/x-www-form-urlencoded", "unsupported_media"),
        ("multipart/form-data; boundary=x", "unsupported_media"),
        ("text/plain", "unsupported_media"),
        ("application/json" + ";a=b" * 100_000, "unsupported_media"),
        ("", "unsupported_media"),
    ],
)
def test_reads_only_json_in_utf_8(client: Client, content_type: str, code: str) -> None:
    response = sell(client, GOOD, content_type=content_type)

    assert_problem(response, 415, code)


@pytest.mark.parametrize("length", ["-1", "1_0", "１", "x", "9" * 5000])
def test_refuses_a_content_length_that_is_no_number(client: Client, length: str) -> None:
    assert_problem(sell(client, GOOD, CONTENT_LENGTH=length), 400, "malformed_request")


def test_refuses_two_ways_to_say_where_the_body_ends(client: Client) -> None:
    assert_problem(sell(client, GOOD, HTTP_TRANSFER_ENCODING="chunked"), 400, "malformed_request")


def test_reads_no_further_than_the_declared_length(client: Client) -> None:
    assert_problem(sell(client, GOOD, CONTENT_LENGTH="10"), 400, "malformed_json")


@pytest.mark.parametrize("content_type", [JSON, ""])
def test_takes_no_body_only_where_the_view_says_so(client: Client, content_type: str) -> None:
    assert_problem(sell(client, b"", content_type=content_type), 400, "malformed_json")

    response = send(client, "POST", "/api/small", b"", CONTENT_TYPE=content_type)

    assert (response.status_code, response.content) == (200, b'{"members":0}')


def test_takes_as_much_as_the_view_allows(client: Client) -> None:
    padded = GOOD + b" " * (17 * 1024)

    assert sell(client, padded).status_code == 201
    assert_problem(sell(client, GOOD + b" " * 256 * 1024), 413, "body_too_large")
    assert_problem(send(client, "POST", "/api/small", padded), 413, "body_too_large")


def test_ignores_an_override_of_the_method(client: Client) -> None:
    response = sell(client, GOOD, HTTP_X_HTTP_METHOD_OVERRIDE="DELETE")

    assert json.loads(response.content)["method"] == "POST"


@pytest.mark.parametrize("method", ["TRACE", "GET", "DELETE", "OPTIONS", "BREW"])
def test_names_the_methods_that_there_are(client: Client, method: str) -> None:
    response = send(client, method, "/api/sell")

    assert_problem(response, 405, "method_not_allowed")
    assert "POST" in response.headers["Allow"]


def test_asks_for_a_credential_before_it_reads_anything(client: Client) -> None:
    response = send(client, "POST", "/api/locked", b"[" * 100)

    problem = assert_problem(response, 401, "unauthenticated")
    assert "Tuesday" not in str(problem["detail"])
    assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        ("", 400, "idempotency_key_missing"),
        ("k" * 256, 422, "invalid_field"),
        ("a\x01b", 422, "invalid_field"),
        ("a\r\nb", 422, "invalid_field"),
        ("é", 422, "invalid_field"),
    ],
)
def test_refuses_an_idempotency_key_that_cannot_be_kept(client: Client, key: str, status: int, code: str) -> None:
    assert_problem(sell(client, GOOD, key=key), status, code)


def test_never_shows_a_page_to_browse(client: Client) -> None:
    assert_problem(sell(client, GOOD, HTTP_ACCEPT="text/html"), 406, "not_acceptable")
    browser = "text/html,application/xhtml+xml,*/*;q=0.8"

    assert sell(client, GOOD, HTTP_ACCEPT=browser).headers["Content-Type"] == JSON


@pytest.mark.parametrize("path", ["/api//sell", "/api/..;/sell", "/api/%2e%2e/sell", "/api/sell.", "/nowhere"])
def test_tricks_with_the_path_lead_nowhere(client: Client, path: str) -> None:
    response = send(client, "POST", path, GOOD)

    assert response.status_code == 404
    assert json.loads(response.content)["code"] == "not_found"


@pytest.mark.parametrize("offered", ["short", "a" * 65, "abc defgh", "abcdefgh<", "ABCDEFGÉ"])
def test_replaces_a_request_id_that_could_harm_a_log(client: Client, offered: str) -> None:
    assert sell(client, GOOD, HTTP_REQUEST_ID="till-1_0001").headers["Request-Id"] == "till-1_0001"
    assert sell(client, GOOD, HTTP_REQUEST_ID=offered).headers["Request-Id"] != offered


@pytest.mark.parametrize("host", ["evil.example", "testserver, evil.example", "testserver:x", "", "test server"])
def test_a_host_that_is_not_ours_is_a_problem(client: Client, host: str) -> None:
    assert_problem(sell(client, GOOD, HTTP_HOST=host), 400, "malformed_request")


@pytest.mark.parametrize("encoding", ["chunked", "gzip, chunked"])
@pytest.mark.parametrize("path", ["/api/sell", "/api/small"])
def test_a_body_without_a_length_is_not_taken_for_an_empty_one(client: Client, path: str, encoding: str) -> None:
    framing = {"CONTENT_LENGTH": "", "HTTP_TRANSFER_ENCODING": encoding, "HTTP_IDEMPOTENCY_KEY": "key-1"}
    for body, status, code in ((b'{"amount": 1}', 400, "malformed_request"), (b" " * 300_000, 413, "body_too_large")):
        # The client's own stream ends where Content-Length says.
        line = {"wsgi.input": io.BytesIO(body)}

        assert_problem(send(client, "POST", path, body, **framing, **line), status, code)  # type: ignore[arg-type]
