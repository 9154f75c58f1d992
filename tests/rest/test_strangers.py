"""How often somebody may call of whom only his address is known; whoever proves who he is, is not counted by it."""

from typing import cast
from uuid import uuid4

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import path
from pytest_django import Settings
from rest_framework.authentication import BaseAuthentication
from rest_framework.response import Response

from apps.rest import handlers, throttle
from apps.rest.credentials import bearer_token
from apps.rest.errors import Unauthenticated
from apps.rest.views import ApiView, StrictRequest
from tests.rest.test_door import assert_problem

handler404 = handlers.page_not_found


class KnowsAlice(BaseAuthentication):  # type: ignore[misc]
    def authenticate(self, request: StrictRequest) -> tuple[str, str]:
        if bearer_token(request).reveal() != "alice":
            raise Unauthenticated
        return "alice", "alice"


class Closed(ApiView):
    authentication_classes = (KnowsAlice,)

    def get(self, request: StrictRequest) -> Response:
        return Response({})


class Open(ApiView):
    authentication_classes = ()

    def get(self, request: StrictRequest) -> Response:
        return Response({})


urlpatterns = [path("api/closed", Closed.as_view()), path("api/open", Open.as_view())]


@pytest.fixture(params=["redis", "without-redis"])
def client(
    client: Client, settings: Settings, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> Client:
    settings.ROOT_URLCONF = __name__
    settings.TRUSTED_PROXIES = 1
    settings.PUBLIC_CALLS_PER_SECOND = settings.WRONG_CREDENTIALS_PER_SECOND = 0.01
    settings.PUBLIC_CALLS_AT_ONCE = settings.WRONG_CREDENTIALS_AT_ONCE = 3
    if request.param == "without-redis":
        settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"
        monkeypatch.setattr(throttle, "_away_until", 0.0)
        monkeypatch.setattr(throttle, "_local", throttle.LocalBuckets())
    return client


@pytest.fixture
def here() -> str:
    """An address that no other test calls from."""
    return f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}::1"


def get(client: Client, where: str, address: str, key: str = "") -> HttpResponse:
    meta = {"HTTP_X_FORWARDED_FOR": address} | ({"HTTP_AUTHORIZATION": f"Bearer {key}"} if key else {})
    return cast(HttpResponse, client.get(f"/api/{where}", **meta))  # type: ignore[arg-type]


def test_wrong_credentials_have_a_budget_per_address(client: Client, here: str) -> None:
    for key in ("mallory", "", "bob"):
        assert_problem(get(client, "closed", here, key), 401, "unauthenticated")

    refused = get(client, "closed", here, "mallory")

    assert_problem(refused, 429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) >= 1


def test_a_right_one_gets_in_from_the_same_address(client: Client, here: str) -> None:
    for _ in range(5):
        get(client, "closed", here, "mallory")

    assert [get(client, "closed", here, "alice").status_code for _ in range(10)] == [200] * 10


def test_what_anybody_may_call_has_a_budget_per_address(client: Client, here: str) -> None:
    statuses = [get(client, "open", here).status_code for _ in range(4)]

    assert statuses == [200, 200, 200, 429]
    assert get(client, "open", here.replace("2001:db8", "2001:db9")).status_code == 200


def test_another_address_before_ours_changes_nothing(client: Client, here: str) -> None:
    statuses = [get(client, "open", f"203.0.113.{number}, {here}").status_code for number in range(4)]

    assert statuses == [200, 200, 200, 429]
