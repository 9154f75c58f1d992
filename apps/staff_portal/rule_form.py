"""Conditions as rows of a form: each fact with its own fields, in both directions.

What is typed stays text until it is read, so that a form with a mistake comes back as it was sent. A condition that
rows cannot say, because it is nested, is kept as it is.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from apps.fraud.conditions import LONGEST_WORD, MOST_WORDS
from apps.fraud.vocabulary import DAY, HOUR, MEASURES, Shape
from apps.kernel.currencies import MINOR_UNIT_DIGITS, minor_unit_digits
from apps.kernel.ids import from_public_id, public_id
from apps.staff_portal.rule_sentences import MONEY
from apps.staff_portal.words.rule_facts import CHOICE_WORDS
from apps.staff_portal.words.rules import RULES, RuleWords

MOST_ROWS: Final = 15
UNITS: Final = {"minutes": 1, "hours": HOUR, "days": DAY}
# Measures of which every word is known beforehand; of the others people type one word a line.
CHOICES: Final = {
    "weekday": tuple(word for word in CHOICE_WORDS if word.endswith("day")),
    "suspicion": ("second_payment_within_300_seconds",),
}
NONE_OF: Final = "none_of"
_NUMBER: Final = re.compile(r"[0-9]{1,13}", re.ASCII)
_AMOUNT: Final = re.compile(r"[0-9]{1,10}(?:[.,][0-9]{1,3})?", re.ASCII)
_GROUPING: Final = str.maketrans("", "", "'’\u00a0 ")

# Any: a JSON value of a condition, here and below.
Leaf = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Row:
    """A fact, and the texts in its fields by their names."""

    measure: str
    typed: Mapping[str, str] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """Return what is in a field, without blanks around it."""
        return self.typed.get(name, "").strip()


def rows_of(condition: object) -> tuple[str, list[Row]] | None:
    """Return "all" or "any" and the rows that say the same as the condition; None where rows cannot say it."""
    match condition:
        case {"all": [*parts]}:
            joiner = "all"
        case {"any": [*parts]}:
            joiner = "any"
        case _:
            joiner, parts = "all", [condition]
    rows = [_row_of(part) for part in parts]
    kept = [row for row in rows if row is not None]
    return (joiner, kept) if len(kept) == len(rows) <= MOST_ROWS else None


def read_row(row: Row, words: RuleWords) -> tuple[Leaf, dict[str, str]]:
    """Return the part of a condition that the row says, and what is wrong in which of its fields."""
    reader = _Reader(row, words)
    return reader.read(), reader.errors


# Any: a JSON value.
def _row_of(part: Any) -> Row | None:
    match part:
        case {"not": {"measure": _, "one_of": _} as leaf}:
            row = _typed(leaf, {"how": NONE_OF})
        case {"measure": _}:
            row = _typed(part, {})
        case _:
            return None
    if row.measure not in MEASURES:
        return None
    # In any language: only whether the row says the same matters.
    said, errors = read_row(row, RULES["en"])
    return row if not errors and _sorted(said) == _sorted(part) else None


def _sorted(part: Mapping[str, Any]) -> Leaf:
    """Return the part with its words in order, which means the same."""
    if "not" in part:
        return {"not": _sorted(part["not"])}
    return {**part, "one_of": sorted(part["one_of"])} if "one_of" in part else dict(part)


def _typed(leaf: Leaf, typed: dict[str, str]) -> Row:
    name, currency = str(leaf["measure"]), leaf.get("currency", "")
    if "window_minutes" in leaf:
        minutes = leaf["window_minutes"]
        unit = next(unit for unit, size in reversed(UNITS.items()) if minutes % size == 0)
        typed |= {"window": str(minutes // UNITS[unit]), "unit": unit}
    for member, field_name in (("at_least", "least"), ("at_most", "most")):
        if member in leaf:
            typed[field_name] = _amount_text(leaf[member], currency) if name in MONEY else str(leaf[member])
    if "is" in leaf:
        typed["is"] = "yes" if leaf["is"] else "no"
    for member in ("after_payments", "from", "until", "currency"):
        if member in leaf:
            typed[member] = str(leaf[member])
    if "one_of" in leaf and name in CHOICES:
        typed |= {f"word_{word}": "on" for word in leaf["one_of"]}
    elif "one_of" in leaf:
        typed["words"] = "\n".join(_store_text(word) if name == "store" else word for word in leaf["one_of"])
    return Row(name, typed)


def _amount_text(minor: int, currency: str) -> str:
    digits = minor_unit_digits(currency) if currency else 0
    return f"{Decimal(minor).scaleb(-digits):.{digits}f}"


def _store_text(word: str) -> str:
    try:
        return public_id("sto", UUID(word))
    except ValueError:
        return word


class _Reader:
    """Reads one row; what is wrong is noted beside the field and the rest is read all the same."""

    def __init__(self, row: Row, words: RuleWords) -> None:
        self.row, self.words = row, words
        self.errors: dict[str, str] = {}

    def read(self) -> Leaf:
        measure = MEASURES[self.row.measure]
        leaf: Leaf = {"measure": self.row.measure}
        if measure.longest_window:
            leaf["window_minutes"] = self._window(measure.longest_window)
        if measure.has_after:
            leaf["after_payments"] = self._number("after_payments", 1, 100)
        if measure.has_currency and (currency := self.row.text("currency")):
            if currency not in MINOR_UNIT_DIGITS:
                self.errors["currency"] = self.words.wrong_choice
            leaf["currency"] = currency
        match measure.shape:
            case Shape.NUMBER:
                leaf |= self._bounds(measure.largest)
            case Shape.YES_OR_NO:
                leaf["is"] = self.row.text("is") == "yes"
            case Shape.HOUR:
                leaf |= {"from": self._number("from", 0, 23), "until": self._number("until", 0, 24)}
                if not self.errors and leaf["from"] == leaf["until"]:
                    self.errors["until"] = self.words.wrong_hours
            case Shape.WORDS:
                leaf["one_of"] = self._words()
                if self.row.text("how") == NONE_OF:
                    return {"not": leaf}
        return leaf

    def _window(self, longest: int) -> int:
        size = UNITS.get(self.row.text("unit"), 1)
        return self._number("window", 1, longest // size) * size

    def _number(self, name: str, least: int, most: int) -> int:
        text = self.row.text(name).translate(_GROUPING)
        if _NUMBER.fullmatch(text) and least <= int(text) <= most:
            return int(text)
        self.errors[name] = self.words.wrong_number.format(least, most)
        return least

    def _bounds(self, largest: int) -> dict[str, int]:
        bounds = {
            member: self._bound(name, largest)
            for name, member in (("least", "at_least"), ("most", "at_most"))
            if self.row.text(name)
        }
        if not bounds:
            self.errors["least"] = self.words.wrong_bounds
        elif not self.errors and bounds.get("at_least", 0) > bounds.get("at_most", largest):
            self.errors["most"] = self.words.wrong_order
        return bounds

    def _bound(self, name: str, largest: int) -> int:
        currency = self.row.text("currency")
        if self.row.measure not in MONEY or currency not in MINOR_UNIT_DIGITS:
            return self._number(name, 0, largest)
        text, digits = self.row.text(name).translate(_GROUPING), minor_unit_digits(currency)
        if _AMOUNT.fullmatch(text):
            minor = Decimal(text.replace(",", ".")).scaleb(digits)
            if minor == int(minor) <= largest:
                return int(minor)
        self.errors[name] = self.words.wrong_amount
        return 0

    def _words(self) -> list[str]:
        if choices := CHOICES.get(self.row.measure):
            words = [word for word in choices if self.row.text(f"word_{word}")]
        else:
            words = [word for line in self.row.text("words").splitlines() if (word := line.strip())]
        if self.row.measure == "store":
            words = [self._store(word) for word in words]
        if not 1 <= len(words) <= MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
            self.errors["words"] = self.words.wrong_words.format(MOST_WORDS, LONGEST_WORD)
        return words

    def _store(self, text: str) -> str:
        try:
            return str(from_public_id("sto", text))
        except ValueError:
            self.errors["words"] = self.words.wrong_store
            return text
