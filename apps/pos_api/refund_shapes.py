"""Money that goes back, as a till sees it: refunds, and the sales of a customer who brings something."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from apps.kernel.ids import public_id
from apps.pos_api.shapes import decline_in_words, payment_shape
from apps.transactions.models import Payment, Refund
from apps.transactions.operations.refund import Refunded, refundable_minor
from apps.transactions.operations.returns import Identified
from apps.transactions.states import LIVE_REFUNDS, RefundStatus

Lines = list[dict[str, Any]]  # Any: JSON values, as tills sent them


def refund_shape(refund: Refund) -> dict[str, object]:
    """Return the refund without its payment."""
    return {
        "id": refund.public_id,
        "object": "refund",
        "status": refund.status,
        "final": RefundStatus(refund.status) not in LIVE_REFUNDS,
        "amount": refund.amount_minor,
        "currency": refund.currency,
        "reason": refund.reason,
        "cashier": refund.cashier,
        "lines": refund.lines,
        "failure": refund.failure_reason or None,
        "created_at": refund.created_at,
    }


def refunded_shape(refunded: Refunded) -> dict[str, object]:
    """Return the refund with its payment as it is now."""
    return refund_shape(refunded.refund) | {"payment": payment_shape(refunded.payment)}


def return_shape(
    identified: Identified, returned: Mapping[UUID, Lines], *, cashier_language: str, customer_language: str
) -> dict[str, object]:
    """Return who brings something back, as the sales that can be given back; `returned` are the lines that were."""
    scanned = identified.scanned
    decline = None
    if scanned.decline_code:
        decline = decline_in_words(
            scanned.decline_code,
            cashier_language=cashier_language,
            customer_language=customer_language,
            tries_left=scanned.tries_left,
        )
    return {
        "id": public_id("ret", scanned.id),
        "object": "return",
        "sales": [_sale_shape(payment, returned.get(payment.id, [])) for payment in identified.sales],
        "decline": decline,
        "created_at": scanned.created_at,
    }


def _sale_shape(payment: Payment, returned: Lines) -> dict[str, object]:
    # Without its receipts: they were printed, and fifty of them are long.
    return payment_shape(payment, with_receipt=False) | {
        "refundable": refundable_minor(payment),
        "store": payment.till.store.name,
        "lines": payment.lines,
        "returned_lines": returned,
    }
