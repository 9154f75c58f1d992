"""Conditions: read from JSON, refused with the place of what is wrong, and held against a payment. Pure.

{"all": [{"measure": "payments_of_customer", "window_minutes": 60, "at_least": 5},
         {"measure": "amount_minor", "currency": "CHF", "at_least": 20000}]}
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from apps.fraud.errors import RuleMalformed
from apps.fraud.vocabulary import MEASURES, Document, Measure, Shape, Value, currency_of, fact
from apps.kernel.currencies import MINOR_UNIT_DIGITS

MOST_NODES: Final = 20
DEEPEST: Final = 4
MOST_WORDS: Final = 20
LONGEST_WORD: Final = 64


@dataclass(frozen=True, slots=True)
class Look:
    """What is to be read of the history; the same look of many rules is taken once."""

    measure: str
    window_minutes: int
    after_payments: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """One measure, compared."""

    measure: str
    window_minutes: int | None = None
    after_payments: int | None = None
    currency: str | None = None
    at_least: int | None = None
    at_most: int | None = None
    expected: bool | None = None
    one_of: frozenset[str] = frozenset()
    # Hours of the day, the second not included; past midnight where the first is the later one.
    hours: tuple[int, int] | None = None

    @property
    def look(self) -> Look | None:
        """What it needs of the history, if anything."""
        if not MEASURES[self.measure].is_history:
            return None
        return Look(self.measure, self.window_minutes or 0, self.after_payments or 0)


@dataclass(frozen=True, slots=True)
class Every:
    """All of these hold."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one of these holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Opposite:
    """This does not hold."""

    part: "Condition"


Condition = Leaf | Every | Some | Opposite


def read_condition(document: object) -> Condition:
    """Return the condition that the JSON value says. RuleMalformed names the place of what is wrong."""
    nodes = iter(range(MOST_NODES))
    return _read(document, "condition", 1, nodes)


def looks_of(condition: Condition) -> frozenset[Look]:
    """Return everything that the condition needs of the history."""
    match condition:
        case Leaf():
            return frozenset() if condition.look is None else frozenset({condition.look})
        case Opposite(part=part):
            return looks_of(part)
        case Every(parts=parts) | Some(parts=parts):
            return frozenset[Look]().union(*(looks_of(part) for part in parts))


def holds(condition: Condition, facts: Document, history: Mapping[Look, int | None]) -> bool:
    """Say whether the condition certainly holds: what is not known makes neither it nor its opposite true."""
    return _truth(condition, facts, history) is True


def _truth(condition: Condition, facts: Document, history: Mapping[Look, int | None]) -> bool | None:
    match condition:
        case Leaf():
            return compare(condition, facts, history)
        case Opposite(part=part):
            truth = _truth(part, facts, history)
            return None if truth is None else not truth
        case Every(parts=parts):
            truths = [_truth(part, facts, history) for part in parts]
            return False if False in truths else None if None in truths else True
        case Some(parts=parts):
            truths = [_truth(part, facts, history) for part in parts]
            return True if True in truths else None if None in truths else False


def compare(leaf: Leaf, facts: Document, history: Mapping[Look, int | None]) -> bool | None:
    """Say whether one comparison holds; None where what it compares is not known."""
    if leaf.currency is not None and currency_of(facts) != leaf.currency:
        return None
    look = leaf.look
    value: Value = fact(leaf.measure, facts, window_minutes=leaf.window_minutes) if look is None else history.get(look)
    match value:
        case None:
            return None
        case bool():
            return value is leaf.expected
        case frozenset():
            return not value.isdisjoint(leaf.one_of)
        case int() if leaf.hours is not None:
            begin, end = leaf.hours
            return begin <= value < end if begin < end else value >= begin or value < end
        case int():
            is_enough = leaf.at_least is None or value >= leaf.at_least
            return is_enough and (leaf.at_most is None or value <= leaf.at_most)


