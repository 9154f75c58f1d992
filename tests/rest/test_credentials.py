"""The bearer credential of a request."""

import pytest
from django.test import RequestFactory

from apps.rest.credentials import bearer_token
from apps.rest.errors import Unauthenticated


@pytest.mark.parametrize("header", ["Bearer abc-_.~+/123==", "bearer abc", "BEARER abc"])
def test_reads_the_token(rf: RequestFactory, header: str) -> None:
    token = bearer_token(rf.get("/api/x", HTTP_AUTHORIZATION=header))

    assert token.reveal() == header[7:]
    assert "abc" not in repr(token)


@pytest.mark.parametrize(
    "header",
    [
        *("", "Bearer", "Bearer ", "Bearer  a", " Bearer a", "Bearer a b", "Bearer a,b", "Basic YTpi", "a"),
        *("Bearer é", "Bearer a\n", "Bearer =", "Bearer " + "a" * 300),
    ],
)
def test_takes_nothing_else_for_one(rf: RequestFactory, header: str) -> None:
    with pytest.raises(Unauthenticated):
        bearer_token(rf.get("/api/x", HTTP_AUTHORIZATION=header))


def test_a_token_in_the_address_is_none(rf: RequestFactory) -> None:
    with pytest.raises(Unauthenticated):
        bearer_token(rf.get("/api/x?access_token=abc&authorization=Bearer+abc"))
