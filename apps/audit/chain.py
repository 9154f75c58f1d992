"""What is hashed, byte for byte; pure, so that a verifier can be written from this file alone.

``head_0`` is 32 zero bytes; ``head_n = SHA-256(head_(n-1) || canonical(n, record_n))``, where canonical is UTF-8 JSON
with sorted names and no blanks. A chain alone does not notice a cut-off tail: the head is exported elsewhere.
"""

import hashlib
import json
from datetime import UTC
from typing import Final

from apps.audit.models import Record

FIRST_HEAD: Final = bytes(32)


def canonical_bytes(number: int, record: Record) -> bytes:
    """Return the bytes that stand for this record at this place of the chain."""
    content = {
        "number": number,
        "id": str(record.id),
        "at": record.at.astimezone(UTC).isoformat(timespec="microseconds"),
        "actor": [record.actor_kind, record.actor_id],
        "action": record.action,
        "subject": record.subject,
        "reason": record.reason,
        "facts": record.facts,
    }
    return json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def next_head(head: bytes, number: int, record: Record) -> bytes:
    """Return the head after this record."""
    return hashlib.sha256(head + canonical_bytes(number, record)).digest()
