"""Rows that are sent in one go are the rows that would be written one by one, or none of them."""

import time
from collections.abc import Callable
from datetime import datetime

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError
from django.test.utils import CaptureQueriesContext

from apps.kernel.ids import uuid7
from apps.merchants.models import Till
from apps.rows import Frozen, insert_row, pipelined, send_statement, update_row
from tests.shop import Shop, make_shop, moment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def shop(now: datetime) -> Shop:
    return make_shop(now=now)


def till(shop: Shop, name: str, now: datetime) -> Till:
    return Till(id=uuid7(), store=shop.store, name=name, created_at=now)


def in_one_go(*steps: Callable[[], object]) -> None:
    """Do the steps in one transaction, without waiting in between."""
    with transaction.atomic(), pipelined():
        for step in steps:
            step()


def names() -> set[str]:
    return set(Till.objects.values_list("name", flat=True))


def test_rows_of_one_go_are_there_after_the_commit(shop: Shop, now: datetime) -> None:
    row = till(shop, "Kasse 2", now)

    with transaction.atomic(), pipelined():
        insert_row(row)
        row.name = "Kasse 3"
        update_row(row, ["name"])
        insert_row(till(shop, "Kasse 4", now))

    assert {"Kasse 3", "Kasse 4"} <= names()


def test_what_is_read_in_between_is_what_was_sent_before(shop: Shop, now: datetime) -> None:
    row = till(shop, "Kasse 2", now)
    by_id = Frozen(lambda till_id: Till.objects.filter(id=till_id), till_id=type(row.id))

    with transaction.atomic(), pipelined():
        insert_row(row)
        found = by_id.first(till_id=row.id)
        counted = Till.objects.filter(id=row.id).update(name="Kasse 9")

    assert found is not None
    assert found.name == "Kasse 2"
    assert counted == 1
    assert "Kasse 9" in names()


def test_a_row_that_the_database_refuses_takes_the_whole_transaction_with_it(shop: Shop, now: datetime) -> None:
    row = till(shop, "Kasse 2", now)

    with pytest.raises(IntegrityError):
        in_one_go(lambda: insert_row(row), lambda: insert_row(till(shop, "Kasse 3", now)), lambda: insert_row(row))

    assert not names() & {"Kasse 2", "Kasse 3"}


def test_a_refusal_is_met_by_whoever_reads_next(shop: Shop, now: datetime) -> None:
    row = till(shop, "Kasse 2", now)

    with pytest.raises(IntegrityError):
        in_one_go(
            lambda: insert_row(row),
            lambda: insert_row(row),
            Till.objects.count,
            lambda: pytest.fail("the count went through"),
        )


def test_a_row_that_is_gone_is_noticed_before_the_commit(shop: Shop, now: datetime) -> None:
    with pytest.raises(LookupError):
        in_one_go(
            lambda: insert_row(till(shop, "Kasse 2", now)),
            lambda: update_row(till(shop, "Kasse 3", now), ["name"]),
        )

    assert "Kasse 2" not in names()


def test_an_error_of_the_caller_leaves_nothing_and_the_connection_usable(shop: Shop, now: datetime) -> None:
    with pytest.raises(ZeroDivisionError):
        in_one_go(lambda: insert_row(till(shop, "Kasse 2", now)), lambda: 1 // 0)

    assert "Kasse 2" not in names()
    with transaction.atomic(), pipelined():
        insert_row(till(shop, "Kasse 3", now))
    assert "Kasse 3" in names()


@transaction.atomic
def write_again(*rows: Till, pause: float = 0) -> None:
    for row in rows:
        insert_row(row)
        time.sleep(pause)


# With the pause the refusal is heard of while the next row is being sent, and not at the end.
@pytest.mark.parametrize("pause", [0, 0.05])
def test_a_savepoint_in_one_go_takes_back_its_own_part(shop: Shop, now: datetime, pause: float) -> None:
    row = till(shop, "Kasse 2", now)

    with transaction.atomic(), pipelined():
        insert_row(row)
        with pytest.raises(IntegrityError):
            write_again(till(shop, "Kasse 3", now), row, till(shop, "Kasse 5", now), pause=pause)
        insert_row(till(shop, "Kasse 4", now))

    assert {"Kasse 2", "Kasse 4"} <= names()
    assert not names() & {"Kasse 3", "Kasse 5"}


def test_one_go_within_another_is_the_same(shop: Shop, now: datetime) -> None:
    with transaction.atomic(), pipelined(), pipelined():
        insert_row(till(shop, "Kasse 2", now))

    assert "Kasse 2" in names()


def test_without_a_transaction_nothing_is_sent_in_one_go() -> None:
    with pytest.raises(TransactionManagementError), pipelined():
        pytest.fail("it was let in")


def test_each_statement_is_counted_as_one(shop: Shop, now: datetime) -> None:
    with transaction.atomic(), CaptureQueriesContext(connection) as captured, pipelined():
        insert_row(till(shop, "Kasse 2", now))
        insert_row(till(shop, "Kasse 3", now))

    assert len(captured) == 2


def test_a_statement_of_the_callers_own_is_sent_along(shop: Shop, now: datetime) -> None:
    with transaction.atomic(), pipelined():
        insert_row(till(shop, "Kasse 2", now))
        send_statement("UPDATE merchants_till SET name = %s WHERE name = %s", ["Kasse 5", "Kasse 2"])

    assert "Kasse 5" in names()


def test_what_an_update_changed_comes_back_as_it_is_now(shop: Shop) -> None:
    renamed = Frozen(
        lambda: Till.objects.select_related("store"),
        changed_by="UPDATE merchants_till SET name = %(name)s WHERE id = %(id)s RETURNING *",
    )

    found = renamed.all(name="Kasse 7", id=shop.till.id)

    assert [(row.name, row.store.name) for row in found] == [("Kasse 7", shop.store.name)]
    assert renamed.all(name="Kasse 8", id=uuid7()) == []
    assert "Kasse 7" in names()
