"""A shop, a payer and his phone; nobody rings, and nothing is kept from the test before."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import Settings

from tests.cast import Phone
from tests.shop import Shop, make_payer, make_shop, moment
from tests.wallet_api.door import Door, come_in


@pytest.fixture(autouse=True)
def fresh(settings: Settings, transactional_db: None) -> Iterator[None]:
    # Not at the top: pytest may read this file before Django knows its models.
    from apps.keys.queries import forget_code_keys
    from apps.wallet_api.realm import forget_realm

    settings.OUTBOX_DOORBELL = ""
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT
    forget_code_keys()
    forget_realm()
    yield
    forget_code_keys()
    forget_realm()


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def shop(now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def phone(shop: Shop, now: datetime) -> Phone:
    return make_payer(shop, now=now)


@pytest.fixture
def stranger() -> Door:
    return Door()


@pytest.fixture
def door(phone: Phone) -> Door:
    """The phone's session, without the PIN."""
    return come_in(phone, pin=None)


@pytest.fixture
def confirmed(phone: Phone) -> Door:
    """The phone's session, with the PIN."""
    return come_in(phone)
