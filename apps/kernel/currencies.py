"""The currencies that the platform can count in, with their minor units (ISO 4217, table A.1)."""

from types import MappingProxyType
from typing import Final

MINOR_UNIT_DIGITS: Final = MappingProxyType({"CHF": 2, "EUR": 2, "GBP": 2, "USD": 2, "JPY": 0, "BHD": 3})


def minor_unit_digits(currency: str) -> int:
    """Return how many decimal places the currency has; ValueError for one that is not supported."""
    try:
        return MINOR_UNIT_DIGITS[currency]
    except KeyError:
        raise ValueError(f"currency {currency!r} is not supported") from None
