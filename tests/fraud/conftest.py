"""Nobody rings: each test decides when a note is run."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def quiet(settings: Settings) -> None:
    settings.OUTBOX_DOORBELL = ""
    settings.SOFTWARE_DEVICE_LIMIT = settings.HARDWARE_DEVICE_LIMIT