def _read(document: object, place: str, depth: int, nodes: Iterator[int]) -> Condition:
    if next(nodes, None) is None:
        raise RuleMalformed(f"{place}: a condition has at most {MOST_NODES} parts")
    if depth > DEEPEST:
        raise RuleMalformed(f"{place}: a condition is at most {DEEPEST} levels deep")
    match document:
        case {"all": parts, **others} if not others:
            return Every(_parts(parts, f"{place}.all", depth, nodes))
        case {"any": parts, **others} if not others:
            return Some(_parts(parts, f"{place}.any", depth, nodes))
        case {"not": part, **others} if not others:
            return Opposite(_read(part, f"{place}.not", depth + 1, nodes))
        case {"measure": name, **others}:
            measure = MEASURES.get(name) if isinstance(name, str) else None
            if measure is None:
                raise RuleMalformed(f"{place}.measure: one of {', '.join(sorted(MEASURES))}")
            members = {str(member): value for member, value in others.items()}
            return _LeafReader(str(name), measure, members, place).read()
        case _:
            raise RuleMalformed(f'{place}: an object with "measure", or with one of "all", "any" and "not" alone')


def _parts(parts: object, place: str, depth: int, nodes: Iterator[int]) -> tuple[Condition, ...]:
    if not isinstance(parts, list) or not parts:
        raise RuleMalformed(f"{place}: a list of at least one condition")
    return tuple(_read(part, f"{place}[{number}]", depth + 1, nodes) for number, part in enumerate(parts))


class _LeafReader:
    """Takes the members of one leaf out of its object, until none is left."""

    # Any: JSON values.
    def __init__(self, name: str, measure: Measure, members: dict[str, Any], place: str) -> None:
        self.name, self.measure, self.members, self.place = name, measure, members, place

    def read(self) -> Leaf:
        """Return the leaf. RuleMalformed for a member that is missing, wrong, or too many."""
        measure = self.measure
        leaf = Leaf(
            measure=self.name,
            window_minutes=self._number("window_minutes", 1, measure.longest_window)
            if measure.longest_window
            else None,
            after_payments=self._number("after_payments", 1, 100) if measure.has_after else None,
            currency=self._currency() if measure.has_currency and "currency" in self.members else None,
            **self._comparison(),
        )
        if self.members:
            raise RuleMalformed(f"{self.place}: {self.name} does not take {', '.join(sorted(self.members))}")
        return leaf

    def _comparison(self) -> dict[str, Any]:
        match self.measure.shape:
            case Shape.NUMBER:
                bounds: dict[str, Any] = {
                    name: self._number(name, 0, self.measure.largest)
                    for name in ("at_least", "at_most")
                    if name in self.members
                }
                if not bounds or bounds.get("at_least", 0) > bounds.get("at_most", self.measure.largest):
                    raise RuleMalformed(f"{self.place}: at_least, or at_most, or both with the lower one first")
                return bounds
            case Shape.YES_OR_NO:
                expected = self.members.pop("is", None)
                if not isinstance(expected, bool):
                    raise RuleMalformed(f"{self.place}.is: true or false")
                return {"expected": expected}
            case Shape.WORDS:
                return {"one_of": self._words()}
            case Shape.HOUR:
                hours = self._number("from", 0, 23), self._number("until", 0, 24)
                if hours[0] == hours[1]:
                    raise RuleMalformed(f"{self.place}: from and until are two different hours")
                return {"hours": hours}

    def _number(self, name: str, least: int, most: int) -> int:
        value = self.members.pop(name, None)
        # True is a number to Python.
        if type(value) is not int or not least <= value <= most:
            raise RuleMalformed(f"{self.place}.{name}: a whole number from {least} to {most}")
        return value

    def _currency(self) -> str:
        value = self.members.pop("currency")
        if not isinstance(value, str) or value not in MINOR_UNIT_DIGITS:
            raise RuleMalformed(f"{self.place}.currency: one of {', '.join(sorted(MINOR_UNIT_DIGITS))}")
        return value

    def _words(self) -> frozenset[str]:
        words = self.members.pop("one_of", None)
        are_words = isinstance(words, list) and all(
            isinstance(word, str) and 1 <= len(word) <= LONGEST_WORD for word in words
        )
        if not are_words or not 1 <= len(words) <= MOST_WORDS:
            raise RuleMalformed(f"{self.place}.one_of: 1 to {MOST_WORDS} texts of at most {LONGEST_WORD} characters")
        return frozenset(words)
