"""Takings as CSV (RFC 4180, UTF-8): amounts with a dot and no separators, times in UTC with offset."""

import csv
from collections.abc import Callable, Iterator
from datetime import UTC, date
from decimal import Decimal
from typing import Final

from apps.kernel.currencies import minor_unit_digits
from apps.settlement.exports.takings import Taking, Takings

_BEFORE: Final = ("business_date", "time", "store", "till", "cashier", "reference", "payment", "refund", "kind")
_SUMS: Final = ("currency", "gross", "tip")
_AFTER: Final = ("gross_without_rate", "batch", "batch_date", "batch_number")
# What a spreadsheet takes for the beginning of a formula.
_FORMULA: Final = tuple("=+-@\t\r\n＝＋－＠")


class _Pen:
    """What csv writes to: hands every line on."""

    def __init__(self, write: Callable[[str], object]) -> None:
        self.write = write


def write_csv(takings: Takings, write: Callable[[str], object]) -> None:
    """Write the heading and one line per taking, each by one call."""
    writer = csv.writer(_Pen(write))
    per_rate = [f"{name}_{_rate(rate)}" for rate in takings.rates for name in ("net", "vat", "gross")]
    writer.writerow([*_BEFORE, *_SUMS, *per_rate, *_AFTER])
    for taking in takings.rows:
        writer.writerow([*_cells(taking), *_per_rate(taking, takings.rates), *_end(taking)])


def safe_text(text: str) -> str:
    """Return text that no spreadsheet calculates: what looks like a formula gets an apostrophe in front."""
    return f"'{text}" if text.startswith(_FORMULA) or text.lstrip().startswith(_FORMULA) else text


def _cells(taking: Taking) -> Iterator[str]:
    yield taking.business_date.isoformat()
    yield taking.at.astimezone(UTC).isoformat(timespec="seconds")
    for text in (taking.store, taking.till, taking.cashier, taking.reference):
        yield safe_text(text)
    yield from (taking.payment, taking.refund, taking.kind.value, taking.currency)
    yield _amount(taking.gross_minor, taking.currency)
    yield _amount(taking.parts.tip_minor, taking.currency)


def _per_rate(taking: Taking, rates: tuple[int, ...]) -> Iterator[str]:
    of = {part.rate_basis_points: part for part in taking.parts.rates}
    for rate in rates:
        gross, vat = (of[rate].gross_minor, of[rate].vat_minor) if rate in of else (0, 0)
        for minor in (gross - vat, vat, gross):
            yield _amount(minor, taking.currency)


def _end(taking: Taking) -> Iterator[str]:
    yield _amount(taking.parts.without_rate_minor, taking.currency)
    yield from (taking.batch, _day(taking.batch_date), str(taking.batch_number or ""))


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""


def _rate(basis_points: int) -> str:
    """Return 8.10 for 810."""
    return f"{Decimal(basis_points).scaleb(-2):.2f}"


def _amount(minor: int, currency: str) -> str:
    digits = minor_unit_digits(currency)
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"
