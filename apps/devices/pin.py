"""The PIN of a device: how tries are counted, and the key that proves it.

Nothing here saves or locks. The till's code check and the wallet's sessions share one count, so whoever counts holds
the lock on the device's row and saves PIN_FIELDS before it lets go.
"""

from datetime import datetime, timedelta
from typing import Final

from apps.devices.errors import PinNotSet
from apps.devices.models import Device
from apps.kernel.masking import Secret
from apps.keys.contexts import realm_id
from apps.keys.kek import WrappedKey, key_encryption_keys
from apps.paycode.keys import pin_verifier_aad

TRIES: Final = 3
# A thief who stops after two tries each time, and lets the holder reset them, still ends here.
WRONG_TRIES_ALLOWED: Final = 10
WRONG_TRIES_WITHIN: Final = timedelta(days=30)
PIN_FIELDS: Final = ["pin_tries_left", "pin_wrong_times", "pin_locked_at"]


def has_pin(device: Device) -> bool:
    """Say whether a PIN was ever set."""
    return device.pin_epoch > 0


def is_locked(device: Device) -> bool:
    """Say whether the PIN takes no more tries; it never will again."""
    return device.pin_tries_left <= 0 or device.pin_locked_at is not None


def count_try(device: Device, *, is_right: bool, now: datetime) -> int:
    """Count a try on the locked row, without saving, and return how many wrong ones are left.

    The third wrong one in a row locks for ever, as does the eleventh within thirty days. A right one sets the tries
    back to three, but not the count of thirty days. A locked PIN takes no try: check `is_locked` before comparing.
    """
    if is_locked(device):
        return 0
    if is_right:
        device.pin_tries_left = TRIES
        return TRIES
    horizon = int((now - WRONG_TRIES_WITHIN).timestamp())
    recent = [moment for moment in device.pin_wrong_times if moment >= horizon]
    device.pin_wrong_times = [*recent, int(now.timestamp())]
    device.pin_tries_left -= 1
    if len(device.pin_wrong_times) > WRONG_TRIES_ALLOWED:
        device.pin_tries_left = 0
    if device.pin_tries_left == 0:
        device.pin_locked_at = now
    return device.pin_tries_left


def open_pin_key(device: Device) -> Secret[bytes]:
    """Return K_pin of the row's epoch; PinNotSet without one, KeysUnavailable when it cannot be unwrapped.

    Open it before the lock is taken, since a key service may be slow, and compare `pin_epoch` under the lock.
    """
    if not has_pin(device):
        raise PinNotSet
    wrapped = WrappedKey(kek_id=device.pin_kek_id, nonce=bytes(device.pin_nonce), ciphertext=bytes(device.pin_wrapped))
    return key_encryption_keys().unwrap(wrapped, _bound_to(device, device.pin_epoch))


def wrap_pin_key(device: Device, k_pin: bytes, *, pin_epoch: int) -> WrappedKey:
    """Seal a new K_pin for this device, its customer, its key and that epoch; it opens for no other."""
    return key_encryption_keys().wrap(k_pin, _bound_to(device, pin_epoch))


def _bound_to(device: Device, pin_epoch: int) -> bytes:
    return pin_verifier_aad(
        realm=realm_id().bytes,
        device_ref=bytes(device.device_ref),
        pin_epoch=pin_epoch,
        customer=device.customer_id.bytes,
        public_key=bytes(device.public_key),
    )
