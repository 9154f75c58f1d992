"""Reads the parameters of an address with the readers of `values.py`; a mistake names the parameter."""

from collections.abc import Callable, Mapping
from typing import TypeVar

from apps.rest.errors import FieldProblem, InvalidFields
from apps.rest.values import InvalidValue

Value = TypeVar("Value")

# Enough for any count of seconds; int() is neither asked for thousands of digits, nor for those of other scripts.
_MAXIMUM_DIGITS = 9


def required_parameter(parameters: Mapping[str, str], name: str, read: Callable[[object], Value]) -> Value:
    """Return the parameter's value; InvalidFields when it is missing or the reader refuses it."""
    if name not in parameters:
        raise _invalid(name, InvalidValue("this parameter is required"))
    try:
        return read(parameters[name])
    except InvalidValue as invalid:
        raise _invalid(name, invalid) from None


def optional_parameter(parameters: Mapping[str, str], name: str, read: Callable[[object], Value]) -> Value | None:
    """Return the parameter's value, None when it is not given; InvalidFields when the reader refuses it."""
    return required_parameter(parameters, name, read) if name in parameters else None


def seconds(*, maximum: int) -> Callable[[object], int]:
    """Return a reader for whole seconds; more than the maximum is taken as the maximum."""

    def read(value: object) -> int:
        if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= _MAXIMUM_DIGITS):
            raise InvalidValue(f"must be a whole number of seconds from 0 to {maximum}")
        return min(int(value), maximum)

    return read


def sequence_number(value: object) -> int:
    """Return the number after which events are wanted, from the text of a parameter."""
    # Eighteen digits: below what the column holds, and nobody asks int() for thousands of them.
    if not (isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18):
        raise InvalidValue("must be a whole number, 0 or more")
    return int(value)


def _invalid(name: str, invalid: InvalidValue) -> InvalidFields:
    return InvalidFields([FieldProblem(name, invalid.code, invalid.detail, source="parameter")])
