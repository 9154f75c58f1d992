"""Documents: all mistakes at once, each with its place."""

import pytest

from apps.rest.errors import InvalidFields
from apps.rest.fields import MAXIMUM_PROBLEMS, Fields
from apps.rest.lines import LinesMismatch, check_lines, lines
from apps.rest.values import InvalidValue, amount, boolean, currency

APPLES = {"name": "Äpfel", "quantity": "1.250", "amount": 500, "vat_rate_basis_points": 260}
DEPOSIT = {"name": "Pfand", "quantity": "1", "amount": -50, "vat_rate_basis_points": 0}


def read_sale(document: dict[str, object]) -> None:
    with Fields(document) as fields:
        fields.required("amount", amount)
        fields.required("currency", currency)
        fields.optional("final", boolean, default=True)
        fields.optional("lines", lines)


def problems_of(document: dict[str, object]) -> list[tuple[str, str]]:
    with pytest.raises(InvalidFields) as caught:
        read_sale(document)
    return [(problem.where, problem.code) for problem in caught.value.problems]


def test_tells_every_mistake_with_its_place() -> None:
    document = {"amount": "5", "final": 1, "merchant/~": "mer_1"}

    assert problems_of(document) == [
        ("/amount", "invalid_amount"),
        ("/currency", "invalid_currency"),
        ("/final", "invalid_field"),
        ("/merchant~1~0", "unknown_field"),
    ]


def test_finds_the_mistakes_within_lines() -> None:
    wrong = [APPLES, DEPOSIT | {"quantity": 1, "colour": "red"}, "Wein"]

    assert problems_of({"amount": 1, "currency": "CHF", "lines": wrong}) == [
        ("/lines/1/quantity", "invalid_field"),
        ("/lines/1/colour", "unknown_field"),
        ("/lines/2", "invalid_field"),
    ]


def test_null_is_not_the_same_as_absent() -> None:
    assert problems_of({"amount": 1, "currency": "CHF", "final": None}) == [("/final", "invalid_field")]


def test_names_a_bounded_number_of_mistakes() -> None:
    document: dict[str, object] = {f"{'x' * 1000}{number}": 1 for number in range(1000)}

    found = problems_of(document)

    assert len(found) == MAXIMUM_PROBLEMS
    assert max(len(where) for where, _ in found) <= 65


def test_the_mistake_wins_over_what_the_block_made_of_it() -> None:
    with pytest.raises(InvalidFields, match="minor units"), Fields({"amount": "5"}) as fields:
        fields.required("amount", amount) + 1


def test_a_failure_of_the_block_itself_is_not_hidden() -> None:
    with pytest.raises(ZeroDivisionError), Fields({"amount": 5}) as fields:
        fields.required("amount", amount) // 0


def test_lines_and_tip_make_the_amount_to_the_unit() -> None:
    sold = lines([APPLES, DEPOSIT])

    check_lines(amount_minor=500, tip_minor=50, lines=sold)

    with pytest.raises(LinesMismatch):
        check_lines(amount_minor=501, tip_minor=50, lines=sold)


def test_a_block_that_fails_calls_no_member_unknown() -> None:
    with pytest.raises(InvalidFields) as caught, Fields({"amount": "5", "currency": "CHF"}) as fields:
        # Fails before anybody asks for the currency.
        fields.required("amount", amount) + 1

    assert [problem.where for problem in caught.value.problems] == ["/amount"]


def test_a_line_is_kept_as_it_came() -> None:
    (line,) = lines([APPLES])

    assert line.as_member() == APPLES


def test_takes_a_thousand_lines_and_no_more() -> None:
    assert len(lines([APPLES] * 1000)) == 1000
    with pytest.raises(InvalidValue):
        lines([APPLES] * 1001)
