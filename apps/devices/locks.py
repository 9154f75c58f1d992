"""The only place that locks devices and activation codes.

A device is locked before everything else that a payment locks, its customer too; several of them in the order of their
ids. An activation code is locked after its customer.
"""

from collections.abc import Callable, Collection
from typing import Final
from uuid import UUID

from apps.devices.errors import UnknownDevice, UnknownOrder
from apps.devices.models import ActivationCode, Device, RevocationOrder
from apps.devices.states import DeviceStatus
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
    return ask_locked_device(device_id)()


def ask_locked_device(device_id: UUID) -> Callable[[], Device]:
    """Ask for what `lock_device` returns; calling the result waits. What is asked next is read under the lock."""
    asked = _LOCKED.ask(device_id=device_id)

    def locked() -> Device:
        device = asked()
        if device is None:
            raise UnknownDevice
        return device

    return locked


def lock_devices(device_ids: Collection[UUID]) -> list[Device]:
    """Return these devices with their customer, locked in the order of their ids; without those that do not exist."""
    devices = Device.objects.select_related("customer").filter(id__in=device_ids).order_by("id")
    return list(devices.select_for_update(of=("self",), no_key=True))


def lock_waiting_device(public_key: bytes) -> Device | None:
    """Return the device with this key if it waits to be approved, locked. Before its customer, as every device."""
    waiting = Device.objects.select_related("customer").filter(public_key=public_key, status=DeviceStatus.PENDING)
    return waiting.select_for_update(of=("self",), no_key=True).first()


def lock_revocation_order(order_id: UUID) -> RevocationOrder:
    """Return the order, locked until the transaction ends. Lock it before the devices. Raises UnknownOrder."""
    order = RevocationOrder.objects.select_for_update().filter(id=order_id).first()
    if order is None:
        raise UnknownOrder
    return order


def lock_activation_code(code_id: UUID) -> ActivationCode:
    """Return the activation code, locked until the transaction ends. Lock its customer first."""
    return ActivationCode.objects.select_for_update().get(id=code_id)
