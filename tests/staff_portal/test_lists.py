"""Lists: what a filter in the address finds, page by page, as a sheet, and under a name."""

import csv
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import cast

import pytest
from django.http import StreamingHttpResponse
from django.utils import timezone

from apps.audit.models import Record
from apps.operators.models import SavedFilter
from apps.operators.roles import Role
from apps.staff_portal.views import lists
from apps.transactions.models import Payment
from apps.transactions.states import Status
from tests.cast import Phone
from tests.shop import Shop
from tests.staff_portal.desk import Desk, sit_down


def sheet(desk: Desk, path: str) -> list[list[str]]:
    page = cast(StreamingHttpResponse, desk.client.get(path))
    assert page.status_code == 200, page
    return list(csv.reader(page.getvalue().decode().splitlines()))


def sold(shop: Shop, phone: Phone, amount: int, now: datetime) -> Payment:
    payment = shop.sell(phone, amount, now=now)
    shop.capture(payment, now=now)
    return payment


def test_payments_are_found_by_each_filter(shop: Shop, phone: Phone, now: datetime) -> None:
    paid = sold(shop, phone, 4250, now)
    today = timezone.localtime(now).date()
    desk = sit_down(Role.AUDITOR)
    fitting = {
        "from": today.isoformat(),
        "to": today.isoformat(),
        "least": "42.50",
        "most": "42.5",
        "status": "captured",
        "kind": "bank_account",
        "mode": "live",
    }
    missing = {
        "from": (today + timedelta(days=1)).isoformat(),
        "to": (today - timedelta(days=1)).isoformat(),
        "least": "42.51",
        "most": "42.49",
        "status": "declined",
        "kind": "card",
        "mode": "test",
        "cashier": "nobody",
        "declined": "expired_code",
        "where": "Nowhere",
    }

    places = (shop.merchant.public_id, shop.store.public_id, shop.till.public_id, shop.store.name)
    for name, value in [*fitting.items(), *(("where", place) for place in places)]:
        page = desk.open(f"/staff/payments?{name}={value}")
        assert page.status == 200, (name, page.text[-500:])
        assert paid.public_id in page.text, name
    for name, value in missing.items():
        assert paid.public_id not in desk.open(f"/staff/payments?{name}={value}").text, name


def test_a_chip_takes_one_filter_away_and_leaves_the_others(shop: Shop, phone: Phone, now: datetime) -> None:
    desk = sit_down(Role.SUPPORT).open("/staff/payments?status=captured&least=42.50")

    assert 'href="?least=42.50" aria-label="Status' in desk.text
    assert 'href="?status=captured" aria-label="Amount from' in desk.text


def test_pages_follow_one_another_there_and_back(
    shop: Shop, phone: Phone, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "PAGE", 2)
    sales = [shop.sell(phone, 1000 + number, now=now).public_id for number in range(5)][::-1]
    desk = sit_down(Role.SUPPORT)

    def shown() -> list[str]:
        return [public_id for public_id in sales if f"/staff/payments/{public_id}" in desk.text]

    desk.open(f"/staff/payments?where={shop.store.public_id}")
    assert shown() == sales[:2]
    desk.open(f"/staff/payments?where={shop.store.public_id}&before={sales[1]}")
    assert shown() == sales[2:4]
    assert f"after={sales[2]}" in desk.text
    desk.open(f"/staff/payments?before={sales[3]}")
    assert shown() == sales[4:]
    assert "Older" not in desk.text
    desk.open(f"/staff/payments?after={sales[2]}")
    assert shown() == sales[:2]
    assert "Newer" not in desk.text


def test_only_the_columns_that_were_chosen_are_shown(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 1000, now=now)
    desk = sit_down(Role.SUPPORT)

    text = desk.open("/staff/payments").text
    assert ">Cashier</th>" in text
    assert ">Where</th>" in text
    text = desk.open("/staff/payments?show-amount=on&show-status=on").text
    assert text.count("<th ") == 3
    assert "?columns=status%2Camount" in text or "columns=status%2Camount" in text


def test_the_sheet_holds_exactly_the_list_and_leaves_a_record(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 1000, now=now)
    paid = sold(shop, phone, 12345, now)
    desk = sit_down(Role.AUDITOR)

    head, *rows = sheet(desk, "/staff/payments.csv?status=captured")

    assert len(rows) == 1
    row = dict(zip(head, rows[0], strict=True))
    assert row["id"] == paid.public_id
    assert row["amount"] == "123.45"
    assert row["currency"] == "CHF"
    assert row["at"].endswith("+00:00")
    record = Record.objects.get(action="list.exported")
    assert record.actor_id == desk.who.public_id
    assert record.facts == {"filters": {"status": "captured"}}


def test_a_sheet_that_is_cut_off_says_so(
    shop: Shop, phone: Phone, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lists, "MOST_EXPORTED", 2)
    monkeypatch.setattr(lists, "_BATCH", 2)
    for number in range(3):
        shop.sell(phone, 1000 + number, now=now)

    rows = sheet(sit_down(Role.AUDITOR), "/staff/payments.csv")

    assert len(rows) == 4
    assert rows[-1][0] == "cut off after 2 rows: narrow the filter"


