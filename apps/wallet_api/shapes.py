"""What this door shows: one function per shape, in the words of the contract."""

from datetime import datetime
from typing import Any, Final

from apps.devices.models import Device
from apps.devices.pin import has_pin, is_locked
from apps.instruments.models import Instrument
from apps.kernel.money import Money
from apps.live.models import Event
from apps.transactions.models import Payment
from apps.transactions.states import Status
from apps.transactions.words import decline_words
from apps.wallet_api.queries import payment_limit_of

# Any: JSON.
Shape = dict[str, Any]

# What is under way looks alike, and a sale that is being undone is off.
_SEEN: Final = {
    Status.IN_REVIEW: "processing",
    Status.AUTHORISING: "processing",
    Status.UNKNOWN: "processing",
    Status.REVERSING: "cancelled",
}


def own_device_shape(device: Device, now: datetime) -> Shape:
    """Return what a device reads about itself."""
    return {
        "device_id": device.public_id,
        "status": device.status,
        "server_time": now,
        "counter": device.counter,
        "pin": pin_shape(device),
        "limits": _limits_shape(payment_limit_of(device)),
    }


def pin_shape(device: Device) -> Shape:
    """Return the state of the PIN: none, set or locked."""
    state = "locked" if is_locked(device) else "set" if has_pin(device) else "none"
    return {"state": state, "epoch": device.pin_epoch, "tries_left": device.pin_tries_left}


def _limits_shape(limit: Money) -> Shape:
    # Nobody counts by day yet; null is what clients must be ready for anyway.
    return {"per_payment": limit.amount, "per_day": None, "currency": limit.currency}


def device_shape(device: Device, *, own: Device) -> Shape:
    """Return an item of the list of devices; `own` is the one that asks."""
    return {
        "device_id": device.public_id,
        "name": device.name,
        "platform": device.platform,
        "key_protection": device.key_protection,
        "status": device.status,
        "is_this_device": device.id == own.id,
        "enrolled_at": device.enrolled_at,
    }


def instrument_shape(instrument: Instrument) -> Shape:
    """Return an item of the list of instruments."""
    return {
        "handle": instrument.handle,
        "kind": instrument.kind,
        "label": instrument.label,
        "name": instrument.name,
        "currency": instrument.currency,
        "status": instrument.status,
        "is_default": instrument.is_default,
    }


def event_shape(seq: int, event: Event) -> Shape:
    """Return an event as lists and sockets show it; the facts are ids."""
    return {**event.facts, "seq": seq, "type": event.kind, "at": event.at}


def payment_shape(payment: Payment, *, language: str) -> Shape:
    """Return a payment as its payer sees it."""
    instrument = payment.instrument
    return {
        "id": payment.public_id,
        "status": _SEEN.get(Status(payment.status), payment.status),
        "version": payment.version,
        "amount": payment.amount_minor,
        "tip": payment.tip_minor,
        "captured": payment.captured_minor,
        "refunded": payment.refunded_minor,
        "currency": payment.currency,
        "merchant": payment.merchant.legal_name,
        "store": payment.till.store.name,
        "reference": payment.reference,
        "instrument": None
        if instrument is None
        else {"handle": instrument.handle, "kind": instrument.kind, "label": instrument.label},
        "decline": _decline_shape(payment, language),
        "training": payment.is_training,
        "created_at": payment.created_at,
        "captured_at": payment.captured_at,
    }


def _decline_shape(payment: Payment, language: str) -> Shape | None:
    if not payment.decline_code:
        return None
    words = decline_words(payment.decline_code, language, tries_left=payment.tries_left)
    shape = {
        "code": payment.decline_code,
        "cashier_message": words.cashier,
        "customer_message": words.customer,
        "action": words.action,
    }
    return shape if payment.tries_left is None else shape | {"tries_left": payment.tries_left}
