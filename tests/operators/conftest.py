"""The moment at which everything happens, and an operator who is ready to sign in."""

from datetime import datetime

import pytest
from django.utils import timezone

from tests.operators.staff import Person, make_operator


@pytest.fixture
def now() -> datetime:
    # In the middle of a half minute of the authenticator app.
    seconds = int(timezone.now().timestamp()) // 30 * 30 + 15
    return datetime.fromtimestamp(seconds, tz=timezone.get_current_timezone())


@pytest.fixture
def anna(transactional_db: None, now: datetime) -> Person:
    return make_operator(now=now)
