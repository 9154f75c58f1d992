"""One server and one world for all cases of a module: what a case must not disturb, it makes afresh."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.badinput.stage import stage
from tests.badinput.world import World


# Any: pytest-django does not export the blocker's type.
@pytest.fixture(scope="module")
def db(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """The tests' database without a transaction around: the server must see what a case wrote."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture(scope="module")
def world(db: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with stage(tmp_path_factory.mktemp("server")) as world:
        yield world
