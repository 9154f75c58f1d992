"""The export of takings: every capture and refund, with tip, tax and batch, and the sums of the books."""

import csv
import io
import json
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.ledger.accounts import merchant_payable
from apps.ledger.queries import balance
from apps.merchants.models import Till
from apps.settlement.errors import PeriodTooLong
from apps.settlement.exports import takings as takings_module
from apps.settlement.exports.takings import reading_takings
from apps.transactions.models import Refund
from tests.cast import Phone
from tests.settlement.evening import DAY, buy, close_yesterday, day_of, give_back
from tests.shop import Shop, make_payer, make_shop

WINE = {"name": "Wein", "quantity": "2", "amount": 3800, "vat_rate_basis_points": 810}
APPLES = {"name": "Äpfel", "quantity": "1.250", "amount": 500, "vat_rate_basis_points": 260}
DEPOSIT = {"name": "Pfand", "quantity": "1", "amount": -50, "vat_rate_basis_points": 0}
LINES = [APPLES, DEPOSIT, WINE]


def exported(shop: Shop, first: date, last: date, form: str) -> str:
    out = io.StringIO()
    call_command(
        "export_takings",
        f"--merchant={shop.merchant.public_id}",
        f"--from={first}",
        f"--to={last}",
        f"--format={form}",
        stdout=out,
    )
    return out.getvalue()


def as_rows(shop: Shop, first: date, last: date) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(exported(shop, first, last, "csv"), newline="")))


# Any: JSON values.
def as_object(shop: Shop, first: date, last: date) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(exported(shop, first, last, "json"))
    return document


def test_a_sale_is_a_row_with_tip_and_tax(shop: Shop, phone: Phone, now: datetime) -> None:
    sold = buy(shop, phone, 4500, now=now, tip_minor=250, lines=LINES, cashier="0042", reference="2031-0007")
    batch = close_yesterday(shop, now=now + DAY)

    (row,) = as_rows(shop, day_of(shop, now), day_of(shop, now))

    assert row == {
        "business_date": day_of(shop, now).isoformat(),
        "time": f"{now:%Y-%m-%dT%H:%M:%S}+00:00",
        "store": "Bahnhof",
        "till": "Kasse 1",
        "cashier": "0042",
        "reference": "2031-0007",
        "payment": sold.public_id,
        "refund": "",
        "kind": "captured",
        "currency": "CHF",
        "gross": "45.00",
        "tip": "2.50",
        "net_0.00": "-0.50",
        "vat_0.00": "0.00",
        "gross_0.00": "-0.50",
        "net_2.60": "4.87",
        "vat_2.60": "0.13",
        "gross_2.60": "5.00",
        "net_8.10": "35.15",
        "vat_8.10": "2.85",
        "gross_8.10": "38.00",
        "gross_without_rate": "0.00",
        "batch": batch.public_id,
        "batch_date": day_of(shop, now).isoformat(),
        "batch_number": "1",
    }


def test_a_refund_is_a_row_of_its_own_with_its_own_lines(shop: Shop, phone: Phone, now: datetime) -> None:
    sold = buy(shop, phone, 4500, now=now, tip_minor=250, lines=LINES, cashier="0042")
    give_back(shop, sold, 500, now=now + DAY, lines=[APPLES], cashier="0043")
    refund = Refund.objects.get()

    (row,) = as_rows(shop, day_of(shop, now + DAY), day_of(shop, now + DAY))

    told = ("kind", "payment", "refund", "cashier", "gross", "tip", "gross_2.60", "vat_2.60", "gross_8.10", "batch")
    assert [row[name] for name in told] == [
        "refunded",
        sold.public_id,
        refund.public_id,
        "0043",
        "-5.00",
        "0.00",
        "-5.00",
        "-0.13",
        "0.00",
        "",
    ]


def test_a_whole_sale_given_back_takes_its_tip_and_tax_along(shop: Shop, phone: Phone, now: datetime) -> None:
    sold = buy(shop, phone, 4500, now=now, tip_minor=250, lines=LINES)
    give_back(shop, sold, now=now)

    document = as_object(shop, day_of(shop, now), day_of(shop, now))

    assert [taking["gross"] for taking in document["takings"]] == [4500, -4500]
    assert document["sums"] == [
        {"currency": "CHF", "captured": 4500, "refunded": -4500, "tip": 0, "gross_without_rate": 0}
    ]
    assert {(total["net"], total["vat"], total["gross"]) for total in document["rates"]} == {(0, 0, 0)}


