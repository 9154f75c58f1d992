"""A shop and a payer at ten in the morning; nobody rings, so that each test decides when a message is carried out."""

from datetime import datetime

import pytest
from pytest_django.fixtures import Settings

from tests.cast import Phone
from tests.shop import Shop, make_payer, make_shop, moment


@pytest.fixture(autouse=True)
def quiet(settings: Settings, transactional_db: None) -> None:
    settings.OUTBOX_DOORBELL = ""
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT


@pytest.fixture
def now() -> datetime:
    return moment().replace(hour=9, minute=0, second=0)


@pytest.fixture
def shop(now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def phone(shop: Shop, now: datetime) -> Phone:
    return make_payer(shop, now=now)
