"""The words that a condition may use: what is measured, and over which time at most. Pure.

Adding a word is a change of the code; no rule can ask for anything else.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

HOUR: Final = 60
DAY: Final = 24 * HOUR
LONG: Final = 90 * DAY
# Where very many pay, so that a look at a busy shop stays short.
SHORT: Final = DAY
# More than so many are not counted, and no rule can ask for more.
MOST_COUNTED: Final = 1000


class Shape(StrEnum):
    """How a measure is compared."""

    NUMBER = "number"  # at_least, at_most
    YES_OR_NO = "yes_or_no"  # is
    WORDS = "words"  # one_of
    HOUR = "hour"  # from, until


@dataclass(frozen=True, slots=True)
class Measure:
    """One word: how it is compared, and which parameters it takes."""

    shape: Shape
    # 0 for what has no window.
    longest_window: int = 0
    # Whether it is read from the history, rather than from the facts.
    is_history: bool = False
    has_currency: bool = False
    has_after: bool = False
    largest: int = 10**12


# JSON values, as the facts were kept.
Document = Mapping[str, Any]
_WEEKDAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

_PAYERS: Final = ("customer", "device", "instrument")


def _history() -> dict[str, Measure]:
    measures = {}
    for subject, window in [*((payer, LONG) for payer in _PAYERS), ("store", SHORT)]:
        measures[f"payments_of_{subject}"] = Measure(Shape.NUMBER, window, is_history=True, largest=MOST_COUNTED)
        measures[f"spent_minor_of_{subject}"] = Measure(Shape.NUMBER, window, is_history=True, has_currency=True)
    for name in (
        "towns_of_customer",
        "towns_of_device",
        "stores_of_customer",
        "stores_of_device",
        "devices_of_customer",
        "devices_of_instrument",
        "instruments_of_customer",
    ):
        measures[name] = Measure(Shape.NUMBER, LONG, is_history=True, largest=MOST_COUNTED)
    measures["percent_of_habit"] = Measure(Shape.NUMBER, LONG, is_history=True, has_after=True)
    for subject in ("customer", "cashier"):
        measures[f"refunds_of_{subject}"] = Measure(Shape.NUMBER, LONG, is_history=True, largest=MOST_COUNTED)
        measures[f"refunded_minor_of_{subject}"] = Measure(Shape.NUMBER, LONG, is_history=True, has_currency=True)
    return measures


MEASURES: Final[Mapping[str, Measure]] = {
    "amount_minor": Measure(Shape.NUMBER, has_currency=True),
    "device_age_minutes": Measure(Shape.NUMBER),
    "code_age_seconds": Measure(Shape.NUMBER),
    "counter_gap": Measure(Shape.NUMBER),
    "clock_back_seconds": Measure(Shape.NUMBER),
    "wrong_pins": Measure(Shape.NUMBER, 30 * DAY),
    "local_hour": Measure(Shape.HOUR),
    "weekday": Measure(Shape.WORDS),
    "is_attended": Measure(Shape.YES_OR_NO),
    "made_online": Measure(Shape.YES_OR_NO),
    "suspicion": Measure(Shape.WORDS),
    "town": Measure(Shape.WORDS),
    "store": Measure(Shape.WORDS),
    "cashier": Measure(Shape.WORDS),
    **_history(),
}

# What a measure of the facts gives: a number, yes or no, words; None where it is not known.
Value = int | bool | frozenset[str] | None


def fact(name: str, facts: Document, *, window_minutes: int | None) -> Value:
    """Return what the kept facts say; None where they say nothing, as those of older payments may."""
    try:
        return _FACTS[name](facts, window_minutes or 0)
    except (KeyError, TypeError):
        return None


def _time(facts: Document, name: str) -> datetime:
    return datetime.fromisoformat(facts[name])


def _seconds(span: timedelta) -> int:
    return span // timedelta(seconds=1)


def _local(facts: Document) -> datetime:
    return _time(facts, "scanned_at").astimezone(ZoneInfo(facts["time_zone"]))


def _wrong_pins(facts: Document, window_minutes: int) -> int:
    earliest = _time(facts, "scanned_at").timestamp() - window_minutes * 60
    return sum(moment > earliest for moment in facts["wrong_pin_times"])


_FACTS: Final[Mapping[str, Callable[[Document, int], Value]]] = {
    "amount_minor": lambda facts, _: int(facts["amount"]["amount"]),
    "device_age_minutes": lambda facts, _: (
        _seconds(_time(facts, "scanned_at") - _time(facts, "device_enrolled_at")) // 60
    ),
    "code_age_seconds": lambda facts, _: _seconds(_time(facts, "scanned_at") - _time(facts, "code_issued_at")),
    # Codes that the phone made and nobody scanned.
    "counter_gap": lambda facts, _: facts["counter"] - facts["previous_counter"] - 1,
    # A later code that says it was made earlier: two phones with two clocks, or one that was set back.
    "clock_back_seconds": lambda facts, _: max(
        0, _seconds(_time(facts, "previous_issued_at") - _time(facts, "code_issued_at"))
    ),
    "wrong_pins": _wrong_pins,
    "local_hour": lambda facts, _: _local(facts).hour,
    "weekday": lambda facts, _: frozenset({_WEEKDAYS[_local(facts).weekday()]}),
    "is_attended": lambda facts, _: bool(facts["is_attended"]),
    "made_online": lambda facts, _: bool(facts["made_online"]),
    "suspicion": lambda facts, _: frozenset(facts["suspicions"]),
    "town": lambda facts, _: frozenset({facts["town"]}),
    "store": lambda facts, _: frozenset({facts["store"]}),
    "cashier": lambda facts, _: frozenset({facts["cashier"]}),
}


def currency_of(facts: Document) -> str:
    """Return the currency that was paid in."""
    return str(facts["amount"]["currency"])
