"""An hour, an operator, a key-encryption key, and no open keys left over from the test before."""

import base64
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from pytest_django import Settings

from apps.kernel.actors import Actor
from apps.kernel.masking import Secret

OLD = f"old:{base64.b64encode(b'o' * 32).decode()}"


@pytest.fixture(autouse=True)
def safe(settings: Settings) -> Iterator[None]:
    """Name the keys and the realm, whatever the environment says."""
    # Not at the top: pytest may read this file before Django knows its models.
    from apps.keys.queries import forget_code_keys

    settings.KEY_ENCRYPTION_KEYS = Secret(OLD)
    settings.REALM_ID = "107c2a5a-d7ee-4df5-8341-d6de111b7984"
    forget_code_keys()
    yield
    forget_code_keys()


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 24, 9, 30, tzinfo=UTC)


@pytest.fixture
def by() -> Actor:
    return Actor("system", "tests")
