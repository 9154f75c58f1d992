"""What a customer calls his devices."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.devices.announcements import announce_name
from apps.devices.locks import lock_device
from apps.devices.models import Device
from apps.devices.operations.enrol import NAME_LENGTH, printable
from apps.devices.states import DeviceStatus
from apps.kernel.actors import Actor
from apps.kernel.transitions import WrongState


@transaction.atomic(durable=True)
def rename_device(*, device_id: UUID, name: str, by: Actor, now: datetime) -> Device:
    """Give the device another name; its certificate keeps the first one. Raises InvalidName, UnknownDevice, WrongState.

    Not while it waits: whoever approves it must see the name that it came with. Not once it is revoked.
    """
    name = printable(name, longest=NAME_LENGTH)
    device = lock_device(device_id)
    if device.status in (DeviceStatus.PENDING, DeviceStatus.REVOKED):
        raise WrongState("a device that waits or is revoked keeps its name", status=str(device.status))
    if device.name == name:
        return device
    device.name = name
    device.save(update_fields=["name"])
    record(actor=by, action="device.renamed", subject=device.public_id, now=now)
    announce_name(device, now=now)
    return device
