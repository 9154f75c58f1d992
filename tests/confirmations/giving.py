"""Money that comes back, in one line."""

from datetime import datetime

from apps.kernel.money import Money
from apps.transactions.models import Payment, Refund
from apps.transactions.operations.refund import RefundWish, refund_payment
from tests.shop import Shop, carry_out_all


def give_back(shop: Shop, payment: Payment, amount: int | None = None, *, now: datetime, reason: str = "") -> Refund:
    """Refund a captured payment at its till, and let the bank carry it out."""
    wish = RefundWish(amount=None if amount is None else Money(amount, payment.currency), reason=reason)
    refunded = refund_payment(
        payment_id=payment.id, wish=wish, point=shop.point, key=shop.key(), by=shop.actor, now=now
    )
    carry_out_all(payment.id, now=now)
    return Refund.objects.get(id=refunded.refund.id)
