"""An hour, and no open keys left over from the test before."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest


@pytest.fixture(autouse=True)
def no_open_keys() -> Iterator[None]:
    """Make every test read its own code keys."""
    # Not at the top: pytest may read this file before Django knows its models.
    from apps.keys.queries import forget_code_keys

    forget_code_keys()
    yield
    forget_code_keys()


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
