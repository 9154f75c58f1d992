"""Strict reading of requests: one way to write each thing, and everything else refused."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime

from simulators.bankcore.exchange import Exchange, Fields, Objection

CURRENCIES = frozenset({"CHF", "EUR", "GBP", "USD"})
LARGEST_AMOUNT = 100_000_000
REFERENCE = re.compile(r"[A-Za-z0-9_.:-]{1,64}")
LONGEST_NUMBER = 18


class _DuplicateKeyError(ValueError):
    pass


def _without_duplicates(pairs: list[tuple[str, object]]) -> Fields:
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise _DuplicateKeyError
    return fields


def _short_integer(digits: str) -> int:
    if len(digits) > LONGEST_NUMBER:
        raise ValueError("number too long")
    return int(digits)


def _no_constant(name: str) -> object:
    raise ValueError(f"{name} is not JSON")


def read_json(exchange: Exchange, *, required: Iterable[str], optional: Iterable[str] = ()) -> Fields:
    """Return the body's fields: exactly the required ones and none but the optional ones besides."""
    if exchange.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
        raise Objection(415, "unsupported_media", "send application/json")
    try:
        fields = json.loads(
            exchange.body.decode("utf-8"),
            object_pairs_hook=_without_duplicates,
            parse_int=_short_integer,
            parse_constant=_no_constant,
        )
    except _DuplicateKeyError:
        raise Objection(400, "duplicate_key", "a key occurs twice") from None
    except (ValueError, RecursionError):
        raise Objection(400, "malformed_json", "the body is not JSON") from None
    if not isinstance(fields, dict):
        raise Objection(400, "malformed_json", "the body is not an object")
    required = set(required)
    if missing := required - fields.keys():
        raise Objection(422, "missing_field", f"missing: {', '.join(sorted(missing))}")
    if fields.keys() - required - set(optional):
        raise Objection(422, "unknown_field", "a field is not known here")
    return fields


def reference_in(fields: Fields, name: str = "ref") -> str:
    """Return the caller's reference."""
    ref = fields[name]
    if not isinstance(ref, str) or not REFERENCE.fullmatch(ref):
        raise Objection(422, "invalid_field", f"{name} is not a reference")
    return ref


def text_in(fields: Fields, name: str, *, longest: int) -> str:
    """Return text of 1 to `longest` printable characters."""
    text = fields[name]
    if not isinstance(text, str) or not 1 <= len(text) <= longest or not text.isprintable():
        raise Objection(422, "invalid_field", f"{name} is not a text of 1 to {longest} characters")
    return text


def integer_in(fields: Fields, name: str, *, lowest: int, highest: int) -> int:
    """Return an integer within the bounds; a boolean is none."""
    number = fields[name]
    if type(number) is not int or not lowest <= number <= highest:
        raise Objection(422, "invalid_field", f"{name} is not an integer from {lowest} to {highest}")
    return number


def amount_in(fields: Fields) -> int:
    """Return the amount in minor units, at least 1."""
    amount = fields["amount"]
    if type(amount) is not int or amount < 1:
        raise Objection(422, "invalid_amount", "amount is not a positive integer")
    if amount > LARGEST_AMOUNT:
        raise Objection(422, "amount_too_large", f"amount is above {LARGEST_AMOUNT}")
    return amount


def currency_in(fields: Fields) -> str:
    """Return the currency's code."""
    currency = fields["currency"]
    if not isinstance(currency, str) or currency not in CURRENCIES:
        raise Objection(422, "invalid_currency", "currency is not one of this bank's")
    return currency


def moment_in(fields: Fields, name: str) -> datetime:
    """Return a moment in UTC; one without a zone is refused."""
    text = fields[name]
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise Objection(422, "invalid_field", f"{name} is not a time with a zone")
