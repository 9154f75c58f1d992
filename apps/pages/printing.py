"""What the fonts that every PDF reader has can show: all that German, French, Italian and English need."""

import unicodedata
from typing import Final

ENCODING: Final = "windows-1252"


def shown(text: str) -> str:
    """Return the text with the signs that the fonts have: an accent is dropped rather than a letter, else a "?"."""
    normal = unicodedata.normalize("NFC", text)
    return "".join(sign if _has(sign) else _bare(sign) for sign in normal)


def _has(sign: str) -> bool:
    try:
        sign.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return sign.isprintable() or sign == "\u00a0"


def _bare(sign: str) -> str:
    letters = "".join(part for part in unicodedata.normalize("NFKD", sign) if not unicodedata.combining(part))
    return letters if letters and all(_has(letter) for letter in letters) else "?"
