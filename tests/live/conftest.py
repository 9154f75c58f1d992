"""A Redis of their own for tests that take it away."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from stack import Places, Redis


@pytest.fixture
def bell(tmp_path: Path, settings: Settings) -> Iterator[Redis]:
    server = Redis(Places(tmp_path), durable=False)
    server.start()
    settings.REDIS_URL = server.url()
    yield server
    server.stop()
