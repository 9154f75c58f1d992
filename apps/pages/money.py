"""Amounts as people read them; exports use `str(money)`, which has a dot and no separators."""

from decimal import Decimal

from apps.kernel.currencies import minor_unit_digits
from apps.kernel.money import Money

_NO_BREAK = "\u00a0"
_APOSTROPHE = "\u2019"
_MINUS = "\u2212"


def amount_text(money: Money) -> str:
    """Return ``CHF 1’234.50``; the same in the four languages, as banks in Switzerland write it in all of them."""
    digits = minor_unit_digits(money.currency)
    number = f"{Decimal(abs(money.amount)).scaleb(-digits):,.{digits}f}".replace(",", _APOSTROPHE)
    sign = _MINUS if money.amount < 0 else ""
    return f"{money.currency}{_NO_BREAK}{sign}{number}"


def plain_amount(money: Money) -> str:
    """Return ``1234.50``, for programs: a dot, no separators, no currency."""
    digits = minor_unit_digits(money.currency)
    return f"{Decimal(money.amount).scaleb(-digits):.{digits}f}"
