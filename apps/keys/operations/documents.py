"""Signed documents: the exact bytes travel with the signature, so nobody serialises them again to verify."""

import base64
import binascii
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from apps.keys.contexts import realm_id
from apps.keys.errors import KeysUnavailable, SignatureRefused
from apps.keys.models import Purpose, SigningKey
from apps.keys.queries import current_signing_key, private_signing_key
from apps.paycode.keys import Label
from apps.paycode.messages import document_message
from apps.paycode.signatures import sign_message, verify_signature

# A label is never used for two purposes, nor a purpose for two labels.
LABELS: Final = {
    Purpose.REALM_ROOT: Label.REALM,
    Purpose.RECEIPT: Label.RECEIPT,
    Purpose.AUDIT_HEAD: Label.AUDIT_HEAD,
    Purpose.STOP: Label.STOP,
}


# The document is any JSON object: its shape is the caller's business.
def sign_document(*, label: Label, document: Mapping[str, Any], purpose: Purpose, now: datetime) -> dict[str, str]:
    """Return `document`, `key` and `signature` as they travel; KeysUnavailable without a valid key of this purpose."""
    _check_label(label, purpose)
    key = current_signing_key(purpose, now)
    if key is None:
        raise KeysUnavailable(f"there is no valid key to sign {label} with: run create_keys")
    exact = json.dumps(document, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()
    message = document_message(label, realm=realm_id().bytes, document=exact)
    signature = sign_message(private_signing_key(key), message)
    return {"document": _encoded(exact), "key": key.key_id, "signature": _encoded(signature)}


def verify_document(*, label: Label, signed: Mapping[str, str], purpose: Purpose) -> dict[str, Any]:
    """Return what was signed; SignatureRefused unless one of our keys of this purpose signed these very bytes.

    A key that has retired since still verifies: receipts are asked about years later.
    """
    _check_label(label, purpose)
    try:
        exact, signature = _decoded(signed["document"]), _decoded(signed["signature"])
        # PostgreSQL would stumble over a NUL, and take the caller's transaction along.
        key = SigningKey.objects.get(key_id=signed["key"].replace("\x00", "?"), purpose=purpose)
    except (KeyError, ValueError, SigningKey.DoesNotExist):
        raise SignatureRefused from None
    message = document_message(label, realm=realm_id().bytes, document=exact)
    if not verify_signature(bytes(key.public_key), message, signature):
        raise SignatureRefused
    # Only an object is ever signed.
    document: dict[str, Any] = json.loads(exact)
    return document


def _check_label(label: Label, purpose: Purpose) -> None:
    if LABELS.get(purpose) != label:
        raise ValueError(f"a key for {purpose} does not sign {label}")


def _encoded(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode("ascii")


def _decoded(text: str) -> bytes:
    try:
        content = base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error:
        raise ValueError("not base64url") from None
    if _encoded(content) != text:
        raise ValueError("not canonical base64url without padding")
    return content
