"""Values in addresses."""

from datetime import date

import pytest

from apps.rest.errors import InvalidFields
from apps.rest.parameters import optional_parameter, required_parameter, seconds
from apps.rest.values import calendar_day, reference


def test_reads_with_the_readers_of_values() -> None:
    parameters = {"reference": "R1", "date": "2026-11-23"}

    assert required_parameter(parameters, "reference", reference) == "R1"
    assert optional_parameter(parameters, "date", calendar_day) == date(2026, 11, 23)
    assert optional_parameter({}, "date", calendar_day) is None


@pytest.mark.parametrize("parameters", [{}, {"reference": ""}, {"reference": "a b"}])
def test_a_mistake_names_the_parameter(parameters: dict[str, str]) -> None:
    with pytest.raises(InvalidFields) as caught:
        required_parameter(parameters, "reference", reference)

    (problem,) = caught.value.problems
    assert problem.as_member() == {"parameter": "reference", "code": "invalid_field", "detail": problem.detail}


@pytest.mark.parametrize(("text", "expected"), [("0", 0), ("5", 5), ("30", 30), ("31", 30), ("999999999", 30)])
def test_waits_no_longer_than_the_maximum(text: str, expected: int) -> None:
    assert required_parameter({"wait": text}, "wait", seconds(maximum=30)) == expected


@pytest.mark.parametrize("text", ["", "-1", "1.5", "+1", " 1", "1_0", "１", "x", "9" * 5000])
def test_seconds_are_a_plain_number(text: str) -> None:
    with pytest.raises(InvalidFields):
        required_parameter({"wait": text}, "wait", seconds(maximum=30))
