"""Make the keys to which phones seal their codes, and succeed them in time."""

from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import transaction
from django.db.models import Max

from apps.kernel.actors import Actor
from apps.keys.contexts import realm_id
from apps.keys.errors import KidsExhausted
from apps.keys.kek import key_encryption_keys
from apps.keys.locks import lock_key_making
from apps.keys.models import KID_MAX, CodeKey
from apps.keys.queries import forget_code_keys
from apps.paycode.keys import code_key_aad

CODE_KEY_LIFETIME: Final = timedelta(days=400)
# A phone that comes online at least once in this time never shows a code that the server cannot read.
SUCCESSOR_BEFORE: Final = timedelta(days=90)


def create_code_key(*, now: datetime, by: Actor) -> CodeKey:
    """Make the next code key, valid at once; KidsExhausted after the 255th, because a kid is never used again."""
    with transaction.atomic():
        lock_key_making()
        return _create(now=now, by=by)


def rotate_code_key(*, now: datetime, by: Actor) -> CodeKey:
    """Return the newest code key, having made a successor if its last ninety days have begun.

    Safe to call every day and from two places at once. A successor is valid from its publication on,
    so that whoever learns it may use it. One that was just made has `created_at == now`.
    """
    with transaction.atomic():
        lock_key_making()
        newest = CodeKey.objects.order_by("-kid").first()
        if newest is not None and now < newest.not_after - SUCCESSOR_BEFORE:
            return newest
        return _create(now=now, by=by)


def _create(*, now: datetime, by: Actor) -> CodeKey:
    last: int = CodeKey.objects.aggregate(last=Max("kid"))["last"] or 0
    if last >= KID_MAX:
        raise KidsExhausted
    kid = last + 1
    private_key = X25519PrivateKey.generate()
    aad = code_key_aad(realm=realm_id().bytes, kid=kid)
    wrapped = key_encryption_keys().wrap(private_key.private_bytes_raw(), aad)
    key = CodeKey.objects.create(
        kid=kid,
        public_key=private_key.public_key().public_bytes_raw(),
        kek_id=wrapped.kek_id,
        nonce=wrapped.nonce,
        wrapped_private_key=wrapped.ciphertext,
        not_before=now,
        not_after=now + CODE_KEY_LIFETIME,
        created_at=now,
        created_by=str(by),
    )
    forget_code_keys()
    return key
