"""An account whose bank signs with a key of ours, and a sale that it may speak of; nobody rings."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from pytest_django import Settings

from tests.provider_hooks.teller import Teller, make_teller
from tests.providers.counter import RETURN
from tests.shop import moment


@pytest.fixture(autouse=True)
def fresh(settings: Settings, transactional_db: None) -> Iterator[None]:
    # Not at the top: pytest may read this file before Django knows its models.
    from apps.keys.queries import forget_code_keys
    from apps.providers.registry import forget_connectors

    settings.OUTBOX_DOORBELL = ""
    settings.ALLOWED_HOSTS = ["testserver", "localhost"]
    settings.LINK_RETURN_URL = RETURN
    forget_code_keys()
    forget_connectors()
    yield
    forget_code_keys()
    forget_connectors()


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def teller(now: datetime) -> Teller:
    return make_teller("bank", now=now)
