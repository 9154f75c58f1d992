"""The signed realm document, which every phone fetches and which changes a few times a year."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from apps.keys.models import Purpose
from apps.keys.operations import realm_document, sign_document
from apps.paycode.keys import Label

# One signature serves everybody who asks within so long; the server time in it is at most so old.
KEPT_FOR: Final = timedelta(seconds=5)


@dataclass(frozen=True, slots=True)
class _Kept:
    signed: dict[str, str]
    at: datetime


_kept: dict[str, _Kept] = {}


def signed_realm(now: datetime) -> dict[str, str]:
    """Return the document of this moment, or of a few seconds ago. KeysUnavailable without a valid root key."""
    kept = _kept.get("realm")
    if kept is None or abs(now - kept.at) >= KEPT_FOR:
        # Two threads may sign at once: both documents are right, and either is kept.
        document = realm_document(now=now)
        kept = _Kept(sign_document(label=Label.REALM, document=document, purpose=Purpose.REALM_ROOT, now=now), now)
        _kept["realm"] = kept
    return kept.signed


def forget_realm() -> None:
    """Make this process sign again at the next request."""
    _kept.clear()
