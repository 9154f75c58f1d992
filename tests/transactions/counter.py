"""What people do at the counter and behind it, in one line each: refund, confirm, consent, decide a review."""

from datetime import datetime, timedelta
from typing import Any

from apps.approvals.models import Approval
from apps.approvals.operations import decide_approval
from apps.kernel.actors import Actor
from apps.kernel.ids import from_public_id
from apps.kernel.money import Money
from apps.limits.models import DayCounter
from apps.merchants.operations import change_merchant
from apps.outbox.models import Message
from apps.transactions.models import Payment, PaymentEvent
from apps.transactions.operations.confirm import confirm_payment
from apps.transactions.operations.consent import Decision, decide_consent
from apps.transactions.operations.refund import Refunded, RefundWish, carry_out_approval, refund_payment
from apps.transactions.operations.review import decide_review
from apps.transactions.queries import whole_payment
from apps.transactions.requests import Answered, RequestKey
from tests.cast import STAFF, Phone
from tests.shop import Shop, carry_out_all

BEAT = Actor("operator", "beat")


def at(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def buy(shop: Shop, phone: Phone, amount: int = 1000, *, now: datetime, **sale: Any) -> Payment:
    """Return a sale whose capture the provider has carried out."""
    payment = shop.sell(phone, amount, now=now, **sale)
    shop.capture(payment, now=now)
    return carry_out_all(payment.id, now=now)


def refund(
    shop: Shop,
    payment: Payment,
    amount: int | None = None,
    *,
    now: datetime,
    key: RequestKey | None = None,
    currency: str = "CHF",
    **wish: Any,
) -> Refunded:
    """Ask for a part or the rest of the money back, as the shop's till."""
    money = None if amount is None else Money(amount, currency)
    return refund_payment(
        payment_id=payment.id,
        wish=RefundWish(amount=money, **wish),
        point=shop.point,
        key=key or shop.key(),
        by=shop.actor,
        now=now,
    )


def set_refund_limit(shop: Shop, minor: int, *, now: datetime) -> None:
    """Let refunds above so much wait for a second person."""
    change_merchant(merchant_id=shop.merchant.id, refund_limit=Money(minor, "CHF"), by=STAFF, now=now)


def approve(refunded: Refunded, *, is_yes: bool = True, by: Actor = BEAT, now: datetime) -> Approval:
    """Let a second person say yes or no to the refund."""
    assert refunded.refund.approval_id is not None, "nobody was asked"
    return decide_approval(
        approval_id=refunded.refund.approval_id, is_yes=is_yes, asked_hash=None, reason="seen", by=by, now=now
    )


def carry_out_decision(approval: Approval, *, now: datetime) -> None:
    """Do what the note about a decided approval asks for."""
    carry_out_approval(
        refund_id=from_public_id("ref", approval.subject),
        is_yes=approval.status == "approved",
        reason=f"approval_{approval.status}",
        by=BEAT,
        now=now,
    )


def confirm(shop: Shop, payment: Payment, *, now: datetime, key: RequestKey | None = None) -> Answered:
    """Let the cashier say that it is another sale."""
    return confirm_payment(payment_id=payment.id, point=shop.point, key=key or shop.key(), by=shop.actor, now=now)


def review(payment: Payment, *, is_release: bool = True, now: datetime) -> Payment:
    """Let staff decide about a held payment."""
    decide_review(payment_id=payment.id, is_release=is_release, reason="known customer", by=BEAT, now=now)
    return whole_payment(payment.id)


def consent(
    phone: Phone, payment: Payment, *, is_yes: bool = True, pin: str | None = None, now: datetime, **shown: Any
) -> Payment:
    """Let the customer answer on the phone; `shown` is what it believes to have shown, if it differs."""
    told: dict[str, Any] = {
        "payment_id": payment.id,
        "amount_minor": payment.amount_minor,
        "currency": payment.currency,
        "merchant": payment.merchant.legal_name,
    }
    signature, pin_ok = phone.consent(**told | shown, is_yes=is_yes, pin=pin)
    decision = Decision(is_yes=is_yes, signature=signature, pin_ok=pin_ok)
    return decide_consent(payment_id=payment.id, device=phone.device(), decision=decision, now=now)


def kinds_of(payment: Payment) -> list[str]:
    """Return what happened to the payment, in order."""
    return list(PaymentEvent.objects.filter(payment=payment).order_by("version").values_list("kind", flat=True))


def used(*subjects: Any) -> dict[str, int]:
    """Return what is counted against the daily limits of these, by scope."""
    rows = DayCounter.objects.filter(subject_id__in=[subject.id for subject in subjects])
    return dict(rows.values_list("scope", "used_minor"))


def notes_of(topic: str) -> int:
    """Return how many notes of the topic were left."""
    return Message.objects.filter(topic=topic).count()
