"""A till key is good for what it was issued for."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit.models import Record
from apps.kernel.actors import Actor
from apps.kernel.money import Money
from apps.merchants.errors import InvalidScopes
from apps.merchants.models import Mode, Till, TillKey, TillScope
from apps.merchants.operations import create_merchant, create_store, create_till, issue_till_key
from apps.merchants.queries import till_key_for

OPERATOR = Actor("operator", "anna")

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def till_1(now: datetime) -> Till:
    limit = Money(200_000, "CHF")
    merchant = create_merchant(legal_name="Dorfladen AG", per_payment_limit=limit, by=OPERATOR, now=now)
    store = create_store(merchant_id=merchant.id, name="Bahnhof", town="Zürich", by=OPERATOR, now=now)
    return create_till(store_id=store.id, name="Kasse 1", by=OPERATOR, now=now)


def issue(
    till: Till,
    now: datetime,
    scopes: "list[TillScope] | tuple[TillScope, ...]" = tuple(TillScope),
    *,
    overlap: timedelta = timedelta(0),
) -> TillKey:
    issued = issue_till_key(till_id=till.id, mode=Mode.LIVE, overlap=overlap, scopes=scopes, by=OPERATOR, now=now)
    key = till_key_for(issued.text.reveal(), now=now)
    assert key is not None
    return key


def test_a_key_is_good_for_everything_unless_said_otherwise(till_1: Till, now: datetime) -> None:
    issued = issue_till_key(till_id=till_1.id, mode=Mode.LIVE, overlap=timedelta(0), by=OPERATOR, now=now)

    key = TillKey.objects.get()
    assert key.scopes == ["day_close", "events", "payments", "refunds", "returns"] == list(issued.scopes)
    assert all(key.allows(scope) for scope in TillScope)


def test_a_key_allows_its_own_scopes_only(till_1: Till, now: datetime) -> None:
    key = issue(till_1, now, [TillScope.REFUNDS, TillScope.PAYMENTS, TillScope.REFUNDS])

    assert key.scopes == ["payments", "refunds"]
    assert [scope for scope in TillScope if key.allows(scope)] == [TillScope.PAYMENTS, TillScope.REFUNDS]
    assert Record.objects.get(action="till.key_issued").facts == {"mode": "live", "scopes": ["payments", "refunds"]}


def test_a_narrower_key_ends_the_wider_one_after_the_overlap(till_1: Till, now: datetime) -> None:
    wide = issue(till_1, now)

    issue(till_1, now, [TillScope.EVENTS], overlap=timedelta(hours=1))

    wide.refresh_from_db()
    assert (wide.is_valid(now), wide.is_valid(now + timedelta(hours=1))) == (True, False)
    assert wide.allows(TillScope.PAYMENTS)


@pytest.mark.parametrize("scopes", [[], ["everything"], [TillScope.EVENTS, "everything"]])
def test_a_key_for_nothing_or_for_what_there_is_not_is_refused(
    scopes: list[TillScope], till_1: Till, now: datetime
) -> None:
    with pytest.raises(InvalidScopes):
        issue_till_key(till_id=till_1.id, mode=Mode.LIVE, overlap=timedelta(0), scopes=scopes, by=OPERATOR, now=now)

    assert not TillKey.objects.exists()


@pytest.mark.parametrize(
    "scopes", ["[]", "{}", "null", '"payments"', '["everything"]', '["payments", "everything"]', '[["payments"]]', "1"]
)
def test_the_database_refuses_scopes_that_it_does_not_know(scopes: str, till_1: Till, now: datetime) -> None:
    issue(till_1, now)

    with (
        pytest.raises(IntegrityError, match="till_key_scopes_are_known"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("UPDATE merchants_tillkey SET scopes = %s::jsonb", [scopes])


def test_an_operator_names_the_scopes_of_a_key(till_1: Till, capsys: pytest.CaptureFixture[str]) -> None:
    def scopes_of(name: str, *arguments: str) -> list[str]:
        call_command("create_till", "--store", till_1.store.public_id, "--name", name, *arguments, "--json")
        answer = json.loads(capsys.readouterr().out)
        key = till_key_for(answer["key"], now=timezone.now())
        assert key is not None
        assert key.scopes == answer["scopes"]
        return list(answer["scopes"])

    assert scopes_of("Kasse 2", "--scope", "refunds", "--scope", "payments") == ["payments", "refunds"]
    assert scopes_of("Kasse 3") == sorted(TillScope.values)
    with pytest.raises(CommandError, match="invalid choice"):
        scopes_of("Kasse 4", "--scope", "everything")
    assert not Till.objects.filter(name="Kasse 4").exists()
