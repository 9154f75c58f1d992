"""A shop and a payer; nobody rings, so that each test decides when the customer is told."""

from datetime import datetime

import pytest
from pytest_django import Settings

from tests.cast import Phone
from tests.shop import Shop, make_payer, make_shop, moment


@pytest.fixture(autouse=True)
def quiet(settings: Settings, transactional_db: None) -> None:
    settings.OUTBOX_DOORBELL = ""
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def shop(now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def phone(shop: Shop, now: datetime) -> Phone:
    return make_payer(shop, now=now)
