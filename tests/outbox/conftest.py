"""Handlers for the topics of these tests."""

import pytest
from pytest_django.fixtures import Settings

from tests.outbox import handlers


@pytest.fixture(autouse=True)
def topics(settings: Settings) -> None:
    settings.OUTBOX_HANDLERS = {
        "note": "tests.outbox.handlers.note_down",
        "fail": "tests.outbox.handlers.fail",
        "slow": "tests.outbox.handlers.wait_for_gate",
    }
    settings.OUTBOX_DOORBELL = "tests.outbox.handlers.ring"
    handlers.ran.clear()
    handlers.rung.clear()
    handlers.gate.clear()
