"""What a receipt says. The fields are part of the contract with the wallet; they are signed, so they never change."""

import base64
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from apps.devices.models import Device
from apps.kernel.vat import vat_by_rate
from apps.merchants.models import Till
from apps.transactions.models import Payment, PaymentEvent, Refund


# Any: the document is JSON.
def receipt_document(*, payment: Payment, device: Device, event: PaymentEvent) -> dict[str, Any]:
    """Return the receipt of everything captured until now.

    Lines and VAT are those of the whole sale, so they are left out when only a part of it was captured.
    """
    is_whole = payment.captured_minor == payment.amount_minor
    lines = payment.lines if is_whole else []
    return {
        "kind": "payment",
        **_head(payment, device, payment.till),
        "cashier": payment.cashier,
        "amount": payment.captured_minor,
        "tip": payment.tip_minor if is_whole else 0,
        "lines": lines,
        "vat": _vat(lines),
        "time": rfc3339(event.at),
    }


# Any: the document is JSON.
def refund_document(
    *, refund: Refund, given_back_minor: int, payment: Payment, device: Device, event: PaymentEvent
) -> dict[str, Any]:
    """Return the receipt of everything that this refund gave back until now; `refunded` counts all refunds together."""
    lines = refund.lines if given_back_minor == refund.amount_minor else []
    return {
        "kind": "refund",
        "refund": refund.public_id,
        **_head(payment, device, refund.till or payment.till),
        "cashier": refund.cashier,
        "reason": refund.reason,
        "amount": given_back_minor,
        "paid": payment.captured_minor,
        "refunded": payment.refunded_minor,
        "lines": lines,
        "vat": _vat(lines),
        "time": rfc3339(event.at),
    }


def _head(payment: Payment, device: Device, till: Till) -> dict[str, Any]:
    store = till.store
    place = f"{store.postal_code} {store.town}".strip()
    instrument = payment.instrument
    return {
        "payment": payment.public_id,
        "version": payment.version,
        "device_ref": base64.urlsafe_b64encode(bytes(device.device_ref)).rstrip(b"=").decode("ascii"),
        "merchant": payment.merchant.legal_name,
        "vat_number": payment.merchant.vat_number,
        "store": store.name,
        "address": [part for part in (store.street, place, store.country) if part],
        "till": till.name,
        "reference": payment.reference,
        "currency": payment.currency,
        "instrument": {"kind": instrument.kind, "label": instrument.label} if instrument else None,
        "training": payment.is_training,
    }


def _vat(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, int]]:
    parts = vat_by_rate((line["vat_rate_basis_points"], line["amount"]) for line in lines)
    return [
        {"rate_basis_points": part.rate_basis_points, "gross": part.gross_minor, "vat": part.vat_minor}
        for part in parts
    ]


def rfc3339(moment: datetime) -> str:
    """Return the time in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
