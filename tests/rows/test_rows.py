"""What is written and read by a statement that was compiled once is what the ORM itself would write and read."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from uuid import UUID

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.db.transaction import TransactionManagementError

from apps.kernel.ids import uuid7
from apps.merchants.models import Store, Till, TillKey
from apps.merchants.queries import key_digest
from apps.rows import Frozen, ask_statement, insert_row, insert_rows, pipelined, update_row
from apps.transactions.models import Payment
from tests.cast import Phone
from tests.shop import Shop, make_payer, make_shop, moment

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    return moment()


@pytest.fixture
def shop(now: datetime) -> Shop:
    return make_shop(now=now)


@pytest.fixture
def phone(shop: Shop, now: datetime) -> Phone:
    return make_payer(shop, now=now)


def content(row: models.Model) -> dict[str, object]:
    """Return every column, comparable."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return {name: bytes(value) if isinstance(value, memoryview) else value for name, value in values.items()}


def till(shop: Shop, name: str, now: datetime) -> Till:
    return Till(id=uuid7(), store=shop.store, name=name, created_at=now)


def test_an_inserted_row_is_what_the_orm_reads(shop: Shop, now: datetime) -> None:
    row = till(shop, "Kasse 2", now)

    insert_row(row)

    assert content(Till.objects.get(id=row.id)) == content(row)
    assert not row._state.adding


def test_every_column_of_a_whole_payment_survives(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now, lines=[{"name": "Äpfel", "amount": 1000}], pos_time=now)
    written = content(Payment.objects.get(id=payment.id))

    read = BY_ID.first(payment_id=payment.id)

    assert read is not None
    assert content(read) == written


def test_several_rows_are_one_statement_and_none_is_no_statement(
    shop: Shop, now: datetime, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    rows = [till(shop, f"Kasse {number}", now) for number in range(2, 5)]

    with django_assert_num_queries(1):
        insert_rows(rows)
        insert_rows([])

    assert Till.objects.filter(store=shop.store).count() == 4


def test_a_constraint_speaks_as_ever(shop: Shop, now: datetime) -> None:
    with pytest.raises(IntegrityError, match="till_name_is_unique_per_store"):
        insert_row(till(shop, "Kasse 1", now))


def test_an_update_writes_these_fields_and_no_others(shop: Shop) -> None:
    row = Till.objects.get(id=shop.till.id)
    row.name, row.language = "Kasse 9", "fr"

    update_row(row, ["name"])

    assert (Till.objects.get(id=row.id).name, Till.objects.get(id=row.id).language) == ("Kasse 9", "de")


def test_a_row_that_is_gone_is_not_updated_in_silence(shop: Shop, now: datetime) -> None:
    with pytest.raises(LookupError):
        update_row(till(shop, "never", now), ["name"])


BY_ID = Frozen(
    lambda payment_id: Payment.objects.select_related("merchant", "till__store", "instrument").filter(id=payment_id),
    payment_id=UUID,
)


def test_related_objects_come_along(shop: Shop, phone: Phone, now: datetime, django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    paid, declined = (
        shop.sell(phone, 1000, now=now),
        shop.sell(phone, 1001, now=now, code=phone.make_code(now=now, cap=1)),
    )
    BY_ID.first(payment_id=paid.id)

    with django_assert_num_queries(2):
        first, second = BY_ID.first(payment_id=paid.id), BY_ID.first(payment_id=declined.id)
        assert first is not None
        assert second is not None
        assert (first.till.store.name, first.merchant.id) == ("Bahnhof", shop.merchant.id)
        assert first.instrument is not None
        assert second.instrument is None


def test_bytes_texts_and_times_stand_for_values_too(shop: Shop, now: datetime) -> None:
    keys = Frozen(
        lambda digest, mode, since: TillKey.objects.filter(digest=digest, mode=mode, created_at__gte=since),
        digest=bytes,
        mode=str,
        since=datetime,
    )
    insert_row(
        TillKey(id=uuid7(), till=shop.till, digest=key_digest("x"), mode="live", created_at=now, scopes=["events"])
    )

    assert [key.till_id for key in keys.all(digest=key_digest("x"), mode="live", since=now)] == [shop.till.id]
    assert keys.first(digest=key_digest("y"), mode="live", since=now) is None
    assert keys.first(digest=key_digest("x"), mode="test", since=now) is None


def test_numbers_stand_for_values_however_wide_their_column(shop: Shop, phone: Phone, now: datetime) -> None:
    sales = Frozen(
        lambda amount, version: Payment.objects.filter(amount_minor=amount, version=version), amount=int, version=int
    )
    payment = shop.sell(phone, 70_000, now=now)

    assert sales.first(amount=70_000, version=payment.version) == payment
    assert sales.first(amount=70_001, version=payment.version) is None


def test_values_come_as_tuples_in_the_order_asked(shop: Shop) -> None:
    names = Frozen(lambda store_id: Till.objects.filter(store_id=store_id).values_list("name", "kind"), store_id=UUID)

    assert names.rows(store_id=shop.store.id) == [("Kasse 1", "attended")]
    with pytest.raises(TypeError, match="gives values"):
        names.all(store_id=shop.store.id)


def test_what_is_asked_behind_a_lock_is_answered_by_the_time_the_lock_is(shop: Shop, now: datetime) -> None:
    locked = Frozen(lambda store_id: Store.objects.select_for_update().filter(id=store_id), store_id=UUID)
    tills = Frozen(lambda store_id: Till.objects.filter(store_id=store_id), store_id=UUID)

    with transaction.atomic(), pipelined():
        store, there = locked.ask(store_id=shop.store.id), tills.ask_all(store_id=shop.store.id)
        counted = ask_statement("SELECT count(*), %s FROM merchants_till", [7])

        assert store() == shop.store
        assert there() == [shop.till]
        assert counted() == [(Till.objects.count(), 7)]


def test_a_value_that_is_missing_unknown_or_unused_is_a_mistake(shop: Shop) -> None:
    unused = Frozen(lambda store_id, name: Till.objects.filter(store_id=store_id), store_id=UUID, name=str)

    with pytest.raises(TypeError, match="the values are"):
        BY_ID.first(id=uuid7())
    with pytest.raises(TypeError, match="does not use name"):
        unused.first(store_id=shop.store.id, name="x")


def test_a_lock_is_only_taken_inside_a_transaction(shop: Shop) -> None:
    locked = Frozen(lambda store_id: Store.objects.select_for_update().filter(id=store_id), store_id=UUID)

    with transaction.atomic():
        assert locked.first(store_id=shop.store.id) == shop.store
    with pytest.raises(TransactionManagementError):
        locked.first(store_id=shop.store.id)


def test_threads_share_one_compiled_statement(shop: Shop) -> None:
    stores = Frozen(lambda store_id: Store.objects.filter(id=store_id), store_id=UUID)

    def read(_: int) -> object:
        try:
            return stores.first(store_id=shop.store.id)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(read, range(16))) == {shop.store}


def test_every_model_of_ours_has_the_key_that_inserting_needs() -> None:
    for model in apps.get_models():
        if model.__module__.startswith("apps.transactions"):
            assert model._meta.pk.get_default() is not None, model
