"""The whole form of a rule: from what was sent, from a version that is there, to what a rule says and to the page."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final

from apps.fraud.errors import RuleMalformed
from apps.fraud.models import Rule, Verdict
from apps.fraud.operations import RuleText, read_rule
from apps.fraud.operations.rules import HIGHEST_SCORE, NAME
from apps.fraud.vocabulary import MEASURES, Measure, Shape
from apps.kernel.currencies import MINOR_UNIT_DIGITS
from apps.kernel.ids import from_public_id, public_id
from apps.staff_portal.gate import NotUnderstood
from apps.staff_portal.rule_form import CHOICES, MOST_ROWS, NONE_OF, UNITS, Row, read_row, rows_of
from apps.staff_portal.words.rule_facts import CHOICE_WORDS, MEASURE_WORDS, word_of
from apps.staff_portal.words.rules import RuleWords

HEAD: Final = ("name", "reason", "score", "verdict", "merchant", "joiner")
JOINERS: Final = ("all", "any")
_ROW: Final = re.compile(r"measure_(?:0|[1-9][0-9]?)", re.ASCII)
_LINES: Final = {"town": "field_towns", "store": "field_stores"}

Errors = dict[str, str]


@dataclass(frozen=True, slots=True)
class RuleForm:
    """What is in the fields; `kept` is a condition that rows cannot say, and that stays as it is."""

    head: Mapping[str, str]
    rows: tuple[Row, ...] = ()
    kept: object = None

    @property
    def is_full(self) -> bool:
        return len(self.rows) >= MOST_ROWS

    def with_row(self, measure: str) -> "RuleForm":
        """Return the form with one more condition; NotUnderstood where there are enough, or of nothing we measure."""
        if measure not in MEASURES or self.is_full:
            raise NotUnderstood
        typed = {"currency": "CHF"} if MEASURES[measure].has_currency else {}
        return RuleForm(self.head, (*self.rows, Row(measure, typed)), self.kept)

    def without_row(self, number: str) -> "RuleForm":
        """Return the form without the row of this number."""
        rows = tuple(row for at, row in enumerate(self.rows) if str(at) != number)
        return RuleForm(self.head, rows, self.kept)


@dataclass(frozen=True, slots=True)
class Choice:
    """One of several."""

    code: str
    word: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a row, as the page draws it: `kind` is text, number, choice, ticks or lines."""

    name: str
    label: str
    kind: str
    value: str = ""
    error: str = ""
    choices: tuple[Choice, ...] = ()


def blank_form() -> RuleForm:
    """Return what somebody begins with."""
    return RuleForm({"score": "0", "verdict": Verdict.REVIEW.value, "joiner": "all"})


def form_of(rule: Rule) -> RuleForm:
    """Return the form that says what this version says."""
    head = {
        "name": rule.name,
        "reason": rule.reason,
        "score": str(rule.score),
        "verdict": str(rule.verdict),
        "merchant": "" if rule.merchant_id is None else public_id("mer", rule.merchant_id),
        "joiner": "all",
    }
    said = rows_of(rule.condition)
    if said is None:
        return RuleForm(head, kept=rule.condition)
    return RuleForm(head | {"joiner": said[0]}, tuple(said[1]))


def form_from(fields: Mapping[str, str], *, kept: object) -> RuleForm:
    """Return what was sent, in the order of the rows' numbers. Raises NotUnderstood for what the page never sends."""
    head = {name: fields.get(name, "").strip() for name in HEAD}
    names = [name for name in fields if name.startswith("measure_")]
    if head["joiner"] not in JOINERS or len(names) > MOST_ROWS or not all(map(_ROW.fullmatch, names)):
        raise NotUnderstood
    numbers = sorted(int(name.removeprefix("measure_")) for name in names)
    return RuleForm(head, tuple(_row_from(fields, number) for number in numbers), kept)


def _row_from(fields: Mapping[str, str], number: int) -> Row:
    end, measure = f"_{number}", fields[f"measure_{number}"]
    if measure not in MEASURES:
        raise NotUnderstood
    return Row(measure, {name.removesuffix(end): text for name, text in fields.items() if name.endswith(end)})


