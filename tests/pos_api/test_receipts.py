"""Receipts as they leave the printer."""

from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.money import Money
from apps.pos_api.receipts import (
    WIDTH,
    Slip,
    SoldLine,
    customer_receipt,
    declined_slip,
    included_vat,
    merchant_receipt,
    reservation_slip,
    vat_by_rate,
)

SLIP = Slip(
    legal_name="Bergfrisch Genossenschaft",
    vat_number="CHE-000.000.000 MWST",
    store=("Zürich Limmatplatz", "Limmatstrasse 1", "8005 Zürich"),
    till="Kasse 1",
    cashier="0042",
    reference="2031-0007",
    payment="pay_01m84j1fzxe4n81z9c3erjb02x",
    instrument="Bank ...7301",
    at=datetime(2026, 11, 23, 17, 5, tzinfo=ZoneInfo("Europe/Zurich")),
    amount=Money(124450, "CHF"),
    tip=Money(200, "CHF"),
    captured=Money(124450, "CHF"),
    refunded=Money(0, "CHF"),
    lines=(
        SoldLine("Äpfel", "1.250", 500, 260),
        SoldLine("Pfand", "1", -50, 0),
        SoldLine("Ein sehr guter Wein aus der Bündner Herrschaft, Jahrgang 2019", "2", 123800, 810),
    ),
    is_training=False,
)


def test_a_receipt_for_the_customer() -> None:
    assert "\n".join(customer_receipt(SLIP, "de")).replace("\u00a0", "~") == (
        "Bergfrisch Genossenschaft\n"
        "Zürich Limmatplatz\n"
        "Limmatstrasse 1\n"
        "8005 Zürich\n"
        "MWST-Nr.              CHE-000.000.000 MWST\n"
        "------------------------------------------\n"
        "Kundenbeleg               23.11.2026 17:05\n"
        "Kasse                              Kasse 1\n"
        "Bedient von                           0042\n"
        "Beleg-Nr.                        2031-0007\n"
        "------------------------------------------\n"
        "1.250 Äpfel                           5.00\n"
        "1 Pfand                              -0.50\n"
        "2 Ein sehr guter Wein aus der     1’238.00\n"
        "Bündner Herrschaft, Jahrgang 2019\n"
        "Trinkgeld                             2.00\n"
        "------------------------------------------\n"
        "Total                         CHF~1’244.50\n"
        "MWST 0.0% in -0.50                    0.00\n"
        "MWST 2.6% in 5.00                     0.13\n"
        "MWST 8.1% in 1’238.00                92.76\n"
        "------------------------------------------\n"
        "Bezahlt                       CHF~1’244.50\n"
        "Bank ...7301\n"
        "pay_01m84j1fzxe4n81z9c3erjb02x"
    )


def test_the_merchants_copy_differs_in_its_title_only() -> None:
    assert merchant_receipt(SLIP, "fr") != customer_receipt(SLIP, "fr")
    assert [line.replace("commerçant", "client    ") for line in merchant_receipt(SLIP, "fr")] == customer_receipt(
        SLIP, "fr"
    )


def test_a_reservation_says_that_it_is_no_receipt() -> None:
    assert reservation_slip(SLIP, "en")[-5:] == [
        "Reserved                      CHF\u00a01’244.50",
        "Not paid yet. This is no proof of",
        "purchase.",
        "Bank ...7301",
        "pay_01m84j1fzxe4n81z9c3erjb02x",
    ]


def test_a_no_to_take_along() -> None:
    assert declined_slip(SLIP, "Il pagamento è stato rifiutato. Paghi in un altro modo.", "it")[6:] == [
        "Non pagato                23.11.2026 17:05",
        "Cassa                              Kasse 1",
        "Servito da                            0042",
        "N. scontrino                     2031-0007",
        "------------------------------------------",
        "Il pagamento è stato rifiutato. Paghi in",
        "un altro modo.",
        "Non è stato addebitato nulla.",
        "Bank ...7301",
        "pay_01m84j1fzxe4n81z9c3erjb02x",
    ]


