import pytest

from apps.confirmations.receipts import vat_by_rate, vat_within


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
def test_vat_is_what_the_gross_amount_contains(gross: int, rate: int, vat: int) -> None:
    assert vat_within(gross, rate_basis_points=rate) == vat


def test_it_is_rounded_once_per_rate_and_not_per_line() -> None:
    lines = [{"amount": 7, "vat_rate_basis_points": 810}] * 3

    assert vat_by_rate(lines) == [{"rate_basis_points": 810, "gross": 21, "vat": 2}]
