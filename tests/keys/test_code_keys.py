"""Code keys: made, succeeded, found."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.keys.errors import KeyRetired, KeysUnavailable, KeyUnknown, KidsExhausted
from apps.keys.models import CodeKey
from apps.keys.operations import create_code_key, rotate_code_key
from apps.keys.queries import code_key_for, forget_code_keys, published_code_keys

DAY = timedelta(days=1)


@pytest.mark.django_db
def test_a_new_key_opens_what_its_public_half_seals(now: datetime, by: Actor) -> None:
    key = create_code_key(now=now, by=by)

    found = code_key_for(key.kid, now)

    assert key.kid == 1
    assert isinstance(found, X25519PrivateKey)
    assert found.public_key().public_bytes_raw() == bytes(key.public_key)


@pytest.mark.django_db
def test_a_key_lives_400_days(now: datetime, by: Actor) -> None:
    kid = create_code_key(now=now, by=by).kid

    assert code_key_for(kid, now - timedelta(seconds=1)) == KeyUnknown(kid)
    assert isinstance(code_key_for(kid, now + 400 * DAY - timedelta(seconds=1)), X25519PrivateKey)
    assert code_key_for(kid, now + 400 * DAY) == KeyRetired(kid)
    assert code_key_for(kid + 1, now) == KeyUnknown(kid + 1)


@pytest.mark.django_db
def test_an_open_key_costs_no_query_for_a_minute(
    now: datetime, by: Actor, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    kid = create_code_key(now=now, by=by).kid
    first = code_key_for(kid, now)

    with django_assert_num_queries(0):
        second = code_key_for(kid, now + timedelta(seconds=59))
    with django_assert_num_queries(1):
        code_key_for(kid, now + timedelta(seconds=60))

    assert second is first


@pytest.mark.django_db
def test_a_private_half_moved_to_another_kid_does_not_open(now: datetime, by: Actor) -> None:
    first, second = create_code_key(now=now, by=by), create_code_key(now=now, by=by)
    CodeKey.objects.filter(kid=second.kid).update(
        kek_id=first.kek_id, nonce=first.nonce, wrapped_private_key=first.wrapped_private_key
    )

    with pytest.raises(KeysUnavailable):
        code_key_for(second.kid, now)


@pytest.mark.django_db
def test_a_key_does_not_open_in_another_realm(now: datetime, by: Actor, settings: Settings) -> None:
    kid = create_code_key(now=now, by=by).kid
    settings.REALM_ID = "00000000-0000-7000-8000-000000000000"

    with pytest.raises(KeysUnavailable):
        code_key_for(kid, now)


@pytest.mark.django_db
def test_a_key_does_not_open_once_its_kek_is_gone(now: datetime, by: Actor, settings: Settings) -> None:
    kid = create_code_key(now=now, by=by).kid
    settings.KEY_ENCRYPTION_KEYS = Secret("new:bm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm5ubm4=")

    with pytest.raises(KeysUnavailable):
        code_key_for(kid, now)


@pytest.mark.django_db
def test_rotation_waits_for_the_last_90_days(now: datetime, by: Actor) -> None:
    first = rotate_code_key(now=now, by=by)

    early = rotate_code_key(now=now + 310 * DAY - timedelta(seconds=1), by=by)
    due = rotate_code_key(now=now + 310 * DAY, by=by)
    again = rotate_code_key(now=now + 310 * DAY, by=by)

    assert [first.kid, early.kid, due.kid, again.kid] == [1, 1, 2, 2]
    assert [key.kid for key in published_code_keys(now + 399 * DAY)] == [2, 1]
    assert [key.kid for key in published_code_keys(now + 400 * DAY)] == [2]


@pytest.mark.django_db(transaction=True)
def test_two_rotations_at_once_make_one_successor(now: datetime, by: Actor) -> None:
    create_code_key(now=now, by=by)

    def rotate(_: int) -> int:
        try:
            return rotate_code_key(now=now + 320 * DAY, by=by).kid
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as threads:
        kids = list(threads.map(rotate, range(4)))

    assert kids == [2, 2, 2, 2]
    assert CodeKey.objects.count() == 2


@pytest.mark.django_db
def test_the_256th_key_is_refused(now: datetime, by: Actor) -> None:
    last = create_code_key(now=now, by=by)
    CodeKey.objects.create(
        kid=255,
        public_key=last.public_key,
        kek_id=last.kek_id,
        nonce=last.nonce,
        wrapped_private_key=last.wrapped_private_key,
        not_before=now,
        not_after=now + DAY,
        created_at=now,
        created_by=str(by),
    )

    with pytest.raises(KidsExhausted):
        create_code_key(now=now, by=by)
    with pytest.raises(KidsExhausted):
        rotate_code_key(now=now + DAY, by=by)


@pytest.mark.django_db
def test_the_database_removes_and_changes_no_key(now: datetime, by: Actor) -> None:
    key = create_code_key(now=now, by=by)

    with pytest.raises(IntegrityError, match="never removed"), transaction.atomic():
        key.delete()
    with pytest.raises(IntegrityError, match="only the sealing"), transaction.atomic():
        CodeKey.objects.update(not_after=now + 9999 * DAY)

    forget_code_keys()
    assert code_key_for(1, now + 400 * DAY) == KeyRetired(1)
