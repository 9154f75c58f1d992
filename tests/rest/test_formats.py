"""Money as people read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.money import Money
from apps.rest.formats import amount_text, money_text


@pytest.mark.parametrize(
    ("minor", "currency", "text"),
    [
        (123450, "CHF", "CHF\u00a01’234.50"),
        (0, "CHF", "CHF\u00a00.00"),
        (5, "EUR", "EUR\u00a00.05"),
        (-50, "CHF", "CHF\u00a0-0.50"),
        (-123456789, "CHF", "CHF\u00a0-1’234’567.89"),
        (1234, "JPY", "JPY\u00a01’234"),
        (1234567, "BHD", "BHD\u00a01’234.567"),
    ],
)
def test_groups_thousands_and_shows_every_minor_unit(minor: int, currency: str, text: str) -> None:
    assert money_text(Money(minor, currency)) == text
    assert f"{currency}\u00a0{amount_text(Money(minor, currency))}" == text


@given(minor=st.integers(), currency=st.sampled_from(["CHF", "JPY", "BHD"]))
def test_loses_nothing(minor: int, currency: str) -> None:
    text = amount_text(Money(minor, currency))

    assert int(text.replace("’", "").replace(".", "")) == minor
