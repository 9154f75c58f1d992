"""Amounts as people read them; exports use `str(money)`, which has a dot and no separators."""

import re
from decimal import Decimal

from apps.kernel.currencies import minor_unit_digits
from apps.kernel.money import Money

_TYPED = re.compile(r"(\d{1,12})(?:[.,](\d{1,3}))?", re.ASCII)
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
    """Return ``1234.50``, for fields and for programs: a dot, no separators, no currency."""
    digits = minor_unit_digits(money.currency)
    return f"{Decimal(money.amount).scaleb(-digits):.{digits}f}"


def typed_amount(text: str, currency: str) -> Money:
    """Return what somebody typed: 12, 12.5, 12,50 or 1’234.50. Raises ValueError for anything else, and for nothing."""
    digits = minor_unit_digits(currency)
    typed = _TYPED.fullmatch("".join(text.split()).replace("'", "").replace(_APOSTROPHE, ""))
    if typed is None or len(typed[2] or "") > digits:
        raise ValueError("not an amount")
    amount = int(typed[1]) * 10**digits + int((typed[2] or "").ljust(digits, "0") or 0)
    if not amount:
        raise ValueError("nothing is no amount")
    return Money(amount, currency)
