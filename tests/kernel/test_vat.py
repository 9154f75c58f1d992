from decimal import ROUND_HALF_UP, Decimal

import pytest

from apps.kernel.vat import VatOfRate, vat_by_rate, vat_within


@pytest.mark.parametrize(
    ("gross", "rate", "vat"),
    [
        (1081, 810, 81),
        (10_000, 810, 749),
        (500, 260, 13),
        (0, 810, 0),
        (-1081, 810, -81),
        (100, 0, 0),
        (1, 810, 0),
        (21, 5000, 7),
        (3, 2000, 1),
        (-3, 2000, -1),
    ],
)
def test_it_is_what_the_gross_amount_contains(gross: int, rate: int, vat: int) -> None:
    assert vat_within(gross, rate_basis_points=rate) == vat


@pytest.mark.parametrize("rate", [0, 260, 380, 810, 1900])
def test_it_is_rounded_half_up_away_from_zero(rate: int) -> None:
    for gross in range(-3000, 3000, 7):
        exact = Decimal(gross) * rate / (10_000 + rate)

        assert vat_within(gross, rate_basis_points=rate) == exact.quantize(Decimal(1), ROUND_HALF_UP)


def test_it_is_rounded_once_per_rate_and_not_per_line() -> None:
    assert vat_by_rate([(810, 7)] * 3) == [VatOfRate(810, 21, 2)]


def test_rates_come_lowest_first_and_a_return_takes_off_its_own() -> None:
    sold = [(810, 3800), (0, -50), (260, 500), (810, -1081)]

    assert vat_by_rate(sold) == [VatOfRate(0, -50, 0), VatOfRate(260, 500, 13), VatOfRate(810, 2719, 204)]


def test_nothing_sold_has_no_rates() -> None:
    assert vat_by_rate([]) == []
