"""The keys that callers show: from a file, from the environment, or made at the first start."""

import hmac
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Keys:
    """What the client and the administrator must know; never printed."""

    client: str = field(repr=False)
    admin: str = field(repr=False)


def is_same_key(shown: str, known: str) -> bool:
    """Compare without telling by the time how much was right."""
    return hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), known.encode())


def load_key(*, file: Path | None, variable: str, default: Path) -> str:
    """Return the key from `file`, else the environment, else `default`, which is made if it is missing.

    Raises ValueError for a key of less than 16 characters.
    """
    key = file.read_text().strip() if file is not None else os.environ.get(variable, "").strip()
    if not key:
        if not default.exists():
            handle = os.open(default, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as stream:
                stream.write(secrets.token_urlsafe(32) + "\n")
        key = default.read_text().strip()
    if len(key) < 16:
        raise ValueError(f"the key for {variable} has less than 16 characters")
    return key
