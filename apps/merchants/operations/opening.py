"""Opening a merchant, its stores and its tills."""

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import IntegrityError, transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.money import Money
from apps.merchants.errors import InvalidMerchant, NameTaken, UnknownMerchant, UnknownStore
from apps.merchants.models import Language, Merchant, Store, Till, TillKind


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
