"""What a till sees: one shape for every outcome, so that it needs one way through its own code."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from apps.kernel.money import Money
from apps.merchants.models import Language
from apps.pos_api.receipts import (
    Slip,
    SoldLine,
    customer_receipt,
    declined_slip,
    merchant_receipt,
    reservation_slip,
)
from apps.transactions.models import Payment
from apps.transactions.requests import Point
from apps.transactions.states import OPEN, RefundFacet, Status
from apps.transactions.words import decline_words

POLL_AFTER_MS: Final = 500
PROCESSING: Final = "processing"

# What a till need not tell apart has one name.
_SHOWN_STATUS: Final[Mapping[Status, str]] = {
    **dict.fromkeys(OPEN, PROCESSING),
    # The sale is off; that a hold is still being released is not the till's concern.
    Status.REVERSING: Status.CANCELLED.value,
}
_WAITING: Final = OPEN | {Status.ACTION_REQUIRED}
_NOT_SOLD: Final = frozenset({Status.DECLINED, Status.CANCELLED, Status.REVERSING, Status.EXPIRED})
_KEEPS_A_HOLD: Final = frozenset({Status.AUTHORISED, Status.CAPTURED})


def shown_status(status: str) -> str:
    """Return the status as a till sees it."""
    return _SHOWN_STATUS.get(Status(status), status)


def payment_shape(payment: Payment, *, with_receipt: bool = True) -> dict[str, object]:
    """Return the payment; needs its merchant, till, store and instrument loaded. Every member is always there."""
    status = Status(payment.status)
    remaining_minor = payment.remaining_minor if status in _KEEPS_A_HOLD else 0
    return {
        "id": payment.public_id,
        "object": "payment",
        "version": payment.version,
        "status": shown_status(status.value),
        "final": status in _NOT_SOLD or status == Status.CAPTURED,
        # Not even after a refund that failed: whoever was promised his money back does not get the goods as well.
        "safe_to_release_goods": status == Status.CAPTURED and payment.refund_status == RefundFacet.NONE,
        "safe_to_retry": status in _NOT_SOLD,
        "amount": payment.amount_minor,
        "currency": payment.currency,
        "authorised": payment.authorised_minor,
        "captured": payment.captured_minor,
        "remaining": remaining_minor,
        "refunded": payment.refunded_minor,
        "refund_status": payment.refund_status,
        "capture_status": payment.capture_status,
        "reference": payment.reference,
        "till": payment.till.public_id,
        "instrument": _instrument(payment),
        "expires_at": payment.hold_expires_at if remaining_minor else None,
        "decline": decline_shape(payment),
        "action": {"type": payment.action, "deadline": payment.deadline_at} if payment.action else None,
        "poll_after_ms": POLL_AFTER_MS if status in _WAITING else None,
        "receipt": _receipt(payment, status) if with_receipt else None,
        "created_at": payment.created_at,
    }


def decline_shape(payment: Payment) -> dict[str, object] | None:
    """Return why a declined payment was declined, in words; None for any other."""
    if payment.status != Status.DECLINED:
        return None
    return decline_in_words(
        payment.decline_code,
        cashier_language=payment.till.language,
        customer_language=payment.language,
        tries_left=payment.tries_left,
    )


def decline_in_words(
    code: str, *, cashier_language: str, customer_language: str, tries_left: int | None = None
) -> dict[str, object]:
    """Return a no as a till shows it; `tries_left` is a member only where it means something."""
    for_cashier = decline_words(code, cashier_language, tries_left=tries_left)
    for_customer = decline_words(code, customer_language, tries_left=tries_left)
    decline: dict[str, object] = {
        "code": code,
        "cashier_message": for_cashier.cashier,
        "customer_message": for_customer.customer,
        "action": for_cashier.action.value,
    }
    return decline if tries_left is None else decline | {"tries_left": tries_left}


def till_shape(point: Point, *, now: datetime) -> dict[str, object]:
    """Return who the till is, what it may, and what time it is."""
    till, store = point.till, point.till.store
    merchant = store.merchant
    return {
        "object": "till",
        "id": till.public_id,
        "name": till.name,
        "kind": till.kind,
        "mode": point.mode.value,
        "store": {"id": store.public_id, "name": store.name},
        "merchant": {
            "id": merchant.public_id,
            "legal_name": merchant.legal_name,
            "vat_number": merchant.vat_number,
            "currency": merchant.currency,
            "time_zone": merchant.time_zone,
        },
        "limits": {"per_payment": merchant.per_payment_limit_minor, "per_day": merchant.per_day_limit_minor},
        "languages": Language.values,
        "language": till.language,
        "server_time": now,
    }


def _instrument(payment: Payment) -> dict[str, object] | None:
    if payment.instrument is None:
        return None
    return {"kind": payment.instrument.kind, "label": payment.instrument.label}


def _receipt(payment: Payment, status: Status) -> dict[str, object] | None:
    cashier_language, customer_language = payment.till.language, payment.language
    match status:
        case Status.CAPTURED:
            slip = _slip(payment, payment.captured_at)
            return {
                "merchant": merchant_receipt(slip, cashier_language),
                "customer": customer_receipt(slip, customer_language),
            }
        case Status.AUTHORISED:
            slip = _slip(payment, payment.authorised_at)
            return {
                "merchant": reservation_slip(slip, cashier_language),
                "customer": reservation_slip(slip, customer_language),
            }
        case Status.DECLINED:
            slip = _slip(payment, payment.created_at)
            words = decline_words(payment.decline_code, customer_language, tries_left=payment.tries_left)
            return {"merchant": [], "customer": declined_slip(slip, words.customer, customer_language)}
        case _:
            return None


def _slip(payment: Payment, at: datetime | None) -> Slip:
    merchant, till, store = payment.merchant, payment.till, payment.till.store
    currency = payment.currency
    return Slip(
        legal_name=merchant.legal_name,
        vat_number=merchant.vat_number,
        store=(store.name, store.street, f"{store.postal_code} {store.town}".strip()),
        till=till.name,
        cashier=payment.cashier,
        reference=payment.reference,
        payment=payment.public_id,
        instrument="" if payment.instrument is None else payment.instrument.label,
        at=(at or payment.created_at).astimezone(ZoneInfo(merchant.time_zone)),
        amount=payment.amount,
        tip=Money(payment.tip_minor, currency),
        captured=Money(payment.captured_minor, currency),
        refunded=Money(payment.refunded_minor, currency),
        lines=[
            SoldLine(line["name"], line["quantity"], line["amount"], line["vat_rate_basis_points"])
            for line in payment.lines
        ],
        is_training=payment.is_training,
    )
