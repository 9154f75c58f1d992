"""What a receipt says. The fields are part of the contract with the wallet; they are signed, so they never change."""

import base64
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from apps.devices.models import Device
from apps.transactions.models import Payment, PaymentEvent


# Any: the document is JSON.
def receipt_document(*, payment: Payment, device: Device, event: PaymentEvent) -> dict[str, Any]:
    """Return the receipt of everything captured until now.

    Lines and VAT are those of the whole sale, so they are left out when only a part of it was captured.
    """
    is_whole = payment.captured_minor == payment.amount_minor
    lines = payment.lines if is_whole else []
    store = payment.till.store
    place = f"{store.postal_code} {store.town}".strip()
    instrument = payment.instrument
    return {
        "kind": "payment",
        "payment": payment.public_id,
        "version": payment.version,
        "device_ref": base64.urlsafe_b64encode(bytes(device.device_ref)).rstrip(b"=").decode("ascii"),
        "merchant": payment.merchant.legal_name,
        "vat_number": payment.merchant.vat_number,
        "store": store.name,
        "address": [part for part in (store.street, place, store.country) if part],
        "till": payment.till.name,
        "cashier": payment.cashier,
        "reference": payment.reference,
        "amount": payment.captured_minor,
        "currency": payment.currency,
        "tip": payment.tip_minor if is_whole else 0,
        "instrument": {"kind": instrument.kind, "label": instrument.label} if instrument else None,
        "lines": lines,
        "vat": vat_by_rate(lines),
        "time": rfc3339(event.at),
        "training": payment.is_training,
    }


def vat_by_rate(lines: Iterable[Mapping[str, Any]]) -> list[dict[str, int]]:
    """Return, by rate, the gross sum of the lines and the VAT that it contains, rounded once per rate."""
    gross: defaultdict[int, int] = defaultdict(int)
    for line in lines:
        gross[line["vat_rate_basis_points"]] += line["amount"]
    return [
        {"rate_basis_points": rate, "gross": total, "vat": vat_within(total, rate_basis_points=rate)}
        for rate, total in sorted(gross.items())
    ]


def vat_within(gross_minor: int, *, rate_basis_points: int) -> int:
    """Return the VAT that a gross amount contains, rounded half up once, away from zero for a return."""
    base = 10_000 + rate_basis_points
    vat = (2 * abs(gross_minor) * rate_basis_points + base) // (2 * base)
    return vat if gross_minor >= 0 else -vat


def rfc3339(moment: datetime) -> str:
    """Return the time in UTC with milliseconds."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
