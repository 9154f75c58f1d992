"""The servers that tests run on: a real PostgreSQL, embedded unless DATABASE_URL names one."""

import os

import django
import pytest

from stack.places import Places
from stack.postgres import Postgres
from tests.emptying import allow_emptying

os.environ.setdefault("SECRET_KEY", "only for tests")
os.environ.setdefault("KEY_ENCRYPTION_KEYS", "tests:" + "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE=")
os.environ.setdefault("REALM_ID", "107c2a5a-d7ee-4df5-8341-d6de111b7984")
# Set here and not in pyproject.toml: the settings read the variables above.
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mpayment.settings")

# One server for the whole run: the parallel workers inherit its address and make a database each.
_server: Postgres | None = None
if "DATABASE_URL" not in os.environ:
    _server = Postgres(Places.here(), "tests", fast=True)
    _server.start()
    os.environ["DATABASE_URL"] = _server.url()

# Here, because pytest-django has looked for settings before this file set them.
django.setup()
allow_emptying()


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the server that this run started."""
    if _server is not None:
        _server.stop()
