"""What a customer hears about his devices, in the transaction of what happened to them.

All of his devices read the same stream, so the one that it is about hears it too, unless it is stopped or pending.
"""

from datetime import datetime
from typing import Final

from apps.customers.letters import DEVICE_ENROLLED, DEVICE_WAITS, PIN_CHANGED, InLanguages
from apps.customers.telling import announce, write_letter
from apps.devices.models import Device
from apps.devices.states import DeviceStatus

_MOVED: Final = {
    DeviceStatus.LOCKED: "device.locked",
    DeviceStatus.SUSPENDED: "device.suspended",
    DeviceStatus.REVOKED: "device.revoked",
}


def announce_enrolment(device: Device, *, now: datetime) -> None:
    """Tell the customer's other devices and his mailbox of a new one, which may be somebody else's."""
    _announce(device, "device.enrolled", now)
    letter = DEVICE_WAITS if device.status == DeviceStatus.PENDING else DEVICE_ENROLLED
    _write(device, letter, "device.enrolled", now)


def announce_move(device: Device, *, was: DeviceStatus, now: datetime) -> None:
    """Tell the customer's devices that one of them was stopped, let go on, or approved."""
    is_approved = was == DeviceStatus.PENDING and device.status == DeviceStatus.ACTIVE
    going_on = "device.approved" if is_approved else "device.unlocked"
    _announce(device, _MOVED.get(DeviceStatus(device.status), going_on), now)
    if is_approved:
        # The letter of its enrolment said that it could do nothing yet.
        _write(device, DEVICE_ENROLLED, "device.approved", now)


def announce_pin_change(device: Device, *, now: datetime) -> None:
    """Tell the customer's devices and his mailbox that the PIN of one is another one now."""
    _announce(device, "device.pin_changed", now)
    _write(device, PIN_CHANGED, "pin.changed", now)


def announce_name(device: Device, *, now: datetime) -> None:
    """Tell the customer's devices that one of them is called otherwise."""
    _announce(device, "device.renamed", now)


def _write(device: Device, letter: InLanguages, cause: str, now: datetime) -> None:
    write_letter(
        customer=device.customer, letter=letter, facts={"device": device.name}, cause=f"{cause}:{device.id}", now=now
    )


def _announce(device: Device, kind: str, now: datetime) -> None:
    announce(customer=device.customer, kind=kind, facts={"device": device.public_id}, now=now)