def read_form(form: RuleForm, words: RuleWords) -> tuple[RuleText | None, Errors]:
    """Return what the rule says, or what is wrong in which field."""
    # In the order of the page, so that the first one is where somebody looks first.
    errors: Errors = {}
    # Any: a JSON value.
    document: dict[str, Any] = {}
    for name in ("name", "reason"):
        document[name] = form.head[name]
        if not NAME.fullmatch(form.head[name]):
            errors[name] = words.wrong_name
    score = form.head["score"]
    if score.isascii() and score.isdigit() and len(score) <= 4 and int(score) <= HIGHEST_SCORE:
        document["score"] = int(score)
    else:
        errors["score"] = words.wrong_score
    document["verdict"] = form.head["verdict"]
    if form.head["verdict"] not in Verdict.values:
        errors["verdict"] = words.wrong_choice
    if document.get("score") == 0 and document["verdict"] == Verdict.PASS:
        errors["score"] = words.wrong_weight
    if form.head["merchant"]:
        try:
            document["merchant"] = str(from_public_id("mer", form.head["merchant"]))
        except ValueError:
            errors["merchant"] = words.wrong_merchant
    document["condition"] = _condition(form, words, errors)
    if errors:
        return None, errors
    try:
        return read_rule(document), {}
    except RuleMalformed as error:
        # Rows were read above: there are too many of them. What rows cannot say may be of another release.
        return None, {"new_measure": words.too_many_rows if form.kept is None else error.detail}


def _condition(form: RuleForm, words: RuleWords, errors: Errors) -> object:
    if form.kept is not None:
        return form.kept
    parts = []
    for number, row in enumerate(form.rows):
        part, wrong = read_row(row, words)
        parts.append(part)
        errors |= {f"{name}_{number}": text for name, text in wrong.items()}
    if not parts:
        errors["new_measure"] = words.wrong_rows
    return {form.head["joiner"]: parts}


def shown_rows(form: RuleForm, errors: Errors, words: RuleWords, language: str) -> list[dict[str, object]]:
    """Return the rows as the page draws them."""
    return [
        {
            "number": number,
            "measure": row.measure,
            "word": word_of(MEASURE_WORDS, row.measure, language),
            "fields": [*_Drawn(row, number, errors, words, language).fields()],
        }
        for number, row in enumerate(form.rows)
    ]


def measure_choices(language: str) -> list[tuple[str, str]]:
    """Return everything that a condition may look at, by its word."""
    return [(name, word_of(MEASURE_WORDS, name, language)) for name in MEASURE_WORDS if name in MEASURES]


class _Drawn:
    """The fields of one row."""

    def __init__(self, row: Row, number: int, errors: Errors, words: RuleWords, language: str) -> None:
        self.row, self.number, self.errors = row, number, errors
        self.words, self.language = words, language

    def fields(self) -> Iterator[Field]:
        words, measure = self.words, MEASURES[self.row.measure]
        if measure.longest_window:
            yield self._field("window", words.field_window, "number")
            units = ((unit, getattr(words, f"unit_{unit}")) for unit in UNITS)
            yield self._field("unit", words.field_unit, "choice", units)
        if measure.has_after:
            yield self._field("after_payments", words.field_after, "number")
        if measure.has_currency:
            currencies = (("CHF", "CHF"), *((code, code) for code in MINOR_UNIT_DIGITS if code != "CHF"))
            yield self._field("currency", words.field_currency, "choice", (*currencies, ("", words.any_currency)))
        yield from self._compared(measure)

    def _compared(self, measure: Measure) -> Iterator[Field]:
        words = self.words
        match measure.shape:
            case Shape.NUMBER:
                yield self._field("least", words.field_least, "number")
                yield self._field("most", words.field_most, "number")
            case Shape.YES_OR_NO:
                yield self._field("is", words.field_is, "choice", (("yes", words.yes), ("no", words.no)))
            case Shape.HOUR:
                yield self._field("from", words.field_from, "number")
                yield self._field("until", words.field_until, "number")
            case Shape.WORDS:
                ways = (("one_of", words.one_of), (NONE_OF, words.none_of))
                yield self._field("how", words.field_how, "choice", ways)
                yield self._words()

    def _words(self) -> Field:
        known = CHOICES.get(self.row.measure)
        if known is None:
            label = getattr(self.words, _LINES.get(self.row.measure, "field_words"))
            return self._field("words", label, "lines")
        ticks = tuple(
            Choice(f"word_{word}_{self.number}", word_of(CHOICE_WORDS, word, self.language), bool(self._text(word)))
            for word in known
        )
        name = f"words_{self.number}"
        return Field(name, self.words.field_choices, "ticks", error=self.errors.get(name, ""), choices=ticks)

    def _text(self, word: str) -> str:
        return self.row.text(f"word_{word}")

    def _field(self, name: str, label: str, kind: str, choices: Iterable[tuple[str, str]] = ()) -> Field:
        value, whole = self.row.typed.get(name, ""), f"{name}_{self.number}"
        shown = tuple(Choice(code, word, code == value) for code, word in choices)
        return Field(whole, label, kind, value, self.errors.get(whole, ""), shown)
