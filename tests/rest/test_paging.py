"""Pages by keyset."""

from uuid import UUID

import pytest
from django.http import QueryDict
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.ids import uuid7
from apps.rest.errors import DuplicateParameter, InvalidFields
from apps.rest.paging import PageRequest, page_of, page_request, read_query, to_cursor


def test_the_cursors_lead_through_all_rows_once() -> None:
    rows = sorted((uuid7() for _ in range(7)), reverse=True)
    seen: list[object] = []
    parameters = {"limit": "3"}

    while True:
        page = page_request(parameters)
        found = [row for row in rows if page.after is None or row < page.after][: page.fetch]
        answer = page_of(found, page, key=lambda row: row, shape=str)
        assert isinstance(answer["data"], list)
        seen += answer["data"]
        if answer["next_cursor"] is None:
            break
        parameters["cursor"] = str(answer["next_cursor"])

    assert seen == [str(row) for row in rows]


@given(st.uuids())
def test_a_cursor_comes_back_as_it_went(identifier: UUID) -> None:
    assert page_request({"cursor": to_cursor(identifier)}) == PageRequest(after=identifier, limit=50)


@given(st.text())
def test_an_invented_cursor_is_refused_or_canonical(cursor: str) -> None:
    try:
        page = page_request({"cursor": cursor})
    except InvalidFields as error:
        outcome = error.code
    else:
        assert page.after is not None
        outcome = to_cursor(page.after)

    assert outcome in ("invalid_field", cursor)


@pytest.mark.parametrize("limit", ["0", "-1", "x", "", "1_0", "１", "9" * 10, "9" * 5000])
def test_refuses_a_limit_that_is_no_number_of_rows(limit: str) -> None:
    with pytest.raises(InvalidFields):
        page_request({"limit": limit})


def test_caps_the_limit() -> None:
    assert page_request({"limit": "1000000"}).limit == 200


def test_takes_each_known_parameter_once() -> None:
    assert read_query(QueryDict("limit=1&cursor=a"), known=["limit", "cursor"]) == {"limit": "1", "cursor": "a"}
    with pytest.raises(DuplicateParameter):
        read_query(QueryDict("limit=1&limit=2"), known=["limit"])
    with pytest.raises(InvalidFields):
        read_query(QueryDict("merchant=mer_1"), known=["limit"])
