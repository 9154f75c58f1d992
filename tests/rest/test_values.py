"""Single values: what is taken, what is refused, and under which code."""

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.rest.values import (
    InvalidValue,
    amount,
    boolean,
    calendar_day,
    currency,
    moment,
    non_negative_amount,
    one_of,
    quantity,
    reference,
    signed_amount,
    text,
    whole_number,
)


def code_of(read: Callable[[object], object], value: object) -> str:
    with pytest.raises(InvalidValue) as caught:
        read(value)
    return caught.value.code


@pytest.mark.parametrize(
    "value", [0, -1, True, 1.0, 1e999, "100", "１００", "٣", "1_00", " 100 ", "+5", "-0", None, [], {}]
)
def test_an_amount_is_a_positive_integer_and_nothing_like_it(value: object) -> None:
    assert code_of(amount, value) == "invalid_amount"


@pytest.mark.parametrize("value", [100_000_001, 2**31, 2**63, 10**30])
def test_an_amount_ends_at_a_million(value: int) -> None:
    assert code_of(amount, value) == "amount_too_large"
    assert code_of(signed_amount, -value) == "amount_too_large"


def test_the_ends_of_an_amount_are_taken() -> None:
    assert [amount(1), amount(100_000_000), signed_amount(-50), non_negative_amount(0)] == [1, 100_000_000, -50, 0]


@pytest.mark.parametrize("value", ["chf", "CHF ", "XXX", ["CHF"], None, 756, {"a": 1}, "ＣＨＦ"])
def test_a_currency_is_one_that_the_platform_counts_in(value: object) -> None:
    assert currency("CHF") == "CHF"
    assert code_of(currency, value) == "invalid_currency"


@pytest.mark.parametrize(
    "value", ["", "a" * 65, "a\x00", "\ud800", "a\u202eb", "a\u200bb", "a\r\n", "a\n", " a", "é", "a b", 5, None]
)
def test_a_reference_is_plain_ascii(value: object) -> None:
    assert reference("2031-0007_A") == "2031-0007_A"
    assert code_of(reference, value) == "invalid_field"


@pytest.mark.parametrize("value", ["", "   ", "a\x00b", "\ud800", "a\u202eb", "a\u200bb", "a\r\nb", "x" * 65, 5, None])
def test_text_has_no_controls_and_is_not_blank(value: object) -> None:
    assert code_of(text(maximum=64), value) == "invalid_field"


def test_text_is_counted_in_composed_code_points() -> None:
    decomposed = "A\u0308" * 64

    assert text(maximum=64)(decomposed) == "Ä" * 64


@given(st.text())
def test_text_that_was_taken_is_taken_again_unchanged(value: str) -> None:
    read = text(maximum=20)
    try:
        once = read(value)
    except InvalidValue:
        return

    assert read(once) == once
    assert 1 <= len(once) <= 20


@pytest.mark.parametrize(
    "value", [1, 1.25, "0", "0.000", "-1", "1.", ".5", "1e3", "01", "1.2500", "１", "NaN", " 1", True]
)
def test_a_quantity_is_a_decimal_string_above_zero(value: object) -> None:
    assert quantity("1.250") == Decimal("1.250")
    assert code_of(quantity, value) == "invalid_field"


@pytest.mark.parametrize(
    "value", ["1970-13-01T00:00:00Z", "2026-11-23", "2026-11-23T16:05:12", "0001-01-01T00:00:00+14:00", 5]
)
def test_a_moment_names_its_offset(value: object) -> None:
    assert moment("1970-01-01T01:00:00+01:00") == datetime(1970, 1, 1, tzinfo=UTC)
    assert code_of(moment, value) == "invalid_field"


@pytest.mark.parametrize("value", ["2026-02-30", "20261123", "2026-W01-1", 5])
def test_a_day_exists(value: object) -> None:
    assert calendar_day("2026-11-23").isoformat() == "2026-11-23"
    assert code_of(calendar_day, value) == "invalid_field"


@pytest.mark.parametrize("value", [0, 1, "true", None])
def test_a_switch_is_not_guessed(value: object) -> None:
    assert boolean(False) is False
    assert code_of(boolean, value) == "invalid_field"


@pytest.mark.parametrize("value", ["Manual", ["manual"], None])
def test_a_word_is_one_of_the_choices(value: object) -> None:
    assert code_of(one_of(["manual", "automatic"]), value) == "invalid_field"


@pytest.mark.parametrize("value", [14, 901, True, 15.0, "15"])
def test_a_number_is_whole_and_within_its_ends(value: object) -> None:
    read = whole_number(minimum=15, maximum=900)

    assert [read(15), read(900)] == [15, 900]
    assert code_of(read, value) == "invalid_field"
