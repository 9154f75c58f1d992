"""Make P-256 keys, one purpose each."""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from apps.kernel.actors import Actor
from apps.keys.contexts import signing_key_aad
from apps.keys.kek import key_encryption_keys
from apps.keys.models import Purpose, SigningKey

# The root and the authority are pinned or built into certificates; the others are listed, and so can change.
LIFETIMES: Final = {
    Purpose.REALM_ROOT: timedelta(days=20 * 365),
    Purpose.CERTIFICATES: timedelta(days=20 * 365),
    Purpose.RECEIPT: timedelta(days=3 * 365),
    Purpose.AUDIT_HEAD: timedelta(days=3 * 365),
    Purpose.STOP: timedelta(days=3 * 365),
}


def create_signing_key(*, purpose: Purpose, now: datetime, by: Actor) -> SigningKey:
    """Make a key, valid at once, that signs from now on in place of the one before.

    ValueError for the certificate authority, which has a certificate and an operation of its own.
    """
    if purpose == Purpose.CERTIFICATES:
        raise ValueError("create_certificate_authority makes the key of the certificate authority")
    return store_signing_key(
        private_key=ec.generate_private_key(ec.SECP256R1()), purpose=purpose, certificate=None, now=now, by=by
    )


def store_signing_key(
    *, private_key: ec.EllipticCurvePrivateKey, purpose: Purpose, certificate: bytes | None, now: datetime, by: Actor
) -> SigningKey:
    """Write the key down with its private half sealed for this purpose and name only."""
    point = private_key.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)
    key_id = f"{purpose.replace(' ', '-')}-{hashlib.sha256(point).hexdigest()[:32]}"
    wrapped = key_encryption_keys().wrap(
        private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()),
        signing_key_aad(purpose=purpose, key_id=key_id),
    )
    return SigningKey.objects.create(
        key_id=key_id,
        purpose=purpose,
        public_key=point,
        certificate=certificate,
        kek_id=wrapped.kek_id,
        nonce=wrapped.nonce,
        wrapped_private_key=wrapped.ciphertext,
        not_before=now,
        not_after=now + LIFETIMES[purpose],
        created_at=now,
        created_by=str(by),
    )
