"""A shop with a payer, and its till's program in front of the real door."""

from datetime import datetime

import pytest
from pytest_django import Settings

from tests.cast import Phone
from tests.pos_api.till import TillProgram, connect
from tests.shop import Shop, make_payer, make_shop, moment


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def shop(now: datetime, settings: Settings, transactional_db: None) -> Shop:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.OUTBOX_DOORBELL = ""
    # The door's own process asks the bank, so that an answer is there when the request ends.
    settings.AUTHORISE_IN = "request"
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT
    return make_shop(now=now)


@pytest.fixture
def phone(shop: Shop, now: datetime) -> Phone:
    return make_payer(shop, now=now)


@pytest.fixture
def till(shop: Shop, now: datetime) -> TillProgram:
    return connect(shop, now=now)
