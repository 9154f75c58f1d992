"""Amounts, rates and times as people in Switzerland read them, the same in all four languages."""

from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from apps.kernel.currencies import minor_unit_digits

# Where the shops are.
_ZONE: Final = ZoneInfo("Europe/Zurich")
_NO_BREAK: Final = "\u00a0"
_THOUSANDS: Final = "\u2019"


def money_text(minor: int, currency: str) -> str:
    """Return an amount with its currency: CHF 1’234.50."""
    return f"{currency}{_NO_BREAK}{figure(minor, currency)}"


def figure(minor: int, currency: str) -> str:
    """Return the bare amount: 1’234.50."""
    digits = minor_unit_digits(currency)
    return f"{Decimal(minor).scaleb(-digits):,.{digits}f}".replace(",", _THOUSANDS)


def rate_text(basis_points: int) -> str:
    """Return a rate: 8.1 %."""
    return f"{Decimal(basis_points) / 100:f}{_NO_BREAK}%"


def quantity_text(quantity: str) -> str:
    """Return how many, without zeros that say nothing: 1.25."""
    return quantity.rstrip("0").rstrip(".") if "." in quantity else quantity


def time_text(rfc3339: str) -> str:
    """Return a time of a document as a clock on the wall showed it: 23.11.2026, 17:05."""
    return f"{datetime.fromisoformat(rfc3339).astimezone(_ZONE):%d.%m.%Y, %H:%M}"
