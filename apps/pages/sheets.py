"""Rows for spreadsheets: RFC 4180 in UTF-8, and no cell that a program takes for a formula."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Final

# What programs begin a formula with, also behind blanks and control characters, and in its full-width form.
_FORMULAS: Final = "=+-@＝＋－＠"


def safe_cell(value: str) -> str:
    """Return the text, with an apostrophe before it where a program would calculate."""
    first = value.lstrip("".join(map(chr, range(33))) + "\u00a0")[:1]
    is_dangerous = (first and first in _FORMULAS) or value[:1] in ("\t", "\r", "\n")
    return f"'{value}" if is_dangerous else value


def csv_lines(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """Yield the sheet line by line."""
    for row in _with_head(head, rows):
        line = io.StringIO()
        csv.writer(line, quoting=csv.QUOTE_ALL).writerow([safe_cell(cell.replace("\0", "")) for cell in row])
        yield line.getvalue()


def _with_head(head: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[Sequence[str]]:
    yield head
    yield from rows
