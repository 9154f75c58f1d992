"""A shop with a payer, and its till's program in front of the real door."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import Settings

from tests.cast import Phone
from tests.pos_api import bell
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
    # One till sends in a second what a real one sends on a day; test_rates.py has its own.
    settings.TILL_SCANS_PER_SECOND = settings.TILL_CALLS_PER_SECOND = 10_000
    settings.TILL_SCANS_AT_ONCE = settings.TILL_CALLS_AT_ONCE = 10_000
    settings.TILL_UNREADABLE_CODES_PER_MINUTE = 10_000
    return make_shop(now=now)


@pytest.fixture
def phone(shop: Shop, now: datetime) -> Phone:
    return make_payer(shop, now=now)


@pytest.fixture
def till(shop: Shop, now: datetime) -> TillProgram:
    return connect(shop, now=now)


@pytest.fixture
def worker(settings: Settings, shop: Shop) -> Iterator[None]:
    """Somebody who does the work of a note as soon as it is rung for."""
    settings.OUTBOX_DOORBELL = "tests.pos_api.bell.ring"
    yield
    bell.wait_until_done()
