"""Reads JSON as money deserves: what two parsers could read in two ways is refused.

Plain Python. Non-finite floats such as 1e999 and lone surrogates survive the parser, because they
are well-formed; the fields refuse them, naming the place.
"""

import json
import re
from typing import Final, NoReturn

from apps.rest.errors import BodyTooLarge, DuplicateKey, MalformedJson, TooDeep

MAXIMUM_DEPTH: Final = 8
# Far above any amount; below it, reading a number costs next to nothing.
MAXIMUM_INTEGER_DIGITS: Final = 1000
LARGE_BODY_BYTES: Final = 256 * 1024

# A string, or a bracket outside of one. The closing quote is optional and the repetitions give nothing
# back, so that a body full of escaped quotes without an end is walked once and not once per quote.
_BRACKETS: Final = re.compile(r'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[\]{}]', re.DOTALL)


def parse_document(body: bytes, *, limit_bytes: int = LARGE_BODY_BYTES) -> dict[str, object]:
    """Return the one JSON object in the body.

    Raises MalformedJson, DuplicateKey, TooDeep or BodyTooLarge, and nothing else, whatever the bytes.
    """
    if len(body) > limit_bytes:
        raise BodyTooLarge(f"at most {limit_bytes} bytes are taken here")
    if not body:
        raise MalformedJson("the body is empty")
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise MalformedJson("the body is not UTF-8") from None
    if text.startswith("\ufeff"):
        raise MalformedJson("the body starts with a byte order mark")
    _check_depth(text)
    try:
        document = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        raise MalformedJson(f"not JSON at line {error.lineno}, column {error.colno}") from None
    if not isinstance(document, dict):
        raise MalformedJson("the body must be one JSON object")
    return document


def _check_depth(text: str) -> None:
    # Counted before anything is parsed: the parser recurses, and deep nesting would end the process.
    if text.count("{") + text.count("[") <= MAXIMUM_DEPTH:
        return
    depth = 0
    for match in _BRACKETS.finditer(text):
        first = text[match.start()]
        if first in "{[":
            depth += 1
            if depth > MAXIMUM_DEPTH:
                raise TooDeep(f"at most {MAXIMUM_DEPTH} levels are taken")
        elif first != '"':
            depth -= 1


def _object(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise DuplicateKey()
    return members


def _integer(text: str) -> int:
    if len(text) > MAXIMUM_INTEGER_DIGITS:
        raise MalformedJson(f"a number has more than {MAXIMUM_INTEGER_DIGITS} digits")
    return int(text)


def _constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is not JSON")


_DECODER: Final = json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_constant=_constant)