def test_a_training_says_so() -> None:
    training = replace(SLIP, is_training=True)

    assert "*** ÜBUNG: KEINE ZAHLUNG ***" in customer_receipt(training, "de")
    assert "*** EXERCICE: AUCUN PAIEMENT ***" in reservation_slip(training, "fr")


def test_where_less_was_taken_than_sold_no_tax_is_named() -> None:
    printed = customer_receipt(replace(SLIP, captured=Money(100000, "CHF")), "de")

    assert not any(line.startswith("MWST ") for line in printed)
    assert "Bezahlt                       CHF\u00a01’000.00" in printed


def test_what_went_back_is_on_the_receipt() -> None:
    printed = customer_receipt(replace(SLIP, refunded=Money(500, "CHF")), "de")

    assert printed[-3:-2] == ["Rückerstattet                     CHF\u00a05.00"]


def test_what_is_not_known_leaves_no_gap() -> None:
    bare = replace(
        SLIP, vat_number="", store=("Bahnhof", "", ""), cashier="", instrument="", lines=(), tip=SLIP.refunded
    )

    printed = customer_receipt(bare, "de")

    assert "" not in printed
    assert len(printed) == 11


def test_tax_is_rounded_half_up_once_per_rate() -> None:
    # Each of three lines would give 0.075 and round to 0.08; together they give 0.22 and not 0.24.
    lines = [SoldLine("a", "1", 100, 810)] * 3

    assert vat_by_rate(lines) == [(810, 300, 22)]
    assert (included_vat(10081, 81), included_vat(-10081, 81)) == (81, -81)
    # 0.5 exactly: 1 unit of tax in 2 at 100 %, so 1 of it gives a half.
    assert (included_vat(1, 10_000), included_vat(-1, 10_000)) == (1, -1)


@given(gross=st.integers(-(10**11), 10**11), rate=st.integers(0, 10_000))
def test_the_tax_lies_within_the_amount(gross: int, rate: int) -> None:
    tax = included_vat(gross, rate)

    assert 2 * abs(tax * (10_000 + rate) - gross * rate) <= 10_000 + rate
    assert abs(tax) <= abs(gross)


@given(
    name=st.text(min_size=1, max_size=140),
    till=st.text(min_size=1, max_size=40),
    cashier=st.text(max_size=64),
    reference=st.from_regex(r"[A-Za-z0-9_-]{1,64}", fullmatch=True),
    line=st.text(min_size=1, max_size=120),
    amount=st.integers(1, 10**8),
)
def test_nothing_is_wider_than_the_paper_or_commands_the_printer(
    name: str, till: str, cashier: str, reference: str, line: str, amount: int
) -> None:
    wide = replace(
        SLIP,
        legal_name=name,
        till=till,
        cashier=cashier,
        reference=reference,
        amount=Money(amount, "CHF"),
        captured=Money(amount, "CHF"),
        lines=[SoldLine(line, "1234567.125", amount, 1235)],
    )

    for language in ("de", "fr", "it", "en"):
        for printed in (customer_receipt(wide, language), reservation_slip(wide, language)):
            assert all(len(part) <= WIDTH and part.replace("\u00a0", " ").isprintable() for part in printed)


@pytest.mark.parametrize("currency", ["JPY", "BHD"])
def test_counts_in_the_minor_units_of_the_currency(currency: str) -> None:
    amount = Money(1234567, currency)
    foreign = replace(
        SLIP, amount=amount, captured=amount, tip=Money(0, currency), refunded=Money(0, currency), lines=()
    )

    expected = {"JPY": "JPY\u00a01’234’567", "BHD": "BHD\u00a01’234.567"}[currency]
    assert any(line.endswith(expected) for line in customer_receipt(foreign, "en"))
