"""Setting the PIN: K_pin comes sealed from the phone, and rests under the key-encryption key."""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from django.db import transaction

from apps.audit.operations import record
from apps.devices.announcements import announce_pin_change
from apps.devices.errors import (
    FirstPinRefused,
    KeyNotAccepted,
    PinEpochWrong,
    PinWrong,
    SealInvalid,
    UnknownDevice,
)
from apps.devices.locks import lock_device
from apps.devices.models import Device
from apps.devices.operations.challenges import spend_challenge
from apps.devices.operations.pin_tries import take_pin_try
from apps.devices.operations.signed import check_not_stopped, check_signature
from apps.devices.pin import TRIES, has_pin, open_pin_key, wrap_pin_key
from apps.devices.queries import device_with
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.keys.contexts import realm_id
from apps.keys.kek import WrappedKey
from apps.keys.queries import code_key_for, published_code_keys
from apps.paycode.errors import CodeError
from apps.paycode.messages import (
    NO_OLD_PROOF,
    PinSetting,
    is_same_proof,
    pin_change_proof,
    pin_set_info,
    pin_set_message,
    unpack_pin_setting,
)
from apps.paycode.unseal import unseal

FIRST_PIN_WITHIN: Final = timedelta(minutes=15)
# A phone that was offline when the keys changed learns it within a day of coming back.
KEY_BEFORE_GOOD_FOR: Final = timedelta(days=1)
_SEALED_FIELDS: Final = ["pin_epoch", "pin_kek_id", "pin_nonce", "pin_wrapped", "pin_tries_left"]


def set_pin(*, device_id: UUID, kid: int, sealed: bytes, signature: bytes, now: datetime) -> Device:
    """Store the PIN key that the phone sealed, as the first one or in place of the one whose proof it gives.

    The caller has checked the session. Then in this order: UnknownDevice, SignatureInvalid, KeyNotAccepted,
    SealInvalid; under the lock what stops the device, ChallengeInvalid, PinEpochWrong; FirstPinRefused for a first
    one that comes late or with a proof; PinLocked; a wrong old proof costs a try, and its PinWrong says how many are
    left.
    """
    device = device_with(device_id)
    if device is None:
        raise UnknownDevice
    check_signature(device, pin_set_message(realm=realm_id().bytes, sealed=sealed), signature)
    setting = _open(device, kid=kid, sealed=sealed, now=now)
    # Before the lock is taken, since a key service may be slow; under it the epoch shows whether they still count.
    old_k_pin = open_pin_key(device) if has_pin(device) else None
    wrapped = wrap_pin_key(device, setting.k_pin, pin_epoch=setting.pin_epoch)
    with transaction.atomic(durable=True):
        locked = lock_device(device.id)
        check_not_stopped(locked)
        spend_challenge(setting.challenge, device_id=locked.id, now=now)
        if locked.pin_epoch != device.pin_epoch or setting.pin_epoch != locked.pin_epoch + 1:
            raise PinEpochWrong(pin_epoch=locked.pin_epoch)
        tries_left = _tries_left_after(locked, setting, old_k_pin=old_k_pin, now=now)
        if tries_left is None:
            return _store(locked, wrapped, now=now)
    # After the commit, which keeps the try.
    raise PinWrong(tries_left=tries_left)


def _open(device: Device, *, kid: int, sealed: bytes, now: datetime) -> PinSetting:
    info = pin_set_info(realm=realm_id().bytes, kid=kid, device_ref=bytes(device.device_ref))
    try:
        return unpack_pin_setting(unseal(sealed, private_key=_key_for_pins(kid, now), info=info))
    except CodeError:
        raise SealInvalid from None


def _key_for_pins(kid: int, now: datetime) -> X25519PrivateKey:
    valid = [key for key in published_code_keys(now)[:3] if key.is_valid_at(now)]
    accepted = {key.kid for key in valid[:1]}
    if len(valid) > 1 and now < valid[0].not_before + KEY_BEFORE_GOOD_FOR:
        accepted.add(valid[1].kid)
    key = code_key_for(kid, now) if kid in accepted else None
    if not isinstance(key, X25519PrivateKey):
        raise KeyNotAccepted
    return key


def _tries_left_after(
    device: Device, setting: PinSetting, *, old_k_pin: Secret[bytes] | None, now: datetime
) -> int | None:
    """Return None if the PIN may be set, or how many tries a wrong proof has left."""
    if old_k_pin is None:
        is_in_time = device.activated_at is not None and now < device.activated_at + FIRST_PIN_WITHIN
        if not is_in_time or not is_same_proof(NO_OLD_PROOF, setting.old_proof):
            raise FirstPinRefused
        return None
    proof = pin_change_proof(old_k_pin=old_k_pin.reveal(), new_k_pin=setting.k_pin, challenge=setting.challenge)
    is_right = is_same_proof(proof, setting.old_proof)
    tries_left = take_pin_try(device=device, is_right=is_right, purpose="pin change", now=now)
    return None if is_right else tries_left


def _store(device: Device, wrapped: WrappedKey, *, now: datetime) -> Device:
    device.pin_epoch += 1
    device.pin_kek_id, device.pin_nonce, device.pin_wrapped = wrapped.kek_id, wrapped.nonce, wrapped.ciphertext
    device.pin_tries_left = TRIES
    device.save(update_fields=_SEALED_FIELDS)
    record(
        actor=Actor("device", device.public_id),
        action="pin.set" if device.pin_epoch == 1 else "pin.changed",
        subject=device.public_id,
        facts={"pin_epoch": device.pin_epoch},
        now=now,
    )
    # The first one follows an enrolment, which was announced a moment ago.
    if device.pin_epoch > 1:
        announce_pin_change(device, now=now)
    return device
