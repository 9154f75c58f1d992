"""What this door shows: one function per shape, in the words of the contract."""

from datetime import datetime
from typing import Any

from django.conf import settings

from apps.customers.models import Customer
from apps.devices.models import Device
from apps.devices.pin import has_pin, is_locked
from apps.instruments.models import Instrument
from apps.kernel.ids import public_id
from apps.kernel.money import Money
from apps.limits.values import Limits
from apps.live.models import Event
from apps.transactions.models import Payment, Refund
from apps.transactions.states import LIVE_REFUNDS, RefundStatus
from apps.transactions.words import decline_words
from apps.wallet_api.fields import encoded
from apps.wallet_api.history import seen_as
from apps.wallet_api.queries import Raise, Story, limits_for

# Any: JSON.
Shape = dict[str, Any]


def own_device_shape(device: Device, now: datetime) -> Shape:
    """Return what a device reads about itself."""
    return {
        "device_id": device.public_id,
        "status": device.status,
        "server_time": now,
        "counter": device.counter,
        "pin": pin_shape(device),
        "limits": limits_shape(limits_for(device, now), settings.LIMIT_CURRENCY),
    }


def pin_shape(device: Device) -> Shape:
    """Return the state of the PIN: none, set or locked."""
    state = "locked" if is_locked(device) else "set" if has_pin(device) else "none"
    return {"state": state, "epoch": device.pin_epoch, "tries_left": device.pin_tries_left}


def limits_shape(limits: Limits, currency: str) -> Shape:
    """Return limits; null where nothing binds."""
    return {
        "per_payment": _minor_or_none(limits.per_payment),
        "per_day": _minor_or_none(limits.per_day),
        "currency": currency,
    }


def own_limits_shape(limits: Limits, most: Limits, later: Raise | None, currency: str) -> Shape:
    """Return what holds now, what this device may have at most, and what holds later, if anything."""
    return {
        **limits_shape(limits, currency),
        "at_most": limits_shape(most, currency),
        "later": None
        if later is None
        else {**limits_shape(later.limits, currency), "effective_at": later.effective_at},
    }


def _minor_or_none(limit: Money | None) -> int | None:
    return None if limit is None else limit.amount


def me_shape(customer: Customer) -> Shape:
    """Return the customer as he is called here."""
    return {
        "customer_id": customer.public_id,
        "email": customer.email,
        "language": customer.language,
        "status": customer.status,
        "created_at": customer.created_at,
    }


def device_shape(device: Device, *, own: Device) -> Shape:
    """Return an item of the list of devices; `own` is the one that asks, and signs the other two to approve one."""
    return {
        "device_id": device.public_id,
        "name": device.name,
        "platform": device.platform,
        "key_protection": device.key_protection,
        "status": device.status,
        "is_this_device": device.id == own.id,
        "device_ref": encoded(bytes(device.device_ref)),
        "public_key": encoded(bytes(device.public_key)),
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


def payment_shape(payment: Payment, story: Story, *, language: str) -> Shape:
    """Return a payment as its payer sees it."""
    return {
        "id": payment.public_id,
        "status": seen_as(payment.status),
        "version": payment.version,
        "amount": payment.amount_minor,
        "tip": payment.tip_minor,
        "captured": payment.captured_minor,
        "refunded": payment.refunded_minor,
        "refund_status": payment.refund_status,
        "currency": payment.currency,
        "merchant": payment.merchant.legal_name,
        "store": payment.till.store.name,
        "reference": payment.reference,
        "instrument": _means_shape(payment.instrument),
        "instead_of": _means_shape(story.instead_of),
        "action": _action_shape(payment),
        "decline": _decline_shape(payment, language),
        "refunds": [_refund_shape(refund) for refund in story.refunds],
        "training": payment.is_training,
        "created_at": payment.created_at,
        "captured_at": payment.captured_at,
    }


def _means_shape(instrument: Instrument | None) -> Shape | None:
    if instrument is None:
        return None
    return {"handle": instrument.handle, "kind": instrument.kind, "label": instrument.label}


def _action_shape(payment: Payment) -> Shape | None:
    """Return what is waited for: the device is the one that made the code, and the only one that may consent."""
    if not payment.action or payment.device_id is None:
        return None
    return {"type": payment.action, "deadline": payment.deadline_at, "device": public_id("dev", payment.device_id)}


def _refund_shape(refund: Refund) -> Shape:
    # Who must still agree, and who was asked how often, is the merchant's affair.
    is_live = RefundStatus(refund.status) in LIVE_REFUNDS
    return {
        "id": refund.public_id,
        "status": "pending" if is_live else refund.status,
        "amount": refund.amount_minor,
        "currency": refund.currency,
        "reason": refund.reason,
        "created_at": refund.created_at,
        "ended_at": refund.ended_at,
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
