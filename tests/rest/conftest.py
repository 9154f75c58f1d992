"""A client at the tiny door, behind the middleware of the doors."""

import pytest
from django.test import Client
from pytest_django import Settings


@pytest.fixture
def client(settings: Settings) -> Client:
    settings.ROOT_URLCONF = "tests.rest.urls"
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.MIDDLEWARE = ["apps.rest.middleware.RequestIdMiddleware", "apps.rest.middleware.ApiMiddleware"]
    return Client(raise_request_exception=False)
