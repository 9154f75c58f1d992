"""A nonce is spent once, whoever is faster, and forgotten when it no longer matters."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from apps.merchants import tasks
from apps.merchants.models import SpentNonce
from apps.merchants.operations import forget_nonces, spend_nonce

KEY, OTHER_KEY = "a" * 64, "b" * 64

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


def test_a_nonce_is_one_keys_and_good_once(now: datetime, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(1):
        assert spend_nonce(fingerprint=KEY, nonce="n1", kept_until=now)

    assert not spend_nonce(fingerprint=KEY, nonce="n1", kept_until=now + timedelta(days=1))
    assert spend_nonce(fingerprint=KEY, nonce="n2", kept_until=now)
    assert spend_nonce(fingerprint=OTHER_KEY, nonce="n1", kept_until=now)


def test_of_ten_at_once_one_is_first(now: datetime) -> None:
    def spend(_: int) -> bool:
        try:
            return spend_nonce(fingerprint=KEY, nonce="n1", kept_until=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert sum(pool.map(spend, range(10))) == 1


def test_what_is_over_is_forgotten_and_nothing_else(now: datetime) -> None:
    for seconds in (-2, -1, 0, 1):
        spend_nonce(fingerprint=KEY, nonce=f"n{seconds}", kept_until=now + timedelta(seconds=seconds))

    assert [forget_nonces(before=now, limit=1) for _ in range(3)] == [1, 1, 0]
    assert SpentNonce.objects.count() == 2


def test_the_clock_clears_away_what_no_machine_takes_any_more(now: datetime) -> None:
    spend_nonce(fingerprint=KEY, nonce="just over", kept_until=now - timedelta(seconds=30))
    spend_nonce(fingerprint=KEY, nonce="long over", kept_until=now - timedelta(seconds=90))

    tasks.forget()

    assert SpentNonce.objects.get().kept_until > now - timedelta(seconds=60)


def test_the_database_does_not_write_nonces_into_its_log() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relpersistence FROM pg_class WHERE relname = 'merchants_spentnonce'")
        assert cursor.fetchone() == ("u",)
