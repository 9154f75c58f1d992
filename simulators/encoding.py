"""How the wallet's API writes bytes and times."""

import base64
from datetime import datetime


def to_text(content: bytes) -> str:
    """Return base64url without padding."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def from_text(text: str) -> bytes:
    """Return the bytes of base64url without padding; ValueError for anything else."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def seconds_of(text: str) -> float:
    """Return an RFC 3339 time as Unix seconds."""
    return datetime.fromisoformat(text).timestamp()


def normal_form(activation_code: str) -> str:
    """Return an activation code as it is hashed: capitals, no blanks or hyphens, O read as 0, I and L as 1."""
    plain = "".join(activation_code.upper().replace("-", " ").split())
    return plain.translate(str.maketrans("OIL", "011"))
