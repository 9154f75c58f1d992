"""What a payment writes into the books. Training writes nothing."""

from datetime import datetime

from apps.kernel.money import Money
from apps.ledger import templates
from apps.ledger.operations import post_journal
from apps.merchants.queries import business_date
from apps.transactions.models import Payment


def post_hold(payment: Payment, *, provider: str, amount: Money, now: datetime) -> None:
    """Note the provider's promise."""
    _post(payment, "hold", templates.hold(provider=provider, amount=amount), is_dated=False, now=now)


def post_release(payment: Payment, *, provider: str, amount: Money, now: datetime) -> None:
    """Note that the promise, or the rest of it, is no longer used."""
    _post(payment, "release", templates.release(provider=provider, amount=amount), is_dated=False, now=now)


def post_capture(payment: Payment, *, provider: str, amount: Money, now: datetime) -> None:
    """Book the sale, on the merchant's business day of this moment."""
    lines = templates.capture(provider=provider, merchant=payment.merchant_id, amount=amount)
    _post(payment, "capture", lines, is_dated=True, now=now)


def post_refund(payment: Payment, *, provider: str, amount: Money, now: datetime) -> None:
    """Book what the provider gave back, on the merchant's business day of this moment."""
    lines = templates.refund(provider=provider, merchant=payment.merchant_id, amount=amount)
    _post(payment, "refund", lines, is_dated=True, now=now)


def _post(payment: Payment, kind: str, lines: templates.Lines, *, is_dated: bool, now: datetime) -> None:
    if payment.is_training:
        return
    day = business_date(payment.merchant, now=now) if is_dated else None
    post_journal(kind=kind, lines=lines, business_date=day, subject=payment.public_id, now=now)
