"""The service's role in this test database, under a name of its own: roles belong to the whole server."""

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest
from django.db import connection
from pytest_django.fixtures import Settings

from apps.kernel.masking import Secret
from mpayment.granting import grant_rights
from tests.cast import Phone
from tests.invariants.service import Service
from tests.shop import Shop, make_payer, make_shop, moment


# Any: pytest-django does not export the blocker's type.
@pytest.fixture(scope="session")
def service(django_db_setup: None, django_db_blocker: Any) -> Iterator[Service]:
    password = secrets.token_urlsafe(16)
    with django_db_blocker.unblock():
        role = f"{connection.settings_dict['NAME']}_app"
        grant_rights(role=role, password=Secret(password))
        connection.close()
        yield Service(role, password)
        with connection.cursor() as cursor:
            cursor.execute(f"DROP OWNED BY {role}")
            cursor.execute(f"DROP ROLE {role}")
        connection.close()


@pytest.fixture
def quiet(settings: Settings, transactional_db: None) -> None:
    settings.OUTBOX_DOORBELL = ""
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def shop(quiet: None, now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def phone(shop: Shop, now: datetime) -> Phone:
    return make_payer(shop, now=now)
