"""The only place that locks merchants and tills, so lightly that sales, which point at both, go on meanwhile."""

from uuid import UUID

from apps.merchants.errors import UnknownMerchant, UnknownTill
from apps.merchants.models import Merchant, Till


def lock_merchant(merchant_id: UUID) -> Merchant:
    """Return the merchant, locked until the transaction ends. Raises UnknownMerchant."""
    merchant = Merchant.objects.select_for_update(no_key=True).filter(id=merchant_id).first()
    if merchant is None:
        raise UnknownMerchant
    return merchant


def lock_till(till_id: UUID) -> Till:
    """Return the till, locked until the transaction ends. Raises UnknownTill."""
    till = Till.objects.select_for_update(no_key=True).filter(id=till_id).first()
    if till is None:
        raise UnknownTill
    return till
