"""What is hashed, byte for byte; pure, so that a page can carry it and a reviewer can recompute it."""

import hashlib
import json
from collections.abc import Mapping


def digest_of(*, action: str, subject: str, asked: Mapping[str, object]) -> bytes:
    """Return SHA-256 of UTF-8 JSON with the members action, asked and subject, sorted names and no blanks."""
    content = {"action": action, "asked": asked, "subject": subject}
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    return hashlib.sha256(text.encode()).digest()
