"""What a merchant decides about its tills."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.audit.models import Record
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.merchants.errors import InvalidMerchant, UnknownMerchant
from apps.merchants.models import Merchant
from apps.merchants.operations import Unlimited, change_merchant, create_merchant

OPERATOR = Actor("operator", "anna")
NONE = Unlimited.UNLIMITED

pytestmark = pytest.mark.django_db(transaction=True)


def chf(amount: int) -> Money:
    return Money(amount, "CHF")


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def shop(now: datetime) -> Merchant:
    return create_merchant(legal_name="Dorfladen AG", per_payment_limit=chf(2000), by=OPERATOR, now=now)


def settings_of(merchant: Merchant) -> tuple[int, int | None, int | None, bool]:
    row = Merchant.objects.get(id=merchant.id)
    return row.per_payment_limit_minor, row.per_day_limit_minor, row.refund_limit_minor, row.guards_duplicates


def test_a_new_merchant_guards_duplicates_and_limits_neither_days_nor_refunds(shop: Merchant) -> None:
    assert settings_of(shop) == (2000, None, None, True)


def test_what_is_named_changes_and_the_rest_stays(shop: Merchant, now: datetime) -> None:
    change_merchant(merchant_id=shop.id, per_day_limit=chf(9000), refund_limit=chf(0), by=OPERATOR, now=now)
    assert settings_of(shop) == (2000, 9000, 0, True)

    changed = change_merchant(merchant_id=shop.id, guards_duplicates=False, by=OPERATOR, now=now)
    assert settings_of(shop) == settings_of(changed) == (2000, 9000, 0, False)

    change_merchant(merchant_id=shop.id, per_day_limit=NONE, refund_limit=NONE, by=OPERATOR, now=now)
    assert settings_of(shop) == (2000, None, None, False)


def test_a_change_says_what_it_changed_and_repeating_it_leaves_no_second_trace(shop: Merchant, now: datetime) -> None:
    for _ in range(2):
        change_merchant(merchant_id=shop.id, refund_limit=chf(500), guards_duplicates=True, by=OPERATOR, now=now)

    kept = Record.objects.get(action="merchant.changed")
    assert (kept.actor_id, kept.subject) == ("anna", shop.public_id)
    assert kept.facts == {"refund_limit_minor": {"from": None, "to": 500}}


def test_a_days_limit_is_never_below_that_of_one_payment(shop: Merchant, now: datetime) -> None:
    with pytest.raises(InvalidMerchant):
        change_merchant(merchant_id=shop.id, per_day_limit=chf(1999), by=OPERATOR, now=now)
    change_merchant(merchant_id=shop.id, per_day_limit=chf(2000), by=OPERATOR, now=now)
    with pytest.raises(InvalidMerchant):
        change_merchant(merchant_id=shop.id, per_payment_limit=chf(2001), by=OPERATOR, now=now)

    change_merchant(merchant_id=shop.id, per_payment_limit=chf(1000), per_day_limit=chf(1500), by=OPERATOR, now=now)
    assert settings_of(shop) == (1000, 1500, None, True)


@pytest.mark.parametrize(
    "wrong",
    [
        {"refund_limit": chf(-1)},
        {"refund_limit": Money(500, "EUR")},
        {"refund_limit": chf(2**53)},
        {"per_payment_limit": chf(0)},
        {"per_day_limit": Money(9000, "EUR")},
    ],
)
def test_a_limit_that_makes_no_sense_is_refused(wrong: dict[str, Money], shop: Merchant, now: datetime) -> None:
    with pytest.raises(InvalidMerchant):
        change_merchant(merchant_id=shop.id, guards_duplicates=False, by=OPERATOR, now=now, **wrong)

    assert settings_of(shop) == (2000, None, None, True)


def test_nobody_changes_a_merchant_that_is_none(now: datetime) -> None:
    with pytest.raises(UnknownMerchant):
        change_merchant(merchant_id=uuid7(), guards_duplicates=False, by=OPERATOR, now=now)


def test_ten_changes_at_once_follow_one_another(shop: Merchant, now: datetime) -> None:
    def change(number: int) -> None:
        try:
            change_merchant(merchant_id=shop.id, refund_limit=chf(number), by=OPERATOR, now=now)
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        list(pool.map(change, range(10)))

    steps = [kept.facts["refund_limit_minor"] for kept in Record.objects.filter(action="merchant.changed")]
    # Each began where another one ended: nobody overwrote what he had not seen.
    ends = {step["to"] for step in steps}
    assert ends == set(range(10))
    assert {step["from"] for step in steps} == ends - {settings_of(shop)[2]} | {None}


def test_a_sale_is_booked_while_the_merchant_is_being_changed(shop: Merchant, now: datetime) -> None:
    def open_store() -> None:
        try:
            with connection.cursor() as cursor:
                cursor.execute("SET lock_timeout = '2s'")
                cursor.execute(
                    "INSERT INTO merchants_store"
                    " (id, merchant_id, name, street, postal_code, town, country, created_at)"
                    " VALUES (gen_random_uuid(), %s, 'Bahnhof', '', '', 'Bern', 'CH', now())",
                    [shop.id],
                )
                cursor.execute("RESET lock_timeout")
        finally:
            connection.close()

    # A row that points at the merchant, as every payment does, does not wait for the change.
    with transaction.atomic(), ThreadPoolExecutor(1) as pool:
        Merchant.objects.select_for_update(no_key=True).get(id=shop.id)
        Merchant.objects.filter(id=shop.id).update(guards_duplicates=False)
        pool.submit(open_store).result()

    assert shop.stores.count() == 1


def test_the_database_refuses_a_refund_limit_below_nothing(shop: Merchant) -> None:
    with pytest.raises(IntegrityError, match="merchant_refund_limit_is_not_negative"), transaction.atomic():
        Merchant.objects.update(refund_limit_minor=-1)
    with pytest.raises(IntegrityError, match="merchant_per_day_limit_is_not_below_one_payment"), transaction.atomic():
        Merchant.objects.update(per_day_limit_minor=1)


def test_an_operator_changes_a_merchant_by_command(shop: Merchant, capsys: pytest.CaptureFixture[str]) -> None:
    def run(*arguments: str) -> dict[str, object]:
        call_command("set_merchant", shop.public_id, *arguments, "--json")
        answer: dict[str, object] = json.loads(capsys.readouterr().out)
        return answer

    set_up = run("--refund-limit", "500", "--per-day-limit", "9000", "--guard-duplicates", "no")
    assert set_up == {
        "merchant": shop.public_id,
        "currency": "CHF",
        "per_payment_limit": 2000,
        "per_day_limit": 9000,
        "refund_limit": 500,
        "guards_duplicates": False,
    }
    assert run("--refund-limit", "none", "--guard-duplicates", "yes") == set_up | {
        "refund_limit": None,
        "guards_duplicates": True,
    }
    assert run("--per-payment-limit", "1000")["per_payment_limit"] == 1000
    assert Record.objects.filter(action="merchant.changed", actor_id="set_merchant").count() == 3

    call_command("set_merchant", shop.public_id)
    assert shop.public_id in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--per-day-limit", "1"], "below that of one payment"),
        (["--refund-limit", "many"], "neither minor units nor none"),
        (["--guard-duplicates", "perhaps"], "invalid choice"),
    ],
)
def test_a_mistyped_setting_is_explained(arguments: list[str], says: str, shop: Merchant) -> None:
    with pytest.raises(CommandError, match=says):
        call_command("set_merchant", shop.public_id, *arguments)


def test_a_mistyped_merchant_is_explained() -> None:
    with pytest.raises(CommandError, match="not an id of kind 'mer'"):
        call_command("set_merchant", "sto_1")
    with pytest.raises(CommandError, match="no such merchant"):
        call_command("set_merchant", "mer_00000000000000000000000000")
