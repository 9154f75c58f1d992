"""Identity: UUIDv7 inside, prefixed Crockford base32 outside.

UUIDv7 is RFC 9562, section 5.7; the outside form is the prefix, an underscore and 26 digits
of the number, most significant first.
"""

import secrets
import time
from datetime import datetime
from typing import Final
from uuid import UUID

# One table for every object that a door shows. A prefix is API: it is never renamed.
PREFIXES: Final = frozenset(
    {"pay", "ref", "ret", "att", "cus", "dev", "ins", "mer", "sto", "til", "bat", "aud", "evt", "cas", "whk", "opr"}
)

_DIGITS: Final = "0123456789abcdefghjkmnpqrstvwxyz"
_VALUES: Final = {digit: value for value, digit in enumerate(_DIGITS)}
_LENGTH: Final = 26


def uuid7() -> UUID:
    """Return a new identifier: 48 bits of Unix milliseconds, 12 of their fraction, 62 random ones.

    The fraction (RFC 9562, section 6.2, method 3) lets the ids that one process makes rise, a quarter of a microsecond
    apart. Those of two processes are in order only as far as their clocks are.
    """
    milliseconds, nanoseconds = divmod(time.time_ns(), 1_000_000)
    number = (milliseconds & (1 << 48) - 1) << 80
    number |= 0x7 << 76 | (nanoseconds << 12) // 1_000_000 << 64
    number |= 0x2 << 62 | secrets.randbits(62)
    return UUID(int=number)


def earliest_uuid7(at: datetime) -> UUID:
    """Return the lowest identifier that can have been made at this moment: where a window of time begins in a key."""
    return UUID(int=int(at.timestamp() * 1000) << 80)


def public_id(prefix: str, identifier: UUID) -> str:
    """Return the form that doors show, such as ``pay_01m84j1fzxe4n81z9c3erjb02x``."""
    if prefix not in PREFIXES:
        raise ValueError(f"prefix {prefix!r} is not registered")
    number = identifier.int
    digits = []
    for _ in range(_LENGTH):
        number, value = divmod(number, 32)
        digits.append(_DIGITS[value])
    return f"{prefix}_{''.join(reversed(digits))}"


def from_public_id(prefix: str, text: str) -> UUID:
    """Return the identifier inside; ValueError for another prefix or anything not in canonical form."""
    head, separator, digits = text.partition("_")
    if not separator or head != prefix or len(digits) != _LENGTH:
        raise ValueError(f"not an id of kind {prefix!r}")
    number = 0
    for digit in digits:
        if digit not in _VALUES:
            raise ValueError(f"not an id of kind {prefix!r}")
        number = number * 32 + _VALUES[digit]
    # 26 digits hold 130 bits; the two above 128 must be zero, or two texts would name one object.
    if number >> 128:
        raise ValueError(f"not an id of kind {prefix!r}")
    return UUID(int=number)
