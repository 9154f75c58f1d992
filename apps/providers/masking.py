"""Words from outside, made fit to be kept: bounded, printable, and without numbers of accounts or tokens."""

import re
from typing import Final

from apps.kernel.masking import last_four

LONGEST_DETAIL: Final = 200
# Nine digits and more, however they are grouped: the number of a card or an account.
_NUMBER: Final = re.compile(r"\d(?:[ -]?\d){8,}")
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{20,}")


def without_numbers(text: str) -> str:
    """Return the text with long numbers reduced to their last four digits."""
    return _NUMBER.sub(lambda found: last_four(re.sub(r"[ -]", "", found[0])), text)


def masked_detail(text: str, *, hidden: str = "") -> str:
    """Return what may be kept of a provider's words; `hidden` is a secret that it may have quoted."""
    printable = "".join(character if character.isprintable() else " " for character in text)
    if hidden:
        printable = printable.replace(hidden, "***")
    # Numbers last: a token may leave four characters of itself, a number that is one must not.
    masked = _TOKEN.sub(lambda found: last_four(found[0]), printable)
    return without_numbers(masked)[:LONGEST_DETAIL]
