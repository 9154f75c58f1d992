"""What a merchant decides about its tills."""

from datetime import datetime
from enum import Enum
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.money import Money
from apps.merchants.errors import InvalidMerchant
from apps.merchants.locks import lock_merchant
from apps.merchants.models import Merchant

# Every reader of JSON keeps such a number whole.
_MOST_MINOR: Final = 2**53 - 1


class Unlimited(Enum):
    """Takes a limit away, where None leaves it as it is."""

    UNLIMITED = "unlimited"


@transaction.atomic(durable=True)
def change_merchant(
    *,
    merchant_id: UUID,
    per_payment_limit: Money | None = None,
    per_day_limit: Money | Unlimited | None = None,
    refund_limit: Money | Unlimited | None = None,
    guards_duplicates: bool | None = None,
    by: Actor,
    now: datetime,
) -> Merchant:
    """Change what is named and leave the rest; repeating it changes nothing and leaves no second trace.

    A refund above `refund_limit` waits for a second person. A day's limit is never below that of one payment.
    Raises UnknownMerchant, InvalidMerchant.
    """
    merchant = lock_merchant(merchant_id)
    before = _settings_of(merchant)
    if per_payment_limit is not None:
        merchant.per_payment_limit_minor = _minor_of(merchant, per_payment_limit, least=1)
    if per_day_limit is not None:
        merchant.per_day_limit_minor = _minor_or_none(merchant, per_day_limit)
    if refund_limit is not None:
        merchant.refund_limit_minor = _minor_or_none(merchant, refund_limit)
    if guards_duplicates is not None:
        merchant.guards_duplicates = guards_duplicates
    if merchant.per_day_limit_minor is not None and merchant.per_day_limit_minor < merchant.per_payment_limit_minor:
        raise InvalidMerchant("the limit of a day is below that of one payment; change both together")
    after = _settings_of(merchant)
    changed = {name: {"from": before[name], "to": after[name]} for name in after if after[name] != before[name]}
    if changed:
        merchant.save(update_fields=list(changed))
        record(actor=by, action="merchant.changed", subject=merchant.public_id, facts=changed, now=now)
    return merchant


def _settings_of(merchant: Merchant) -> dict[str, int | bool | None]:
    return {
        "per_payment_limit_minor": merchant.per_payment_limit_minor,
        "per_day_limit_minor": merchant.per_day_limit_minor,
        "refund_limit_minor": merchant.refund_limit_minor,
        "guards_duplicates": merchant.guards_duplicates,
    }


def _minor_of(merchant: Merchant, limit: Money, *, least: int) -> int:
    if limit.currency != merchant.currency:
        raise InvalidMerchant(f"this merchant sells in {merchant.currency}")
    if not least <= limit.amount <= _MOST_MINOR:
        raise InvalidMerchant
    return limit.amount


def _minor_or_none(merchant: Merchant, limit: Money | Unlimited) -> int | None:
    return None if isinstance(limit, Unlimited) else _minor_of(merchant, limit, least=0)
