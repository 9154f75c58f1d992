"""What every message of an enrolled phone is asked first: did it sign, and is it still one of ours?"""

from typing import Final

from apps.customers.states import CustomerStatus
from apps.devices.errors import (
    CustomerClosed,
    DeviceLocked,
    DevicePending,
    DeviceRevoked,
    DeviceSuspended,
    SignatureInvalid,
)
from apps.devices.models import Device
from apps.devices.states import DeviceStatus
from apps.paycode.signatures import verify_signature

_STOPPED: Final = {
    DeviceStatus.PENDING: DevicePending,
    DeviceStatus.LOCKED: DeviceLocked,
    DeviceStatus.SUSPENDED: DeviceSuspended,
    DeviceStatus.REVOKED: DeviceRevoked,
}


def check_signature(device: Device, message: bytes, signature: bytes) -> None:
    """Raise SignatureInvalid unless the device signed this; costs the device nothing."""
    if not verify_signature(bytes(device.public_key), message, signature):
        raise SignatureInvalid


def check_not_stopped(device: Device, *, may_be_pending: bool = False) -> None:
    """Raise what stops the device, if anything does: its own status, or that its customer has left.

    Only after its signature was right: a stranger need not know.
    """
    status = DeviceStatus(device.status)
    if status in _STOPPED and not (may_be_pending and status == DeviceStatus.PENDING):
        raise _STOPPED[status]
    if device.customer.status == CustomerStatus.CLOSED:
        raise CustomerClosed
