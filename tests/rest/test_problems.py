"""Errors of every kind become problems; what is our fault stays in our log."""

import json
import logging

import pytest
from django.core.exceptions import RequestDataTooBig
from django.db import OperationalError
from django.test import Client, RequestFactory

from apps.kernel.errors import DomainError
from apps.rest import handlers
from apps.rest.problems import problem_from


@pytest.mark.parametrize(
    ("kind", "status", "code"),
    [
        ("forbidden", 403, "forbidden"),
        ("not-found", 404, "not_found"),
        ("conflict", 409, "conflict"),
        ("throttled", 429, "too_many_requests"),
        ("unavailable", 503, "unavailable"),
        ("bug", 500, "internal_error"),
    ],
)
def test_every_kind_has_its_status(client: Client, kind: str, status: int, code: str) -> None:
    response = client.get(f"/api/fail/{kind}")

    problem = json.loads(response.content)
    assert (response.status_code, problem["status"], problem["code"]) == (status, status, code)


@pytest.mark.parametrize(("kind", "seconds"), [("throttled", "8"), ("unavailable", "1"), ("conflict", "3")])
def test_says_when_to_come_back(client: Client, kind: str, seconds: str) -> None:
    assert client.get(f"/api/fail/{kind}").headers["Retry-After"] == seconds


def test_facts_join_the_answer_and_overwrite_nothing(client: Client) -> None:
    problem = json.loads(client.get("/api/fail/conflict").content)

    assert problem["payment"] == "pay_1"
    assert problem["status"] == 409
    assert "retry_after_seconds" not in problem


@pytest.mark.parametrize("path", ["/api/fail/bug", "/api/plain-bug"])
def test_a_bug_is_logged_and_not_told(client: Client, path: str, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.ERROR):
        response = client.get(path, headers={"Request-Id": "till-1_0001"})

    assert response.status_code == 500
    assert json.loads(response.content)["request_id"] == "till-1_0001"
    assert b"secret plan" not in response.content
    assert "the secret plan" in caplog.text


def test_an_absent_database_is_a_503() -> None:
    problem = problem_from(OperationalError("connection to 10.0.0.7 refused"))

    assert (problem.status, problem.code, problem.headers["Retry-After"]) == (503, "unavailable", "1")
    assert "10.0.0.7" not in problem.detail


def test_an_error_of_no_kind_is_our_mistake() -> None:
    assert problem_from(DomainError("what is this")).status == 500


def test_the_handlers_of_django_speak_the_same_language(rf: RequestFactory) -> None:
    request = rf.get("/api/anything")

    assert handlers.is_api(request)
    assert handlers.bad_request(request, RequestDataTooBig()).status_code == 413
    assert handlers.bad_request(request, ValueError()).status_code == 400
    assert handlers.permission_denied(request, Exception()).status_code == 403
