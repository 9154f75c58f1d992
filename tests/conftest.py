"""The servers that tests run on: a real PostgreSQL and Redis, embedded unless DATABASE_URL and REDIS_URL name them."""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Final

import django
import pytest

from stack.places import Places
from stack.postgres import Postgres
from stack.redis import Redis
from tests.emptying import allow_emptying

os.environ.setdefault("SECRET_KEY", "only for tests")
os.environ.setdefault("KEY_ENCRYPTION_KEYS", "tests:" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
os.environ.setdefault("ALLOW_FORGETFUL_DATABASE", "1")
os.environ.setdefault("REALM_ID", "107c2a5a-d7ee-4df5-8341-d6de111b7984")
# All tests call from one address.
os.environ.setdefault("PUBLIC_CALLS_PER_SECOND", "10000")
os.environ.setdefault("PUBLIC_CALLS_AT_ONCE", "10000")
os.environ.setdefault("WRONG_CREDENTIALS_PER_SECOND", "10000")
os.environ.setdefault("WRONG_CREDENTIALS_AT_ONCE", "10000")
# Set here and not in pyproject.toml: the settings read the variables above.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mpayment.settings")

# One server for the whole run: the parallel workers inherit its address and make a database each.
_server: Postgres | None = None
if "DATABASE_URL" not in os.environ:
    _server = Postgres(Places.here(), "tests", fast=True)
    _server.start()
    os.environ["DATABASE_URL"] = _server.url()

# In a place of its own, because two runs at a time may want one, and nothing of it is worth keeping.
_redis: Redis | None = None
if "REDIS_URL" not in os.environ:
    _redis = Redis(Places(Path(tempfile.mkdtemp(prefix="mpayment-tests-"))), durable=False)
    _redis.start()
    os.environ["REDIS_URL"] = _redis.url()

# Here, because pytest-django has looked for settings before this file set them.
django.setup()
allow_emptying()


_TESTS: Final = Path(__file__).parent
# Few tests that take long, in processes of their own: begun first, so that no worker is alone with them at the end.
SLOW_FOLDERS: Final = ("browser", "till_conformance", "journeys", "stack", "badinput", "demo", "simulators")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the slow folders first; within a folder the order stays."""
    items.sort(key=lambda item: _place(item.path.relative_to(_TESTS).parts[0]))


def _place(folder: str) -> int:
    return SLOW_FOLDERS.index(folder) if folder in SLOW_FOLDERS else len(SLOW_FOLDERS)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the servers that this run started."""
    stop_servers()


def stop_servers() -> None:
    """Stop what was started above; what others started goes on."""
    if _redis is not None:
        _redis.stop()
        shutil.rmtree(_redis.socket_path.parent.parent, ignore_errors=True)
        shutil.rmtree(_redis.places.checkout, ignore_errors=True)
    if _server is not None:
        _server.stop()
