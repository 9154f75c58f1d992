"""Writes money as people in Switzerland read it, whatever their language: ``CHF 1’234.50``."""

from typing import Final

from apps.kernel.currencies import minor_unit_digits
from apps.kernel.money import Money

# U+2019 between the thousands, and a blank at which no line breaks.
_THOUSANDS: Final = "\u2019"
NO_BREAK_SPACE: Final = "\u00a0"


def amount_text(amount: Money) -> str:
    """Return the amount without its currency, as in a column: ``1’234.50``, ``-0.50``."""
    digits = minor_unit_digits(amount.currency)
    sign = "-" if amount.amount < 0 else ""
    units, minor = divmod(abs(amount.amount), 10**digits)
    decimals = f".{minor:0{digits}d}" if digits else ""
    return f"{sign}{units:,}".replace(",", _THOUSANDS) + decimals


def money_text(amount: Money) -> str:
    """Return the amount with its currency: ``CHF 1’234.50``."""
    return f"{amount.currency}{NO_BREAK_SPACE}{amount_text(amount)}"
