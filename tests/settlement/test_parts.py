"""What an amount is made of adds up to it, whatever was sold."""

from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.vat import VatOfRate
from apps.settlement.exports.csv_file import safe_text
from apps.settlement.exports.parts import Parts, Sold, parts_of

WINE = {"name": "Wein", "quantity": "1", "amount": 810, "vat_rate_basis_points": 810}
APPLES = {"name": "Äpfel", "quantity": "1", "amount": 500, "vat_rate_basis_points": 260}
RATES = st.sampled_from([0, 260, 380, 810])


def test_a_whole_sale_has_its_tip_and_its_rates() -> None:
    whole = Sold(1510, 200, [WINE, APPLES])

    assert parts_of(1510, whole) == Parts(200, (VatOfRate(260, 500, 13), VatOfRate(810, 810, 61)), 0)


def test_a_whole_sale_given_back_has_the_same_with_the_other_sign() -> None:
    whole = Sold(1510, 200, [WINE, APPLES])

    assert parts_of(-1510, whole) == Parts(-200, (VatOfRate(260, -500, -13), VatOfRate(810, -810, -61)), 0)


def test_of_a_part_nobody_says_what_it_was() -> None:
    assert parts_of(700, Sold(1510, 200, [WINE, APPLES])) == Parts(0, (), 700)


def test_a_sale_without_lines_has_its_tip_at_least() -> None:
    assert parts_of(1510, Sold(1510, 200, [])) == Parts(200, (), 1310)


@given(
    lines=st.lists(st.tuples(RATES, st.integers(-5000, 50_000)), max_size=6),
    tip=st.integers(0, 500),
    share=st.sampled_from([1, -1, 0.5]),
)
def test_the_parts_add_up(lines: list[tuple[int, int]], tip: int, share: float) -> None:
    total = sum(amount for _, amount in lines) + tip
    sold = Sold(total, tip, [{"vat_rate_basis_points": rate, "amount": amount} for rate, amount in lines])
    amount = int(total * share)

    parts = parts_of(amount, sold)

    assert parts.tip_minor + sum(rate.gross_minor for rate in parts.rates) + parts.without_rate_minor == amount


def test_no_spreadsheet_calculates_what_a_till_wrote() -> None:
    for formula in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "＝1"):
        assert safe_text(formula) == f"'{formula}"
    for text in ("R-1", "0042", "", "Kasse 1", "a=b"):
        assert safe_text(text) == text
