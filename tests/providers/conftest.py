"""An hour, an operator, and no lines left over from the test before."""

from collections.abc import Iterator
from datetime import datetime

import pytest
from django.utils import timezone

from apps.kernel.actors import Actor


@pytest.fixture(autouse=True)
def fresh_lines() -> Iterator[None]:
    # Not at the top: pytest may read this file before Django knows its models.
    from apps.providers.registry import forget_connectors

    forget_connectors()
    yield
    forget_connectors()


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def by() -> Actor:
    return Actor("operator", "anna")
