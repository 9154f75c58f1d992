"""Reads about merchants that deserve a name."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Exists, FilteredRelation, OuterRef, Q, QuerySet

from apps.merchants.errors import UnknownMerchant
from apps.merchants.models import CredentialKind, Merchant, SpentNonce, Till, TillCredential, TillKey, TillProof
from apps.rows import Frozen


def key_digest(text: str) -> bytes:
    """Return what is kept of a till key."""
    return hashlib.sha256(text.encode()).digest()


_BY_DIGEST: Final = Frozen(
    lambda digest: TillKey.objects.select_related("till__store__merchant").filter(digest=digest), digest=bytes
)


def till_key_for(text: str, *, now: datetime) -> TillKey | None:
    """Return the valid key with its till, store and merchant, in one statement; None if there is none."""
    key = _BY_DIGEST.first(digest=key_digest(text))
    return key if key is not None and _opens(key, now) else None


def _opens(key: TillKey, now: datetime) -> bool:
    return key.is_valid(now) and key.till.closed_at is None


def _shown(kind: CredentialKind, fingerprint: str) -> FilteredRelation:
    there = "till__credentials"
    condition = Q(**{f"{there}__kind": kind, f"{there}__fingerprint": fingerprint})
    return FilteredRelation(there, condition=condition)


_WITH_CREDENTIALS: Final = Frozen(
    lambda digest, signer, certificate: (
        # The plugin does not know the relations that `annotate` adds.
        TillKey.objects.annotate(
            signer=_shown(CredentialKind.SIGNING, signer),
            certificate=_shown(CredentialKind.CERTIFICATE, certificate),
        )
        .select_related("till__store__merchant", "signer", "certificate")  # type: ignore[misc]
        .filter(digest=digest)
    ),
    digest=bytes,
    signer=str,
    certificate=str,
)


@dataclass(frozen=True, slots=True)
class ShownKey:
    """A valid till key, and the till's valid credentials among those that came with it."""

    key: TillKey
    signer: TillCredential | None = None
    certificate: TillCredential | None = None


def shown_till_key(text: str, *, signer: str, certificate: str, now: datetime) -> ShownKey | None:
    """Return the valid key with the till's credentials of these fingerprints, in one statement.

    None without a valid key, as `till_key_for`; a credential that has ended or is another till's is as good as none.
    """
    key = _WITH_CREDENTIALS.first(digest=key_digest(text), signer=signer, certificate=certificate)
    if key is None or not _opens(key, now):
        return None
    # The joins set an attribute where they found something.
    found: list[TillCredential | None] = [getattr(key, name, None) for name in ("signer", "certificate")]
    valid = [each if each is not None and each.is_valid(now) else None for each in found]
    return ShownKey(key, *valid)


def valid_credentials(now: datetime) -> QuerySet[TillCredential]:
    """Return every credential that proves something at this moment."""
    return TillCredential.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), revoked_at=None)


def tills_without_proof(merchant_id: UUID, proof: TillProof, *, now: datetime) -> list[Till]:
    """Return the merchant's open tills with a valid key that lack a credential which this proof asks for."""
    keys = TillKey.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), till=OuterRef("id"), revoked_at=None)
    credentials = valid_credentials(now).filter(till=OuterRef("id"))
    in_use = Till.objects.filter(Exists(keys), store__merchant_id=merchant_id, closed_at=None).annotate(
        signs=Exists(credentials.filter(kind=CredentialKind.SIGNING)),
        shows=Exists(credentials.filter(kind=CredentialKind.CERTIFICATE)),
    )
    lacks = Q(pk__in=[])
    if proof.needs_signature:
        lacks |= Q(signs=False)
    if proof.needs_certificate:
        lacks |= Q(shows=False)
    return list(in_use.filter(lacks).order_by("id"))


def old_nonces(*, before: datetime, limit: int) -> list[bytes]:
    """Return at most `limit` nonces whose time was over by then."""
    old = SpentNonce.objects.filter(kept_until__lt=before).values_list("digest", flat=True)
    return [bytes(digest) for digest in old[:limit]]


def merchant_of(merchant_id: UUID) -> Merchant:
    """Return the merchant. Raises UnknownMerchant."""
    merchant = Merchant.objects.filter(id=merchant_id).first()
    if merchant is None:
        raise UnknownMerchant
    return merchant


def business_date(merchant: Merchant, *, now: datetime) -> date:
    """Return the day on which the merchant books a sale of this moment."""
    return now.astimezone(ZoneInfo(merchant.time_zone)).date()
