"""The customer is asked, and answers with the phone that made the code: a yes needs the PIN, a no does not."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.devices.errors import PinLocked, PinWrong, SignatureInvalid
from apps.devices.locks import lock_device
from apps.devices.models import Device
from apps.devices.operations import take_pin_try
from apps.devices.pin import has_pin, is_locked, open_pin_key
from apps.devices.states import DeviceStatus
from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.masking import Secret
from apps.kernel.transitions import WrongState
from apps.keys.contexts import realm_id
from apps.paycode.messages import (
    consent_content,
    consent_pin_ok,
    is_same_proof,
    step_up_message,
    verify_signature,
)
from apps.transactions.errors import PaymentNotFound
from apps.transactions.locks import lock_payment
from apps.transactions.models import Payment
from apps.transactions.operations.proceed import go_on, miss_deadline, turn_down
from apps.transactions.queries import whole_payment
from apps.transactions.states import Action, Status

_NOT_ASKED: Final = "nothing is asked of you for this payment"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the phone sent: yes or no, its signature over what it showed, and for a yes the proof of the PIN."""

    is_yes: bool
    signature: bytes
    pin_ok: bytes | None = field(default=None, repr=False)


def decide_consent(*, payment_id: UUID, device: Device, decision: Decision, now: datetime) -> Payment:
    """Take the customer's answer to a payment that waits for it, from the device that made the code.

    A wrong proof of the PIN costs a try, which stays. Raises PaymentNotFound for anybody else's payment, WrongState
    when nothing is asked any more, SignatureInvalid, PinWrong, PinLocked.
    """
    refusal = _decide(payment_id, device, decision, now)
    if refusal is not None:
        raise refusal
    return whole_payment(payment_id)


@transaction.atomic(durable=True)
def _decide(payment_id: UUID, known_device: Device, decision: Decision, now: datetime) -> DomainError | None:
    # The device first, as everywhere: a scan of its next code may be waiting for it.
    device = lock_device(known_device.id)
    payment = lock_payment(payment_id)
    if payment.device_id != device.id:
        raise PaymentNotFound
    if payment.status != Status.ACTION_REQUIRED or payment.action != Action.CUSTOMER_CONSENT:
        raise WrongState(_NOT_ASKED, status=payment.status)
    if device.status != DeviceStatus.ACTIVE:
        raise SignatureInvalid
    if miss_deadline(payment, now=now):
        return WrongState(_NOT_ASKED, status=payment.status)
    content = content_of(payment, device, is_yes=decision.is_yes)
    message = step_up_message(realm=realm_id().bytes, content=content)
    if not verify_signature(bytes(device.public_key), message, decision.signature):
        raise SignatureInvalid
    by = Actor("device", device.public_id)
    if not decision.is_yes:
        record(actor=by, action="consent.refused", subject=payment.public_id, now=now)
        turn_down(payment, code="customer_refused", detail="customer_refused", by=by, now=now)
        return None
    if refusal := _judge_pin(device, content, decision.pin_ok, now):
        return refusal
    record(actor=by, action="consent.given", subject=payment.public_id, now=now)
    go_on(payment, kind="payment.consented", by=by, now=now)
    return None


def content_of(payment: Payment, device: Device, *, is_yes: bool) -> bytes:
    """Return what signature and proof of a consent share: the phone must have shown exactly this."""
    return consent_content(
        device_ref=bytes(device.device_ref),
        payment_id=payment.id.bytes,
        amount_minor=payment.amount_minor,
        currency=payment.currency,
        merchant=payment.merchant.legal_name,
        is_yes=is_yes,
    )


def _judge_pin(device: Device, content: bytes, pin_ok: bytes | None, now: datetime) -> PinWrong | PinLocked | None:
    if not has_pin(device) or is_locked(device):
        return PinLocked()
    k_pin: Secret[bytes] = open_pin_key(device)
    expected = consent_pin_ok(k_pin=k_pin.reveal(), realm=realm_id().bytes, content=content)
    is_right = is_same_proof(expected, pin_ok or b"")
    tries_left = take_pin_try(device=device, is_right=is_right, purpose="consent", now=now)
    return None if is_right else PinWrong(tries_left=tries_left)
