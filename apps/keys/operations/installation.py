"""Everything that a new installation needs in its safe."""

from datetime import datetime

from django.db import transaction

from apps.kernel.actors import Actor
from apps.keys.locks import lock_key_making
from apps.keys.models import Purpose, SigningKey
from apps.keys.operations.certificates import create_certificate_authority
from apps.keys.operations.code_keys import create_code_key
from apps.keys.operations.signing_keys import create_signing_key
from apps.keys.queries import current_signing_key, published_code_keys


def create_missing_keys(*, now: datetime, by: Actor) -> list[str]:
    """Make every key of which there is no valid one, and return the names of the new; safe to call twice."""
    made: list[str] = []
    with transaction.atomic():
        lock_key_making()
        for purpose in Purpose:
            if current_signing_key(purpose, now) is None:
                made.append(_create(purpose, now, by).key_id)
        if not any(key.is_valid_at(now) for key in published_code_keys(now)):
            made.append(str(create_code_key(now=now, by=by)))
    return made


def _create(purpose: Purpose, now: datetime, by: Actor) -> SigningKey:
    if purpose == Purpose.CERTIFICATES:
        return create_certificate_authority(now=now, by=by)
    return create_signing_key(purpose=purpose, now=now, by=by)
