"""The judge itself: what it would not notice, no case proves."""

from pathlib import Path

import pytest

from tests.badinput.cases import Case
from tests.badinput.catalogue import CATALOGUE, ELSEWHERE, ROWS
from tests.badinput.door import Answer, Request, parse
from tests.badinput.state import changed, state
from tests.cast import make_customer
from tests.shop import moment

PROBLEM = (
    b'{"type":"about:blank","title":"Bad Request","status":400,"code":"malformed_json","detail":"x",'
    b'"request_id":"r-1234567","errors":[]}'
)


def answered(content: bytes = PROBLEM, *, status: int = 400, rest: bytes = b"") -> Answer:
    return Answer(status, {"content-type": "application/problem+json", "request-id": "r-1234567"}, content, rest)


def faults(answer: Answer, **expected: object) -> list[str]:
    case = Case("x", lambda world: Request(), (400,), ("malformed_json",), **expected)  # type: ignore[arg-type]
    return list(case._faults(answer))


def test_notices_every_table_that_is_not_as_it_was(transactional_db: None) -> None:
    before = state()

    customer = make_customer(now=moment())
    made = state()
    type(customer).objects.filter(id=customer.id).update(language="fr")

    assert changed(before, before) == frozenset()
    assert "customers_customer" in changed(before, made)
    assert changed(made, state()) == {"customers_customer"}


def test_is_content_with_the_right_problem() -> None:
    assert faults(answered()) == []


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(answered(status=500), id="another-status"),
        pytest.param(answered(PROBLEM.replace(b"malformed_json", b"too_deep")), id="another-code"),
        pytest.param(answered(PROBLEM.replace(b'"errors":[]', b'"e":[]')), id="a-member-missing"),
        pytest.param(answered(PROBLEM.replace(b"r-1234567", b"r-7654321")), id="another-request-id"),
        pytest.param(answered(PROBLEM.replace(b'"x"', b'"Traceback"')), id="a-stack-trace"),
        pytest.param(answered(rest=b"HTTP/1.1 200 OK"), id="a-second-answer"),
        pytest.param(Answer(400, {"content-type": "text/html"}, b"<html>"), id="a-page"),
    ],
)
def test_is_not_content_with(answer: Answer) -> None:
    assert faults(answer)


def test_sees_a_second_answer_behind_the_first() -> None:
    received = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}HTTP/1.1 200 OK\r\n\r\n"

    assert parse(received).rest == b"HTTP/1.1 200 OK\r\n\r\n"


def test_every_case_has_a_name_of_its_own() -> None:
    names = [case.id for case in CATALOGUE]

    assert len(set(names)) == len(names)


def test_every_row_has_its_cases_or_a_test_elsewhere() -> None:
    played = {case.id.partition("-")[0] for case in CATALOGUE}

    assert set(ROWS) - played == set(ELSEWHERE)


@pytest.mark.parametrize("where", ELSEWHERE.values(), ids=ELSEWHERE)
def test_the_test_elsewhere_is_there(where: str) -> None:
    path, _, name = where.partition("::")

    assert f"def {name}(" in (Path(__file__).parents[2] / path).read_text(encoding="utf-8")
