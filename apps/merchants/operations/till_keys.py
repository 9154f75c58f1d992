"""Issuing and revoking till keys."""

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.merchants.errors import InvalidScopes
from apps.merchants.locks import lock_till
from apps.merchants.models import Mode, Till, TillKey, TillScope
from apps.merchants.queries import key_digest


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key at the only moment at which its text is known."""

    till: Till
    mode: Mode
    scopes: tuple[TillScope, ...]
    text: Secret[str]


@transaction.atomic(durable=True)
def issue_till_key(
    *,
    till_id: UUID,
    mode: Mode,
    overlap: timedelta,
    scopes: Collection[TillScope] = tuple(TillScope),
    by: Actor,
    now: datetime,
) -> IssuedKey:
    """Issue a key for these scopes, and let the till's other keys of that mode end after the overlap.

    The text is in the answer and nowhere else: who loses it issues another.
    Raises UnknownTill, InvalidScopes.
    """
    if not scopes or not set(scopes) <= set(TillScope):
        raise InvalidScopes
    # Locked, so that two issues at once follow one another and only the last key stays without an end.
    till = lock_till(till_id)
    text = f"till_{mode}_{secrets.token_urlsafe(32)}"
    # Whatever they were good for: a key with fewer scopes is issued to take the others away.
    ends_later = Q(expires_at=None) | Q(expires_at__gt=now + overlap)
    TillKey.objects.filter(ends_later, till=till, mode=mode, revoked_at=None).update(expires_at=now + overlap)
    words = sorted({str(scope) for scope in scopes})
    TillKey.objects.create(till=till, digest=key_digest(text), mode=mode, scopes=words, created_at=now)
    facts = {"mode": str(mode), "scopes": words}
    record(actor=by, action="till.key_issued", subject=till.public_id, facts=facts, now=now)
    return IssuedKey(till=till, mode=mode, scopes=tuple(TillScope(word) for word in words), text=Secret(text))


@transaction.atomic(durable=True)
def revoke_till_keys(*, till_id: UUID, reason: str, by: Actor, now: datetime) -> int:
    """End every key of the till at once, and return how many were still open. Raises UnknownTill."""
    till = lock_till(till_id)
    count = TillKey.objects.filter(till=till, revoked_at=None).update(revoked_at=now)
    record(actor=by, action="till.keys_revoked", subject=till.public_id, reason=reason, now=now)
    return count
