"""Readers for single values: each returns the value, or raises InvalidValue with a stable code."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Final, TypeVar

from apps.kernel.currencies import MINOR_UNIT_DIGITS
from apps.rest.errors import FieldProblem

Choice = TypeVar("Choice", bound=StrEnum)

MAXIMUM_AMOUNT: Final = 100_000_000
_REFERENCE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_QUANTITY: Final = re.compile(r"(?:0|[1-9][0-9]{0,6})(?:\.[0-9]{1,3})?")
_MOMENT: Final = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,6})?(?:Z|[+-][0-9]{2}:[0-9]{2})"
)
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# Zero-width joiner and non-joiner: Persian and many emoji cannot be written without them.
_JOINERS: Final = frozenset("\u200c\u200d")
# Control, surrogate, format (bidi overrides, zero width), line and paragraph separator.
_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cs", "Cf", "Zl", "Zp"})


class InvalidValue(Exception):
    """A reader says no; becomes an entry of ``errors[]``, or several for a list or an object."""

    def __init__(self, detail: str, *, code: str = "invalid_field", problems: Sequence[FieldProblem] = ()) -> None:
        """`problems` are those of the parts inside, with pointers relative to this value."""
        super().__init__(detail)
        self.detail = detail
        self.code = code
        self.problems = tuple(problems)

    def below(self, place: str) -> list[FieldProblem]:
        """Return the entries as seen from the object or list that holds this value at `place`."""
        if not self.problems:
            return [FieldProblem(place, self.code, self.detail)]
        return [FieldProblem(place + inner.where, inner.code, inner.detail) for inner in self.problems]


def amount(value: object) -> int:
    """Return an amount to pay in minor units, 1 to 100,000,000."""
    # bool is an int in Python, and 100.0 and "100" are what lenient parsers take.
    if type(value) is not int or value < 1:
        raise InvalidValue("must be a whole number of minor units, at least 1", code="invalid_amount")
    if value > MAXIMUM_AMOUNT:
        raise InvalidValue(f"must be at most {MAXIMUM_AMOUNT}", code="amount_too_large")
    return value


def signed_amount(value: object) -> int:
    """Return an amount in minor units that may be zero or negative, as a discount or a deposit is."""
    if type(value) is not int:
        raise InvalidValue("must be a whole number of minor units", code="invalid_amount")
    if abs(value) > MAXIMUM_AMOUNT:
        raise InvalidValue(f"must be between -{MAXIMUM_AMOUNT} and {MAXIMUM_AMOUNT}", code="amount_too_large")
    return value


def non_negative_amount(value: object) -> int:
    """Return an amount in minor units that may be zero, as a tip or a day's sum is."""
    if signed_amount(value) < 0:
        raise InvalidValue("must not be negative", code="invalid_amount")
    return signed_amount(value)


def currency(value: object) -> str:
    """Return a currency that the platform counts in; whether the merchant takes it is not asked here."""
    if not isinstance(value, str) or value not in MINOR_UNIT_DIGITS:
        raise InvalidValue("must be an ISO 4217 code in capitals that is supported", code="invalid_currency")
    return value


def reference(value: object) -> str:
    """Return a receipt number: 1 to 64 of letters, digits, underscore and hyphen, ASCII only."""
    if not isinstance(value, str) or not _REFERENCE.fullmatch(value):
        raise InvalidValue("must be 1 to 64 of A-Z, a-z, 0-9, _ and -")
    return value


def boolean(value: object) -> bool:
    """Return true or false; 0, 1 and "true" are neither."""
    if not isinstance(value, bool):
        raise InvalidValue("must be true or false")
    return value


def whole_number(*, minimum: int, maximum: int) -> Callable[[object], int]:
    """Return a reader for an integer that is no amount, both ends included."""

    def read(value: object) -> int:
        if type(value) is not int or not minimum <= value <= maximum:
            raise InvalidValue(f"must be a whole number from {minimum} to {maximum}")
        return value

    return read


def text(*, maximum: int) -> Callable[[object], str]:
    """Return a reader for text that people read: not blank, NFC, at most so many code points, no controls."""

    def read(value: object) -> str:
        # Longer before than after normalising is common, four times as long is not; bounds the work.
        if not isinstance(value, str) or len(value) > 4 * maximum:
            raise InvalidValue(f"must be text of at most {maximum} characters")
        normal = unicodedata.normalize("NFC", value)
        if len(normal) > maximum:
            raise InvalidValue(f"must be text of at most {maximum} characters")
        if not normal.strip():
            raise InvalidValue("must not be blank")
        if any(unicodedata.category(sign) in _REFUSED_CATEGORIES and sign not in _JOINERS for sign in normal):
            raise InvalidValue("must not contain control or invisible characters")
        return normal

    return read


def one_of(choices: Iterable[str]) -> Callable[[object], str]:
    """Return a reader for one of a few words."""
    words = tuple(choices)

    def read(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            raise InvalidValue(f"must be one of {', '.join(words)}")
        return value

    return read


def member_of(enumeration: type[Choice]) -> Callable[[object], Choice]:
    """Return a reader for a member of an enumeration of words."""
    read_word = one_of(member.value for member in enumeration)
    return lambda value: enumeration(read_word(value))


def quantity(value: object) -> Decimal:
    """Return how many or how much, from a decimal string above zero such as "1.250"; never from a number."""
    if not isinstance(value, str) or not _QUANTITY.fullmatch(value) or not Decimal(value):
        raise InvalidValue('must be a decimal string above zero with at most three decimals, such as "1.250"')
    return Decimal(value)


def moment(value: object) -> datetime:
    """Return an RFC 3339 time with its offset, as UTC; the year may be absurd, but must exist in UTC."""
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            return datetime.fromisoformat(value).astimezone(UTC)
        except (ValueError, OverflowError):
            pass
    raise InvalidValue("must be an RFC 3339 time with an offset, such as 2026-11-23T16:05:12Z")


def calendar_day(value: object) -> date:
    """Return a day such as a merchant's business date."""
    if isinstance(value, str) and _DAY.fullmatch(value):
        try:
            return date.fromisoformat(value)
        except ValueError:
            pass
    raise InvalidValue("must be a day such as 2026-11-23")
