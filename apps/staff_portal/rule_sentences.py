"""What a rule says, in sentences. Pure: whoever calls has looked up the names of places."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from apps.fraud.conditions import Condition, Every, Leaf, Opposite, Some, read_condition
from apps.fraud.errors import RuleMalformed
from apps.fraud.vocabulary import DAY, HOUR
from apps.kernel.money import Money
from apps.pages.money import amount_text
from apps.staff_portal.words.rule_facts import CHOICE_WORDS, MEASURE_WORDS, word_of
from apps.staff_portal.words.rules import RULES, RuleWords

# Measures of money; the others are plain numbers.
MONEY: Final = frozenset(name for name in MEASURE_WORDS if name == "amount_minor" or "_minor_of_" in name)
_NO_BREAK: Final = "\u00a0"


@dataclass(frozen=True, slots=True)
class Said:
    """A line, and the lines that belong below it."""

    text: str
    parts: tuple["Said", ...] = ()


def say_condition(document: object, language: str, names: Mapping[str, str]) -> Said:
    """Return a stored condition in the operator's words; one of another release as it is stored.

    `names` are what people call the stores that the condition names by their UUIDs.
    """
    try:
        condition = read_condition(document)
    except RuleMalformed:
        return Said(json.dumps(document, ensure_ascii=False))
    return _Speaker(language, names).say(condition)


def window_text(minutes: int, language: str) -> str:
    """Return the window in the largest unit that leaves nothing over."""
    words = RULES[language]
    for size, unit in ((DAY, words.days), (HOUR, words.hours)):
        if minutes % size == 0:
            return f"{minutes // size}{_NO_BREAK}{unit}"
    return f"{minutes}{_NO_BREAK}{words.minutes}"


class _Speaker:
    """One language, and the names of places."""

    def __init__(self, language: str, names: Mapping[str, str]) -> None:
        self.language, self.names = language, names
        self.words: RuleWords = RULES[language]

    def say(self, condition: Condition) -> Said:
        words = self.words
        match condition:
            case Leaf():
                return Said(f"{self._about(condition)}: {self._compared(condition)}")
            case Opposite(part=Leaf(one_of=one_of) as leaf) if one_of:
                return Said(f"{self._about(leaf)}: {words.none_of} {self._listed(leaf)}")
            case Opposite(part=part):
                return Said(words.says_not, (self.say(part),))
            case Every(parts=parts):
                return Said(words.says_all, tuple(self.say(part) for part in parts))
            case Some(parts=parts):
                return Said(words.says_any, tuple(self.say(part) for part in parts))

    def _about(self, leaf: Leaf) -> str:
        words, details = self.words, []
        if leaf.window_minutes is not None:
            details.append(words.within.format(window_text(leaf.window_minutes, self.language)))
        if leaf.currency is not None and leaf.measure not in MONEY:
            details.append(leaf.currency)
        if leaf.after_payments is not None:
            details.append(words.after.format(leaf.after_payments))
        name = word_of(MEASURE_WORDS, leaf.measure, self.language)
        return f"{name} ({', '.join(details)})" if details else name

    def _compared(self, leaf: Leaf) -> str:
        words = self.words
        if leaf.expected is not None:
            return words.yes if leaf.expected else words.no
        if leaf.one_of:
            return self._listed(leaf)
        if leaf.hours is not None:
            return words.from_to.format(f"{leaf.hours[0]}:00", f"{leaf.hours[1]}:00")
        least, most = self._number(leaf, leaf.at_least), self._number(leaf, leaf.at_most)
        if leaf.at_least is not None and leaf.at_most is not None:
            return words.exactly.format(least) if least == most else words.from_to.format(least, most)
        return words.at_least.format(least) if leaf.at_least is not None else words.at_most.format(most)

    def _listed(self, leaf: Leaf) -> str:
        named = (self.names.get(word) or word_of(CHOICE_WORDS, word, self.language) for word in leaf.one_of)
        return f" {self.words.word_or} ".join(sorted(named))

    def _number(self, leaf: Leaf, number: int | None) -> str:
        if number is None:
            return ""
        if leaf.measure in MONEY:
            if leaf.currency is None:
                return f"{number}{_NO_BREAK}{self.words.minor_units}"
            return amount_text(Money(number, leaf.currency))
        return f"{number}{_NO_BREAK}%" if leaf.measure == "percent_of_habit" else str(number)
