"""Every write about merchants: opening one, its stores, its tills, and issuing and revoking till keys."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction
from django.db.models import Q

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.merchants.errors import InvalidMerchant, NameTaken, UnknownMerchant, UnknownStore, UnknownTill
from apps.merchants.models import Language, Merchant, Mode, Store, Till, TillKey, TillKind
from apps.merchants.queries import key_digest


@dataclass(frozen=True, slots=True)
class IssuedKey:
    """A key at the only moment at which its text is known."""

    till: Till
    mode: Mode
    text: Secret[str]


@transaction.atomic(durable=True)
def create_merchant(
    *,
    legal_name: str,
    per_payment_limit: Money,
    vat_number: str = "",
    time_zone: str = "Europe/Zurich",
    by: Actor,
    now: datetime,
) -> Merchant:
    """Open a merchant that sells in the currency of its limit. Raises InvalidMerchant."""
    if not legal_name.strip() or per_payment_limit.amount <= 0:
        raise InvalidMerchant
    try:
        ZoneInfo(time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidMerchant(f"{time_zone!r} is not a time zone; write it like Europe/Zurich") from None
    merchant = Merchant.objects.create(
        legal_name=legal_name.strip(),
        vat_number=vat_number,
        currency=per_payment_limit.currency,
        per_payment_limit_minor=per_payment_limit.amount,
        time_zone=time_zone,
        created_at=now,
    )
    record(actor=by, action="merchant.created", subject=merchant.public_id, now=now)
    return merchant


@transaction.atomic(durable=True)
def create_store(*, merchant_id: UUID, name: str, town: str, by: Actor, now: datetime) -> Store:
    """Open a store of a merchant. Raises UnknownMerchant, NameTaken."""
    merchant = Merchant.objects.filter(id=merchant_id).first()
    if merchant is None:
        raise UnknownMerchant
    try:
        with transaction.atomic():
            store = Store.objects.create(merchant=merchant, name=name, town=town, created_at=now)
    except IntegrityError:
        raise NameTaken(f"{merchant} has a store named {name!r} already") from None
    record(actor=by, action="store.created", subject=store.public_id, now=now)
    return store


@transaction.atomic(durable=True)
def create_till(
    *,
    store_id: UUID,
    name: str,
    kind: TillKind = TillKind.ATTENDED,
    language: Language = Language.GERMAN,
    by: Actor,
    now: datetime,
) -> Till:
    """Set up a till in a store; it has no key yet. Raises UnknownStore, NameTaken."""
    store = Store.objects.filter(id=store_id).first()
    if store is None:
        raise UnknownStore
    try:
        with transaction.atomic():
            till = Till.objects.create(store=store, name=name, kind=kind, language=language, created_at=now)
    except IntegrityError:
        raise NameTaken(f"{store} has a till named {name!r} already") from None
    record(actor=by, action="till.created", subject=till.public_id, now=now)
    return till


@transaction.atomic(durable=True)
def issue_till_key(*, till_id: UUID, mode: Mode, overlap: timedelta, by: Actor, now: datetime) -> IssuedKey:
    """Issue a key, and let the till's other keys of that mode end after the overlap.

    The text is in the answer and nowhere else: who loses it issues another.
    Raises UnknownTill.
    """
    # Locked, so that two issues at once follow one another and only the last key stays without an end.
    till = Till.objects.select_for_update().filter(id=till_id).first()
    if till is None:
        raise UnknownTill
    text = f"till_{mode}_{secrets.token_urlsafe(32)}"
    ends_later = Q(expires_at=None) | Q(expires_at__gt=now + overlap)
    TillKey.objects.filter(ends_later, till=till, mode=mode, revoked_at=None).update(expires_at=now + overlap)
    TillKey.objects.create(till=till, digest=key_digest(text), mode=mode, created_at=now)
    record(actor=by, action="till.key_issued", subject=till.public_id, facts={"mode": str(mode)}, now=now)
    return IssuedKey(till=till, mode=mode, text=Secret(text))


@transaction.atomic(durable=True)
def revoke_till_keys(*, till_id: UUID, reason: str, by: Actor, now: datetime) -> int:
    """End every key of the till at once, and return how many were still open. Raises UnknownTill."""
    till = Till.objects.select_for_update().filter(id=till_id).first()
    if till is None:
        raise UnknownTill
    count = TillKey.objects.filter(till=till, revoked_at=None).update(revoked_at=now)
    record(actor=by, action="till.keys_revoked", subject=till.public_id, reason=reason, now=now)
    return count
