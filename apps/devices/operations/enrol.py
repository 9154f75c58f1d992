"""A new phone becomes a device of the customer who holds an activation code."""

import hashlib
import secrets
import unicodedata
from datetime import datetime
from typing import Final

from django.db import IntegrityError, transaction

from apps.audit.operations import record
from apps.customers.models import Customer
from apps.devices.announcements import announce_enrolment
from apps.devices.errors import ActivationInvalid, DeviceLimit, InvalidKey, InvalidName, KeyInUse, ProofInvalid
from apps.devices.locks import lock_waiting_device
from apps.devices.models import ActivationCode, ActivationSource, Device, KeyProtection
from apps.devices.operations.activation import normal_form, redeem_activation_code
from apps.devices.operations.challenges import spend_challenge
from apps.devices.operations.moves import apply_move
from apps.devices.queries import live_devices_of
from apps.devices.states import DeviceStatus
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.keys.contexts import realm_id
from apps.keys.operations import issue_device_certificate
from apps.paycode.errors import CodeError
from apps.paycode.layout import DEVICE_REF_LENGTH, SYNC_LENGTH
from apps.paycode.messages import enrol_message, verify_signature
from apps.paycode.signatures import parse_public_key
from apps.switches.queries import refuse_if_enrolment_is_stopped

MOST_DEVICES: Final = 5
NAME_LENGTH: Final = 64
PLATFORM_LENGTH: Final = 32
# Only these keep the key in hardware. Whatever else calls itself a platform is treated like a browser.
HARDWARE_PLATFORMS: Final = frozenset({"android", "ios"})
# Whoever has only the mailbox, or looked over a shoulder at a QR, has not been identified.
UNIDENTIFIED: Final = frozenset({ActivationSource.MAIL, ActivationSource.HANDOVER})

_REFUSED_CATEGORIES: Final = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
# They turn the text around them: "\u202egnp.exe" reads as something else.
_BIDI_CONTROLS: Final = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def enrol_device(
    *, activation_code: str, name: str, platform: str, public_key: bytes, challenge: bytes, proof: bytes, now: datetime
) -> Device:
    """Enrol the phone that holds this key, and use the activation code up.

    EnrolmentStopped before anything else, while staff let no new phones in.
    Active at once, unless the customer had a device or an instrument before and the code proves no more than a
    mailbox or a glance: then pending. Raises InvalidName; ActivationInvalid alike for a wrong, used, expired or
    foreign code, and a wrong one is counted; then InvalidKey, ChallengeInvalid, ProofInvalid, DeviceLimit, KeyInUse,
    which leave the code unused. Two phones with one code: one wins. The customer's other devices and his mailbox hear
    of every enrolment. A phone that waits, and then shows a code from a letter or the counter, need wait no longer: it
    is approved and stays the device that it is.
    """
    name, platform = printable(name, longest=NAME_LENGTH), printable(platform, longest=PLATFORM_LENGTH)
    normal = normal_form(activation_code)
    refuse_if_enrolment_is_stopped()
    with transaction.atomic(durable=True):
        # Before the customer, whom the code locks.
        waiting = lock_waiting_device(public_key)
        redeemed = redeem_activation_code(normal, now=now) if normal else None
        if normal and redeemed:
            _check_key(normal=normal, public_key=public_key, challenge=challenge, proof=proof, now=now)
            if waiting is not None and _identifies(redeemed, waiting):
                return _approve(waiting, redeemed, now=now)
            return _create(redeemed, name=name, platform=platform, public_key=public_key, now=now)
    # After the commit, which keeps the count of wrong guesses.
    raise ActivationInvalid


def printable(text: str, *, longest: int) -> str:
    """Return the text in NFC without blanks around it; InvalidName if it is empty, too long, or disturbs its line."""
    if len(text) > 4 * longest:
        raise InvalidName
    normal = unicodedata.normalize("NFC", text).strip()
    is_visible = any(unicodedata.category(sign)[0] in "LNPS" for sign in normal)
    if not is_visible or len(normal) > longest:
        raise InvalidName
    if any(unicodedata.category(sign) in _REFUSED_CATEGORIES or sign in _BIDI_CONTROLS for sign in normal):
        raise InvalidName
    return normal


def _check_key(*, normal: str, public_key: bytes, challenge: bytes, proof: bytes, now: datetime) -> None:
    try:
        parse_public_key(public_key)
    except CodeError:
        raise InvalidKey from None
    spend_challenge(challenge, device_id=None, now=now)
    message = enrol_message(
        realm=realm_id().bytes,
        challenge=challenge,
        activation_digest=hashlib.sha256(normal.encode("ascii")).digest(),
        public_key=public_key,
    )
    if not verify_signature(public_key, message, proof):
        raise ProofInvalid


def _identifies(redeemed: tuple[ActivationCode, Customer], waiting: Device) -> bool:
    activation, customer = redeemed
    return activation.source not in UNIDENTIFIED and waiting.customer_id == customer.id


def _approve(waiting: Device, redeemed: tuple[ActivationCode, Customer], *, now: datetime) -> Device:
    activation, customer = redeemed
    apply_move(
        waiting,
        to=DeviceStatus.ACTIVE,
        reason="identified",
        by=Actor("customer", customer.public_id),
        facts={"source": str(activation.source)},
        now=now,
    )
    return waiting


def _create(
    redeemed: tuple[ActivationCode, Customer], *, name: str, platform: str, public_key: bytes, now: datetime
) -> Device:
    activation, customer = redeemed
    # The customer is locked: two enrolments at once cannot both be the fifth.
    if live_devices_of(customer.id).count() >= MOST_DEVICES:
        raise DeviceLimit
    is_pending = customer.established_at is not None and activation.source in UNIDENTIFIED
    device_ref = secrets.token_bytes(DEVICE_REF_LENGTH)
    device = Device(
        id=uuid7(),
        customer=customer,
        device_ref=device_ref,
        name=name,
        platform=platform,
        key_protection=KeyProtection.HARDWARE if platform in HARDWARE_PLATFORMS else KeyProtection.SOFTWARE,
        public_key=public_key,
        certificate=issue_device_certificate(public_key=public_key, device_ref=device_ref, name=name, now=now),
        status=DeviceStatus.PENDING if is_pending else DeviceStatus.ACTIVE,
        sync_current=secrets.token_bytes(SYNC_LENGTH),
        sync_changed_at=now,
        enrolled_at=now,
        activated_at=None if is_pending else now,
    )
    _insert(device)
    if not is_pending and customer.established_at is None:
        customer.established_at = now
        customer.save(update_fields=["established_at"])
    record(
        actor=Actor("customer", customer.public_id),
        action="device.enrolled",
        subject=device.public_id,
        facts={"source": str(activation.source), "platform": platform, "status": str(device.status)},
        now=now,
    )
    announce_enrolment(device, now=now)
    return device


def _insert(device: Device) -> None:
    try:
        with transaction.atomic():
            device.save(force_insert=True)
    except IntegrityError as error:
        if "device_public_key_is_enrolled_once" not in str(error):
            raise
        raise KeyInUse from None
