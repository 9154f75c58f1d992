"""What a phone must know about this installation before it can make a code."""

import base64
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from apps.keys.contexts import realm_id
from apps.keys.models import CodeKey, SigningKey
from apps.keys.queries import listed_receipt_keys, published_code_keys

# How long the app takes the document as an update; offline it goes on until the code key's own end.
DOCUMENT_LIFETIME: Final = timedelta(days=30)
PIN_POLICY: Final = {"digits": 6, "digits_min": 4, "digits_max": 12, "tries": 3, "iterations": 600_000}


def realm_document(*, now: datetime) -> dict[str, Any]:
    """Return the fields of the realm document, to be signed with the label `realm`.

    The version is the number of keys ever made: it grows when a key is added and never falls, because
    no key is ever removed.
    """
    return {
        "realm": str(realm_id()),
        "version": CodeKey.objects.count() + SigningKey.objects.count(),
        "issued_at": _time(now),
        "expires_at": _time(now + DOCUMENT_LIFETIME),
        "server_time": _time(now),
        "code_keys": [{"kid": key.kid, "suite": key.suite, **_public_part(key)} for key in published_code_keys(now)],
        "receipt_keys": [{"id": key.key_id, **_public_part(key)} for key in listed_receipt_keys(now)],
        "pin_policy": dict(PIN_POLICY),
    }


def _public_part(key: CodeKey | SigningKey) -> dict[str, str]:
    public_key = base64.urlsafe_b64encode(bytes(key.public_key)).rstrip(b"=").decode("ascii")
    return {"public_key": public_key, "not_before": _time(key.not_before), "not_after": _time(key.not_after)}


def _time(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
