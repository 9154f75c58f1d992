"""Our keys on the lines to providers."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_private_key
from django.db.models import QuerySet

from apps.kernel.masking import Secret
from apps.keys.errors import KeysUnavailable
from apps.keys.kek import key_encryption_keys
from apps.providers.contexts import line_key_aad
from apps.providers.line import OwnKey, OwnKeys
from apps.providers.models import LineKey, LinePurpose


def own_keys(account_id: UUID) -> OwnKeys:
    """Return the open keys that are in use or will be, newest first; KeysUnavailable when one cannot be unwrapped."""
    rows = LineKey.objects.filter(account_id=account_id, not_before__isnull=False, retired_at=None)
    opened = [(row.purpose, _opened(row)) for row in rows.order_by("-not_before", "-id")]
    return OwnKeys(
        tls=tuple(key for purpose, key in opened if purpose == LinePurpose.TLS),
        signing=tuple(key for purpose, key in opened if purpose == LinePurpose.SIGNING),
    )


def private_line_key(row: LineKey) -> Secret[ec.EllipticCurvePrivateKey]:
    """Return the open private half; KeysUnavailable when it cannot be unwrapped."""
    aad = line_key_aad(account_id=row.account_id, key_id=row.id, purpose=row.purpose)
    key = load_der_private_key(key_encryption_keys().unwrap(row.wrapped, aad).reveal(), password=None)
    if not isinstance(key, ec.EllipticCurvePrivateKey):
        raise KeysUnavailable(f"{row} is not an elliptic-curve key")
    return Secret(key)


def waiting_line_keys(account_id: UUID) -> QuerySet[LineKey]:
    """Return the keys that the provider has yet to know, newest first."""
    return LineKey.objects.filter(account_id=account_id, not_before=None, retired_at=None).order_by("-id")


def usable_line_keys(account_id: UUID, *, now: datetime) -> QuerySet[LineKey]:
    """Return the keys that the provider should take now, newest first."""
    rows = LineKey.objects.filter(account_id=account_id, retired_at=None, not_before__lte=now, not_after__gt=now)
    return rows.order_by("-not_before", "-id")


def expiring_line_keys(*, within: timedelta, now: datetime) -> Sequence[LineKey]:
    """Return of each line and purpose the key that lasts longest, if even that ends within so long, or has ended.

    An older key that ends while a newer one goes on is a rotation, and nothing to worry about.
    """
    rows = LineKey.objects.filter(not_before__isnull=False, retired_at=None).select_related("account")
    longest = rows.order_by("account_id", "purpose", "-not_after").distinct("account_id", "purpose")
    return [row for row in longest if row.not_after is not None and row.not_after <= now + within]


def _opened(row: LineKey) -> OwnKey:
    if row.not_before is None or row.not_after is None:
        raise ValueError("a key that waits is not opened")
    certificate = None if row.certificate is None else bytes(row.certificate)
    return OwnKey(row.key_id, private_line_key(row), row.not_before, row.not_after, certificate)
