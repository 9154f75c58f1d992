"""Which key is for what, and the open private halves, for a minute at a time."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.db.models import QuerySet

from apps.keys.contexts import realm_id, signing_key_aad
from apps.keys.errors import KeyRetired, KeysUnavailable, KeyUnknown
from apps.keys.kek import key_encryption_keys
from apps.keys.models import CodeKey, Purpose, SigningKey
from apps.paycode.keys import code_key_aad

# How long a process may go on with what it has loaded: opening a code then costs no query and no unwrapping.
OPEN_KEYS_LIFETIME: Final = timedelta(seconds=60)
# Receipts must be provable for ten years after the sale; one more for the year in which it was made.
RECEIPT_KEYS_LISTED_FOR: Final = timedelta(days=11 * 366)


@dataclass(frozen=True, slots=True)
class _OpenKey:
    private_key: X25519PrivateKey
    not_before: datetime
    not_after: datetime
    loaded_at: datetime


_open_keys: dict[int, _OpenKey] = {}


def forget_code_keys() -> None:
    """Make this process read the code keys again."""
    _open_keys.clear()


def code_key_for(kid: int, now: datetime) -> X25519PrivateKey | KeyUnknown | KeyRetired:
    """Return the private key that opens codes sealed to `kid`; KeysUnavailable when it cannot be unwrapped."""
    key = _open_keys.get(kid)
    if key is None or abs(now - key.loaded_at) >= OPEN_KEYS_LIFETIME:
        row = CodeKey.objects.filter(kid=kid).first()
        if row is None:
            _open_keys.pop(kid, None)
            return KeyUnknown(kid)
        if now >= row.not_after:
            _open_keys.pop(kid, None)
            return KeyRetired(kid)
        key = _OpenKey(_opened(row), row.not_before, row.not_after, now)
        # At most 255 entries, one per row.
        _open_keys[kid] = key
    if now < key.not_before:
        return KeyUnknown(kid)
    return KeyRetired(kid) if now >= key.not_after else key.private_key


def _opened(row: CodeKey) -> X25519PrivateKey:
    secret = key_encryption_keys().unwrap(row.wrapped, code_key_aad(realm=realm_id().bytes, kid=row.kid))
    return X25519PrivateKey.from_private_bytes(secret.reveal())


def published_code_keys(now: datetime) -> QuerySet[CodeKey]:
    """Return the code keys that are not retired, newest first: phones seal to the first that is valid."""
    return CodeKey.objects.filter(not_after__gt=now).order_by("-kid")


def listed_receipt_keys(now: datetime) -> QuerySet[SigningKey]:
    """Return the receipt keys that somebody may still verify a receipt with, newest first."""
    receipts = SigningKey.objects.filter(purpose=Purpose.RECEIPT, not_after__gt=now - RECEIPT_KEYS_LISTED_FOR)
    return receipts.order_by("-not_before", "-id")


def current_signing_key(purpose: Purpose, now: datetime) -> SigningKey | None:
    """Return the newest key of this purpose that is valid."""
    valid = SigningKey.objects.filter(purpose=purpose, not_before__lte=now, not_after__gt=now)
    return valid.order_by("-not_before", "-id").first()


def private_signing_key(key: SigningKey) -> EllipticCurvePrivateKey:
    """Return the open private half; KeysUnavailable when it cannot be unwrapped. Never keep it."""
    aad = signing_key_aad(purpose=key.purpose, key_id=key.key_id)
    private_key = load_der_private_key(key_encryption_keys().unwrap(key.wrapped, aad).reveal(), password=None)
    if not isinstance(private_key, EllipticCurvePrivateKey):
        raise KeysUnavailable(f"{key.key_id} is not an elliptic-curve key")
    return private_key
