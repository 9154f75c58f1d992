"""Checkouts of their own, so that no test meets the developer's servers."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from stack.identity import SHARED_TEMPORARY
from stack.places import Places


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    yield from _checkout(tmp_path)


@pytest.fixture(scope="module")
def module_places(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Places]:
    yield from _checkout(tmp_path_factory.mktemp("checkout"))


def _checkout(directory: Path) -> Iterator[Places]:
    places = Places(directory)
    yield places
    shutil.rmtree(places.sockets("any").parent)
    shutil.rmtree(SHARED_TEMPORARY / f"mpayment-{places.mark}", ignore_errors=True)
