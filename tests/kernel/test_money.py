import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.money import CurrencyMismatch, Money


def test_counts_whole_minor_units_only() -> None:
    for wrong in (12.95, "1295", True, None):
        with pytest.raises(TypeError):
            Money(wrong, "CHF")  # type: ignore[arg-type]


def test_refuses_a_currency_that_it_does_not_know() -> None:
    for wrong in ("chf", "CHF ", "XXX", ""):
        with pytest.raises(ValueError, match="not supported"):
            Money(1, wrong)


def test_never_mixes_currencies() -> None:
    price = Money(1295, "CHF")

    for operation in (price.__add__, price.__sub__, price.__lt__, price.__le__):
        with pytest.raises(CurrencyMismatch):
            operation(Money(500, "EUR"))


def test_rounds_a_fee_half_up() -> None:
    assert Money(1295, "CHF").fee(basis_points=90) == Money(12, "CHF")
    assert Money(50, "CHF").fee(basis_points=100) == Money(1, "CHF")
    assert Money(49, "CHF").fee(basis_points=100) == Money(0, "CHF")


def test_prints_with_the_places_of_its_currency() -> None:
    assert str(Money(1295, "CHF")) == "CHF 12.95"
    assert str(Money(-5, "CHF")) == "CHF -0.05"
    assert str(Money(1295, "JPY")) == "JPY 1295"
    assert str(Money(1295, "BHD")) == "BHD 1.295"


@given(st.integers(), st.integers())
def test_what_is_added_can_be_taken_away(first: int, second: int) -> None:
    price, extra = Money(first, "CHF"), Money(second, "CHF")

    assert price + extra - extra == price
    assert price + -price == Money(0, "CHF")