def test_refunds_of_the_same_moment_are_told_apart(shop: Shop, phone: Phone, now: datetime) -> None:
    sold = buy(shop, phone, 4500, now=now, tip_minor=250, lines=LINES)
    for amount in (300, 200, 100):
        give_back(shop, sold, amount, now=now)
    wanted = {refund.public_id: -refund.amount_minor for refund in Refund.objects.all()}

    document = as_object(shop, day_of(shop, now), day_of(shop, now))

    refunds = [taking for taking in document["takings"] if taking["refund"]]
    assert {taking["refund"]: taking["gross"] for taking in refunds} == wanted


def test_of_a_part_no_tax_is_named(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 4500, now=now, tip_minor=250, lines=LINES)
    shop.capture(payment, 4000, now=now)

    (taking,) = as_object(shop, day_of(shop, now), day_of(shop, now))["takings"]

    assert (taking["gross"], taking["tip"], taking["rates"], taking["gross_without_rate"]) == (4000, 0, [], 4000)


def test_the_sums_are_those_of_the_books(shop: Shop, phone: Phone, now: datetime) -> None:
    sold = [
        buy(shop, phone, 4500 + tip, now=now + days * DAY, tip_minor=250 + tip, lines=LINES)
        for tip, days in enumerate((0, 0, 1, 2))
    ]
    give_back(shop, sold[0], 500, now=now + DAY, lines=[APPLES])
    give_back(shop, sold[1], 1234, now=now + 2 * DAY)
    close_yesterday(shop, now=now + DAY)

    document = as_object(shop, day_of(shop, now), day_of(shop, now + 2 * DAY))
    rows = as_rows(shop, day_of(shop, now), day_of(shop, now + 2 * DAY))

    owed = -balance(account=merchant_payable(shop.merchant.id), currency="CHF").amount
    (sums,) = document["sums"]
    assert sums["captured"] + sums["refunded"] == owed
    assert sum(Decimal(row["gross"]) for row in rows) == Decimal(owed) / 100
    assert owed == sums["tip"] + sums["gross_without_rate"] + sum(total["gross"] for total in document["rates"])
    for total in document["rates"]:
        rate = f"{total['rate_basis_points'] / 100:.2f}"
        for name in ("net", "vat", "gross"):
            assert sum(Decimal(row[f"{name}_{rate}"]) for row in rows) == Decimal(total[name]) / 100
    assert len(rows) == len(document["takings"]) == 6


def test_nothing_of_others_or_of_other_days_is_told(shop: Shop, phone: Phone, now: datetime) -> None:
    other = make_shop(now=now)
    buy(other, make_payer(other, now=now), now=now)
    buy(shop, phone, 1000, now=now + DAY)

    assert as_rows(shop, day_of(shop, now), day_of(shop, now)) == []
    assert as_object(shop, day_of(shop, now), day_of(shop, now)) == {
        "merchant": shop.merchant.public_id,
        "from": day_of(shop, now).isoformat(),
        "to": day_of(shop, now).isoformat(),
        "takings": [],
        "rates": [],
        "sums": [],
    }


def test_what_a_till_wrote_is_no_formula(shop: Shop, phone: Phone, now: datetime) -> None:
    Till.objects.filter(id=shop.till.id).update(name='=HYPERLINK("x")')
    buy(shop, phone, now=now, cashier="+41", reference="-1+1")

    (row,) = as_rows(shop, day_of(shop, now), day_of(shop, now))

    assert (row["till"], row["cashier"], row["reference"]) == ('\'=HYPERLINK("x")', "'+41", "'-1+1")


def test_rows_come_a_few_at_a_time(shop: Shop, phone: Phone, now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(takings_module, "_ROWS_AT_A_TIME", 2)
    for amount in range(1000, 1005):
        buy(shop, phone, amount, now=now)
    day = day_of(shop, now)

    with (
        CaptureQueriesContext(connection) as statements,
        reading_takings(merchant_id=shop.merchant.id, first=day, last=day) as takings,
    ):
        first = next(takings.rows)
        # Committed meanwhile by nobody else: it is read as it was when the export began.
        assert [first.gross_minor, *(row.gross_minor for row in takings.rows)] == [*range(1000, 1005)]

    assert len([statement for statement in statements.captured_queries if "ledger_journal" in statement["sql"]]) == 2


@pytest.mark.parametrize("days", [-1, 92, 400])
def test_a_period_has_an_end(shop: Shop, now: datetime, days: int) -> None:
    first = day_of(shop, now)

    with (
        pytest.raises(PeriodTooLong),
        reading_takings(merchant_id=shop.merchant.id, first=first, last=first + days * DAY),
    ):
        pytest.fail("it was read")
    with pytest.raises(CommandError):
        exported(shop, first, first + days * DAY, "csv")