def test_no_cell_of_a_sheet_is_a_formula(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 1000, now=now, reference="=1+1")

    head, row = sheet(sit_down(Role.AUDITOR), "/staff/payments.csv")

    assert row[head.index("reference")] == "'=1+1"


def test_an_operator_keeps_filters_under_names_of_his_own(shop: Shop) -> None:
    desk, other = sit_down(Role.SUPPORT), sit_down(Role.SUPPORT)

    for _ in range(2):
        desk.open("/staff/payments?status=captured&least=42.50").send("name", "Big <ones>")
        assert desk.status == 303
    desk.open("/staff/payments")
    assert 'href="?least=42.50&amp;status=captured">Big &lt;ones&gt;' in desk.text
    assert "Big" not in other.open("/staff/payments").text
    assert "Big" not in desk.open("/staff/customers").text
    kept = SavedFilter.objects.get()
    action, hidden = other.open("/staff/payments").fields("name")
    other.send_fields(action, {**hidden, "forget": str(kept.id)})
    assert SavedFilter.objects.exists()
    action, hidden = desk.open("/staff/payments").fields("forget")
    assert desk.send_fields(action, {**hidden, "forget": str(kept.id)}).status == 303
    assert not SavedFilter.objects.exists()


def test_a_filter_without_a_name_is_not_kept() -> None:
    desk = sit_down(Role.SUPPORT).open("/staff/customers")

    assert desk.send("name", "  ").status == 422
    assert not SavedFilter.objects.exists()


def test_what_no_filter_says_is_refused(shop: Shop) -> None:
    desk = sit_down(Role.SUPPORT)

    for query in (
        "unknown=1",
        "status=happy",
        "from=yesterday",
        "from=2026-02-30",
        "least=NaN",
        "least=-1",
        "least=1e30",
        "least=1.005",
        "before=pay_x",
        "columns=secret",
        f"before={shop.till.public_id}",
    ):
        assert desk.open(f"/staff/payments?{query}").status == 400, query
        assert desk.open(f"/staff/payments.csv?{query}").status == 400, query


def test_customers_are_found_by_the_beginning_of_the_address_which_stays_masked(phone: Phone) -> None:
    desk = sit_down(Role.SUPPORT)
    customer = phone.customer

    page = desk.open(f"/staff/customers?email={customer.email[:5].upper()}&status=active")
    assert customer.public_id in page.text
    assert f"<td>{customer.email}</td>" not in page.text
    assert customer.public_id not in desk.open("/staff/customers?email=zzz").text
    assert customer.public_id not in desk.open("/staff/customers?status=frozen").text
    head, row = sheet(desk, f"/staff/customers.csv?email={customer.email[:5]}")
    assert row[head.index("id")] == customer.public_id
    assert customer.email not in row
    assert Record.objects.get(action="list.exported").facts == {"filters": {"email": "***"}}


def test_devices_are_found_by_status_platform_and_day(phone: Phone, now: datetime) -> None:
    desk = sit_down(Role.SUPPORT)
    device, day = phone.identity.public_id, timezone.localtime(now).date()
    platform = sheet(desk, "/staff/devices/all.csv")[1][4]

    for query in ("", "status=active", f"platform={platform}", f"from={day}&to={day}"):
        assert device in desk.open(f"/staff/devices/all?{query}").text, query
    for query in ("status=revoked", "platform=Telex", f"from={day + timedelta(days=1)}"):
        assert device not in desk.open(f"/staff/devices/all?{query}").text, query


def test_finance_sees_payments_and_no_customers(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 1000, now=now)
    desk = sit_down(Role.FINANCE)

    assert f"/staff/customers/{phone.customer.public_id}" not in desk.open("/staff/payments").text
    for path in ("customers", "customers.csv", "devices/all", "devices/all.csv"):
        assert desk.open(f"/staff/{path}").status == 403, path


def test_the_search_finds_amounts_days_and_places(hold: Callable[..., Payment], shop: Shop, now: datetime) -> None:
    held = hold(amount=4250)
    day = timezone.localtime(now)
    desk = sit_down(Role.SUPPORT)

    assert held.status == Status.IN_REVIEW
    assert held.public_id in desk.open("/staff/search?q=42.50").text
    assert held.public_id not in desk.open("/staff/search?q=42.51").text
    for query in (f"{day:%d.%m.%Y}", f"42.50 {day:%d.%m.%Y}", f"{day:%Y-%m-%d} 42.50"):
        found = desk.open(f"/staff/search?q={query}")
        assert found.status == 303, query
        assert held.public_id in desk.open(found.location).text, query
    for place in (shop.store, shop.till):
        assert f"where={place.public_id}" in desk.open(f"/staff/search?q={place.name}").text
        assert desk.open(f"/staff/search?q={place.public_id}").location == f"/staff/payments?where={place.public_id}"
    assert desk.open("/staff/search?q=31.02.2026").status == 400
