"""Reading a provider's JSON without forgiving anything: what two readers could understand differently is refused."""

import json
from typing import NoReturn


class NotStrictJson(ValueError):
    """Not one JSON object in UTF-8 whose every key occurs once."""


def _object_without_duplicates(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotStrictJson("a key occurs twice")
    return members


def _refuse_constant(name: str) -> NoReturn:
    raise NotStrictJson(f"{name} is no JSON number")


def read_object(body: bytes) -> dict[str, object]:
    """Return the object that the bytes are; raise NotStrictJson for anything else."""
    try:
        value: object = json.loads(
            body.decode("utf-8"), object_pairs_hook=_object_without_duplicates, parse_constant=_refuse_constant
        )
    # ValueError covers bad UTF-8, bad JSON and absurdly long numbers.
    except (ValueError, RecursionError) as error:
        raise NotStrictJson(type(error).__name__) from None
    if not isinstance(value, dict):
        raise NotStrictJson("not an object")
    return value
