"""The only place that locks devices and activation codes.

A device is locked before everything else that a payment locks. An activation code is locked after its customer.
"""

from typing import Final
from uuid import UUID

from apps.devices.errors import UnknownDevice
from apps.devices.models import ActivationCode, Device
from apps.rows import Frozen

# No key of the row ever changes, so rows that only point at it (sessions, challenges) need not wait.
_LOCKED: Final = Frozen(
    lambda device_id: (
        Device.objects.select_related("customer").select_for_update(of=("self",), no_key=True).filter(id=device_id)
    ),
    device_id=UUID,
)


def lock_device(device_id: UUID) -> Device:
    """Return the device with its customer, the device locked until the transaction ends. Raises UnknownDevice."""
    device = _LOCKED.first(device_id=device_id)
    if device is None:
        raise UnknownDevice
    return device


def lock_activation_code(code_id: UUID) -> ActivationCode:
    """Return the activation code, locked until the transaction ends. Lock its customer first."""
    return ActivationCode.objects.select_for_update().get(id=code_id)
