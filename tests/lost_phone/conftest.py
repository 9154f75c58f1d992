"""A shop, a payer whose phone is gone, and a browser without a script; nobody was there a moment ago."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import Settings

from tests.cast import Phone
from tests.shop import Shop, make_payer, make_shop, moment


@pytest.fixture(autouse=True)
def fresh(settings: Settings, transactional_db: None) -> Iterator[None]:
    # Not at the top: pytest may read this file before Django knows its models.
    from apps.keys.queries import forget_code_keys
    from apps.live.connection import live_redis

    settings.OUTBOX_DOORBELL = ""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT
    forget_code_keys()
    live_redis().delete("rate:lost-phone:127.0.0.1")
    yield
    live_redis().delete("rate:lost-phone:127.0.0.1")
    forget_code_keys()


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def shop(now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def phone(shop: Shop, now: datetime) -> Phone:
    return make_payer(shop, now=now)
