"""A till for codes to be shown at, and no open keys left over from the test before."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import Settings

from apps.keys.queries import forget_code_keys
from tests.cast import Phone, make_phone
from tests.shop import Shop, make_shop, moment


@pytest.fixture(autouse=True)
def clean_desk(settings: Settings, transactional_db: None) -> Iterator[None]:
    settings.OUTBOX_DOORBELL = ""
    forget_code_keys()
    yield
    forget_code_keys()


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def shop(now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def phone(now: datetime) -> Phone:
    return make_phone(now=now)
