"""The bank core's day statement, pure: bytes into settlement lines that agree with their own totals."""

from collections import Counter
from datetime import date
from typing import Final

from apps.kernel.money import Money
from apps.providers.contract import Settlement, SettlementLine, SettlementNotReady, Verb
from apps.providers.strict_json import NotStrictJson, read_object

_KINDS: Final = {"capture": Verb.CAPTURE, "refund": Verb.REFUND, "reversal": Verb.REVERSE}


def settlement_from(day: date, *, status: int, body: bytes) -> Settlement:
    """Return the statement; SettlementNotReady if it is not one, or contradicts itself."""
    if status != 200:
        raise SettlementNotReady(f"HTTP {status}")
    try:
        answer = read_object(body)
        lines = tuple(_line(entry) for entry in _objects(answer, "entries"))
        nets = {_text(total, "currency"): (total["count"], total["net"]) for total in _objects(answer, "totals")}
        is_final = answer["final"]
        if answer["date"] != day.isoformat() or not isinstance(is_final, bool):
            raise ValueError("another day")
    # KeyError: a field is missing. ValueError and TypeError: it is not what it should be.
    except (NotStrictJson, KeyError, ValueError, TypeError) as error:
        raise SettlementNotReady(f"the statement cannot be read: {type(error).__name__}") from None
    counts = Counter(line.amount.currency for line in lines)
    sums: Counter[str] = Counter()
    for line in lines:
        sums[line.amount.currency] += line.amount.amount
    # A currency without a line that day may be left out of the totals, or be there with zeros.
    if any(nets.get(currency, (0, 0)) != (counts[currency], sums[currency]) for currency in {*nets, *counts}):
        raise SettlementNotReady("the statement's totals are not the sums of its lines")
    return Settlement(day, lines, is_final, body)


def _objects(answer: dict[str, object], name: str) -> list[dict[str, object]]:
    values = answer[name]
    if not isinstance(values, list) or not all(isinstance(value, dict) for value in values):
        raise ValueError(f"{name} is no list of objects")
    return values


def _text(entry: dict[str, object], *names: str) -> str:
    for name in names:
        value = entry.get(name)
        if isinstance(value, str) and value:
            return value
    raise ValueError(f"no {names[0]}")


def _line(entry: dict[str, object]) -> SettlementLine:
    amount = entry["amount"]
    if type(amount) is not int:
        raise ValueError("an amount is no whole number")
    money = Money(amount, _text(entry, "currency"))
    return SettlementLine(
        _text(entry, "ref"), _text(entry, "capture_id", "hold_id"), _KINDS[_text(entry, "kind")], money
    )
