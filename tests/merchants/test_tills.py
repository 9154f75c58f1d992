import json
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit.models import Record
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.merchants.errors import InvalidMerchant, NameTaken, UnknownMerchant, UnknownStore, UnknownTill
from apps.merchants.models import Merchant, Mode, Till, TillKey
from apps.merchants.operations import (
    create_merchant,
    create_store,
    create_till,
    issue_till_key,
    revoke_till_keys,
)
from apps.merchants.queries import business_date, till_key_for

OPERATOR = Actor("operator", "anna")
LIMIT = Money(200_000, "CHF")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def till_1(now: datetime) -> Till:
    merchant = create_merchant(legal_name="Dorfladen AG", per_payment_limit=LIMIT, by=OPERATOR, now=now)
    store = create_store(merchant_id=merchant.id, name="Bahnhof", town="Zürich", by=OPERATOR, now=now)
    return create_till(store_id=store.id, name="Kasse 1", by=OPERATOR, now=now)


def issue(till: Till, now: datetime, *, overlap: timedelta = timedelta(0)) -> str:
    return issue_till_key(till_id=till.id, mode=Mode.LIVE, overlap=overlap, by=OPERATOR, now=now).text.reveal()


def test_a_key_names_its_till_store_and_merchant_in_one_statement(
    till_1: Till, now: datetime, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    text = issue(till_1, now)

    with django_assert_num_queries(1):
        key = till_key_for(text, now=now)
        assert key is not None
        assert (key.till, key.till.store.merchant.legal_name, key.mode) == (till_1, "Dorfladen AG", "live")


def test_the_text_of_a_key_is_nowhere_in_the_database(till_1: Till, now: datetime) -> None:
    text = issue(till_1, now)

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(key::text, '') || (SELECT string_agg(record::text, '') FROM audit_record record)"
            " FROM merchants_tillkey key"
        )
        (dump,) = cursor.fetchone()
    assert text not in dump
    assert text.removeprefix("till_live_") not in dump


def test_a_wrong_expired_or_revoked_key_opens_nothing(till_1: Till, now: datetime) -> None:
    first = issue(till_1, now)
    second = issue(till_1, now, overlap=timedelta(hours=1))

    assert till_key_for(first + "x", now=now) is None
    assert till_key_for("", now=now) is None
    assert till_key_for(first, now=now) is not None
    assert till_key_for(first, now=now + timedelta(hours=1)) is None
    assert till_key_for(second, now=now + timedelta(days=365)) is not None

    assert revoke_till_keys(till_id=till_1.id, reason="stolen", by=OPERATOR, now=now) == 2
    assert till_key_for(second, now=now) is None
    assert revoke_till_keys(till_id=till_1.id, reason="stolen", by=OPERATOR, now=now) == 0


def test_a_closed_till_has_no_valid_key(till_1: Till, now: datetime) -> None:
    text = issue(till_1, now)

    Till.objects.filter(id=till_1.id).update(closed_at=now)

    assert till_key_for(text, now=now) is None


def test_ten_keys_issued_at_once_leave_one_without_an_end(till_1: Till, now: datetime) -> None:
    def issue_and_close(_: int) -> None:
        try:
            issue(till_1, now)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(issue_and_close, range(10)))

    assert TillKey.objects.filter(till=till_1).count() == 10
    assert TillKey.objects.filter(till=till_1, expires_at=None).count() == 1


def test_names_are_unique_where_people_would_confuse_them(till_1: Till, now: datetime) -> None:
    with pytest.raises(NameTaken, match="Kasse 1"):
        create_till(store_id=till_1.store_id, name="Kasse 1", by=OPERATOR, now=now)
    with pytest.raises(NameTaken, match="Bahnhof"):
        create_store(merchant_id=till_1.store.merchant_id, name="Bahnhof", town="Zürich", by=OPERATOR, now=now)

    assert Till.objects.count() == 1


def test_what_does_not_exist_is_said_so(now: datetime) -> None:
    with pytest.raises(UnknownMerchant):
        create_store(merchant_id=uuid7(), name="Bahnhof", town="Zürich", by=OPERATOR, now=now)
    with pytest.raises(UnknownStore):
        create_till(store_id=uuid7(), name="Kasse 1", by=OPERATOR, now=now)
    with pytest.raises(UnknownTill):
        issue_till_key(till_id=uuid7(), mode=Mode.LIVE, overlap=timedelta(0), by=OPERATOR, now=now)
    with pytest.raises(UnknownTill):
        revoke_till_keys(till_id=uuid7(), reason="stolen", by=OPERATOR, now=now)


@pytest.mark.parametrize(
    "wrong",
    [{"legal_name": " "}, {"per_payment_limit": Money(0, "CHF")}, {"time_zone": "Mars/Olympus"}, {"time_zone": "../x"}],
)
def test_a_merchant_that_makes_no_sense_is_refused(wrong: dict[str, object], now: datetime) -> None:
    with pytest.raises(InvalidMerchant):
        create_merchant(**{"legal_name": "A", "per_payment_limit": LIMIT, "by": OPERATOR, "now": now} | wrong)  # type: ignore[arg-type]

    assert not Merchant.objects.exists()
    assert not Record.objects.exists()


def test_the_database_refuses_a_limit_of_nothing_and_a_foreign_word(till_1: Till) -> None:
    with pytest.raises(IntegrityError, match="merchant_per_payment_limit_is_positive"), transaction.atomic():
        Merchant.objects.update(per_payment_limit_minor=0)
    with pytest.raises(IntegrityError, match="merchant_currency_is_supported"), transaction.atomic():
        Merchant.objects.update(currency="XXX")
    with pytest.raises(IntegrityError, match="till_kind_is_known"), transaction.atomic():
        Till.objects.update(kind="drone")


def test_the_business_day_follows_the_merchants_clock(till_1: Till) -> None:
    merchant = till_1.store.merchant

    assert business_date(merchant, now=datetime(2026, 11, 23, 22, 59, tzinfo=UTC)) == date(2026, 11, 23)
    assert business_date(merchant, now=datetime(2026, 11, 23, 23, 0, tzinfo=UTC)) == date(2026, 11, 24)


def test_every_step_leaves_evidence(till_1: Till, now: datetime) -> None:
    issue(till_1, now)

    actions = list(Record.objects.order_by("at", "id").values_list("action", flat=True))
    assert sorted(actions) == ["merchant.created", "store.created", "till.created", "till.key_issued"]


def test_an_operator_sets_up_a_shop_by_three_commands(capsys: pytest.CaptureFixture[str], now: datetime) -> None:
    def run(*arguments: str) -> dict[str, str]:
        call_command(*arguments, "--json")
        answer: dict[str, str] = json.loads(capsys.readouterr().out)
        return answer

    merchant = run("create_merchant", "--name", "Dorfladen AG", "--currency", "CHF", "--per-payment-limit", "200000")
    store = run("create_store", "--merchant", merchant["merchant"], "--name", "Bahnhof", "--town", "Zürich")
    till = run("create_till", "--store", store["store"], "--name", "Kasse 1")

    key = till_key_for(till["key"], now=timezone.now())
    assert key is not None
    assert key.till.public_id == till["till"]


def test_a_mistyped_command_says_what_is_wrong_without_a_traceback() -> None:
    with pytest.raises(CommandError, match="not an id of kind 'mer'"):
        call_command("create_store", "--merchant", "sto_1", "--name", "Bahnhof", "--town", "Zürich")
    with pytest.raises(CommandError, match="not supported"):
        call_command("create_merchant", "--name", "A", "--currency", "chf", "--per-payment-limit", "1")
