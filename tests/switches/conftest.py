"""Nobody remembers what another test stopped."""

from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def fresh(transactional_db: None) -> Iterator[None]:
    # Not at the top: pytest may read this file before Django knows its models.
    from apps.keys.queries import forget_code_keys
    from apps.switches.queries import forget_switches

    forget_switches()
    forget_code_keys()
    yield
    forget_switches()
    forget_code_keys()
