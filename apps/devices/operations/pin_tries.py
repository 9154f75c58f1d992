"""One count of PIN tries for the wallet's proofs, shared with the till's."""

from datetime import datetime

from apps.audit.operations import record
from apps.devices.errors import PinLocked
from apps.devices.models import Device
from apps.devices.pin import PIN_FIELDS, count_try, is_locked
from apps.kernel.actors import Actor


def take_pin_try(*, device: Device, is_right: bool, purpose: str, now: datetime) -> int:
    """Count and save a try on the locked device, in the caller's transaction, and return how many are left.

    PinLocked if there is none to take. After a wrong one the transaction must be committed before PinWrong is raised.
    """
    if is_locked(device):
        raise PinLocked
    tries_left = count_try(device, is_right=is_right, now=now)
    device.save(update_fields=PIN_FIELDS)
    if not is_right:
        record(
            actor=Actor("device", device.public_id),
            action="pin.locked" if is_locked(device) else "pin.wrong",
            subject=device.public_id,
            facts={"purpose": purpose, "tries_left": tries_left},
            now=now,
        )
    return tries_left
