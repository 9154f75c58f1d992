"""What people read is exact, what leads away is refused, and what a spreadsheet opens calculates nothing."""

from datetime import UTC, datetime, timedelta

import pytest

from apps.kernel.money import Money
from apps.pages.addresses import safe_next
from apps.pages.moments import distance_text, duration_text, moment_text
from apps.pages.money import amount_text, plain_amount, typed_amount
from apps.pages.sheets import csv_lines, safe_cell
from apps.pages.states import LOOKS, look_of
from apps.transactions.states import Status

NOW = datetime(2026, 11, 23, 15, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("money", "text"),
    [
        (Money(123450, "CHF"), "CHF\u00a01’234.50"),
        (Money(0, "CHF"), "CHF\u00a00.00"),
        (Money(-5, "EUR"), "EUR\u00a0−0.05"),
        (Money(1234567, "JPY"), "JPY\u00a01’234’567"),
        (Money(1234567, "BHD"), "BHD\u00a01’234.567"),
        (Money(100_000_000_00, "CHF"), "CHF\u00a0100’000’000.00"),
    ],
)
def test_amounts(money: Money, text: str) -> None:
    assert amount_text(money) == text


def test_moments_are_in_zurich() -> None:
    assert moment_text(NOW) == "23.11.2026, 16:05"


@pytest.mark.parametrize(
    ("offset", "language", "text"),
    [
        (timedelta(seconds=-59), "de", "vor 59\u00a0s"),
        (timedelta(minutes=-61), "en", "1\u00a0h ago"),
        (timedelta(days=-2), "fr", "il y a 2\u00a0j"),
        (timedelta(seconds=40), "de", "in 40\u00a0s"),
    ],
)
def test_distances(offset: timedelta, language: str, text: str) -> None:
    assert distance_text(NOW + offset, now=NOW, language=language) == text


def test_a_duration_is_never_negative() -> None:
    assert duration_text(timedelta(seconds=-5), "de") == "0\u00a0s"


@pytest.mark.parametrize("wanted", ["/staff/", "/staff/payments/pay_1", "/staff/audit?subject=pay_1&size=20"])
def test_our_own_addresses_are_kept(wanted: str) -> None:
    assert safe_next(wanted, within="/staff/") == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        *("", "//evil.example", "///evil.example", "https:evil", "https://evil.example/staff/", "\\evil", "/\\evil"),
        *("javascript:alert(1)", "/wallet/", "/staff/../wallet/", "/staff/\n", "/staff/x#y", " /staff/", "/staffx"),
        "/staff/" + "x" * 300,
    ],
    ids=range(15),
)
def test_any_other_leads_to_the_first_page(wanted: str) -> None:
    assert safe_next(wanted, within="/staff/") == "/staff/"


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\t=1", "\r=1", " =1", "\u00a0=1", "＝1", "\n"])
def test_no_cell_is_a_formula(cell: str) -> None:
    assert safe_cell(cell) == f"'{cell}"


def test_a_sheet_quotes_what_it_holds() -> None:
    assert list(csv_lines(("a",), [('say "hi"\nthere',), ("x\0y",)])) == [
        '"a"\r\n',
        '"say ""hi""\nthere"\r\n',
        '"xy"\r\n',
    ]


def test_every_state_of_a_payment_has_a_word_in_both_languages() -> None:
    for status in Status:
        assert status in LOOKS
        assert look_of(status).word("de")
        assert all(look_of(status).word(language) for language in ("fr", "it", "en"))


def test_a_state_that_is_not_known_is_shown_as_it_is() -> None:
    assert look_of("novel").word("en") == "novel"


@pytest.mark.parametrize(
    ("text", "minor"),
    [("12", 1200), ("12.5", 1250), ("12,50", 1250), (" 1\u2019234.50 ", 123450), ("1'234", 123400), ("0.05", 5)],
)
def test_an_amount_is_read_as_people_type_it(text: str, minor: int) -> None:
    assert typed_amount(text, "CHF") == Money(minor, "CHF")
    assert typed_amount(plain_amount(Money(minor, "CHF")), "CHF") == Money(minor, "CHF")


@pytest.mark.parametrize("text", ["", "0", "0.00", "-1", "+1", "1.005", "1.", ".5", "1e3", "1.2.3", "\u0661", "CHF 1"])
def test_what_is_no_amount_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match="amount"):
        typed_amount(text, "CHF")
