"""What an address asks of a list: its filters, the columns, and where the page begins. Anything else is refused."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final
from urllib.parse import urlencode
from uuid import UUID

from apps.kernel.ids import from_public_id
from apps.pages.moments import ZURICH
from apps.staff_portal.gate import NotUnderstood

LONGEST: Final = 100
MOST_MINOR: Final = 10**14
_CONTROL: Final = frozenset({"before", "after", "columns", "done"})


@dataclass(frozen=True, slots=True)
class Asked:
    """The fields of an address that were filled in."""

    prefix: str
    filters: Mapping[str, str]
    columns: tuple[str, ...]
    before: UUID | None
    after: UUID | None

    def query(self, *, without: str = "", **more: str) -> str:
        """Return what stands behind the question mark: the filters but one, the columns, and whatever more."""
        kept = {name: value for name, value in self.filters.items() if name != without}
        if self.columns:
            kept["columns"] = ",".join(self.columns)
        return urlencode(kept | more)


def asked(fields: Mapping[str, str], *, prefix: str, filters: tuple[str, ...], columns: tuple[str, ...]) -> Asked:
    """Return what is asked. Raises NotUnderstood for a field or a column that the list does not have."""
    if not fields.keys() <= _CONTROL | set(filters):
        raise NotUnderstood
    given = {name: text for name in filters if (text := fields.get(name, "").strip())}
    shown = tuple(name for name in fields.get("columns", "").split(",") if name)
    if any(len(text) > LONGEST for text in given.values()) or not set(shown) <= set(columns):
        raise NotUnderstood
    before, after = _row(prefix, fields.get("before", "")), _row(prefix, fields.get("after", ""))
    if before and after:
        raise NotUnderstood
    return Asked(prefix, given, tuple(name for name in columns if name in shown), before, after)


def _row(prefix: str, text: str) -> UUID | None:
    try:
        return from_public_id(prefix, text) if text else None
    except ValueError:
        raise NotUnderstood from None


def day_begins(text: str) -> datetime | None:
    """Return when 2026-11-23 or 23.11.2026 begins in the shops; None for an empty text. Raises NotUnderstood."""
    if not text:
        return None
    for form in ("%Y-%m-%d", "%d.%m.%Y"):
        try:
            day = datetime.strptime(text, form).replace(tzinfo=ZURICH)
        except ValueError:
            continue
        if 2000 <= day.year <= 2999:
            return day
    raise NotUnderstood


def day_ends(text: str) -> datetime | None:
    """Return when the day after it begins; None for an empty text. Raises NotUnderstood."""
    day = day_begins(text)
    return None if day is None else day + timedelta(days=1)


def minor_of(text: str) -> int | None:
    """Return hundredths of what was typed, such as 42.50; None for an empty text. Raises NotUnderstood."""
    if not text:
        return None
    try:
        hundredths = Decimal(text.replace("'", "").replace("\u2019", "")) * 100
    except InvalidOperation:
        raise NotUnderstood from None
    if not hundredths.is_finite() or not 0 <= hundredths <= MOST_MINOR or hundredths != int(hundredths):
        raise NotUnderstood
    return int(hundredths)


def among(text: str, choices: list[str]) -> str:
    """Return a choice that the list offers, or nothing. Raises NotUnderstood."""
    if text and text not in choices:
        raise NotUnderstood
    return text
