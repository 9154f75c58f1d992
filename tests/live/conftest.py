"""A Redis of their own for tests that take it away."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from apps.live import bell as bells
from stack import Places, Redis


@pytest.fixture(autouse=True)
def _nobody_was_silent_before(monkeypatch: pytest.MonkeyPatch) -> None:
    """Ring as a fresh process does: a test without Redis silences the bell for a while."""
    monkeypatch.setattr(bells, "_bell", bells.Bell())


@pytest.fixture
def bell(tmp_path: Path, settings: Settings) -> Iterator[Redis]:
    server = Redis(Places(tmp_path), durable=False)
    server.start()
    settings.REDIS_URL = server.url()
    yield server
    server.stop()
