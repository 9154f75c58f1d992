"""Reads about merchants that deserve a name."""

import hashlib
from datetime import date, datetime
from typing import Final
from uuid import UUID
from zoneinfo import ZoneInfo

from apps.merchants.errors import UnknownMerchant
from apps.merchants.models import Merchant, TillKey
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
    if key is None or not key.is_valid(now) or key.till.closed_at is not None:
        return None
    return key


def merchant_of(merchant_id: UUID) -> Merchant:
    """Return the merchant. Raises UnknownMerchant."""
    merchant = Merchant.objects.filter(id=merchant_id).first()
    if merchant is None:
        raise UnknownMerchant
    return merchant


def business_date(merchant: Merchant, *, now: datetime) -> date:
    """Return the day on which the merchant books a sale of this moment."""
    return now.astimezone(ZoneInfo(merchant.time_zone)).date()
