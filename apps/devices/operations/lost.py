"""A customer without his phone stops it, and gets it in writing."""

import base64
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.customers.letters import DEVICES_STOPPED
from apps.customers.models import Customer
from apps.customers.telling import write_letter
from apps.devices.errors import UnknownDevice
from apps.devices.locks import lock_devices
from apps.devices.models import Device, StopConfirmation
from apps.devices.operations.moves import apply_move
from apps.devices.states import LOST_PHONE, DeviceStatus
from apps.kernel.actors import Actor
from apps.kernel.ids import public_id, uuid7
from apps.keys.models import Purpose
from apps.keys.operations import sign_document
from apps.keys.operations.documents import verify_document
from apps.paycode.keys import Label

logger = logging.getLogger(__name__)

# Its letter has one line for all of them, and a customer has five at most.
MOST_AT_ONCE: Final = 20


@dataclass(frozen=True, slots=True)
class Stopped:
    """A confirmation, and what was signed in it."""

    confirmation: StopConfirmation
    # Any: JSON.
    document: dict[str, Any]


def stop_lost_devices(*, customer_id: UUID, device_ids: Collection[UUID], now: datetime) -> Stopped:
    """Stop these devices of the customer for good: at every till with the next code, and their sessions at once.

    The caller has checked that it is the customer who asks. The confirmation is signed with the label `stop`, kept,
    and told by mail. Asked again about devices that are stopped already, it gives back the confirmation that there is.
    Nothing brings such a device back but enrolling anew. Raises UnknownDevice, with nothing stopped, if one of them is
    not his or was revoked, and KeysUnavailable. Must not be called inside a transaction.
    """
    wanted = frozenset(device_ids)
    devices = list(Device.objects.filter(id__in=wanted, customer_id=customer_id).order_by("id"))
    if not 0 < len(wanted) <= MOST_AT_ONCE or len(devices) != len(wanted):
        raise UnknownDevice
    confirmation_id = uuid7()
    # Signed before the transaction: opening the signing key may be slow.
    signed = sign_document(
        label=Label.STOP, document=_document(confirmation_id, customer_id, devices, now), purpose=Purpose.STOP, now=now
    )
    confirmation = _stop(confirmation_id, customer_id, wanted, signed, now)
    logger.info("lost devices stopped", extra={"confirmation": str(confirmation.id), "count": len(wanted)})
    document = verify_document(label=Label.STOP, signed=confirmation.signed, purpose=Purpose.STOP)
    return Stopped(confirmation, document)


@transaction.atomic(durable=True)
def _stop(
    confirmation_id: UUID, customer_id: UUID, wanted: frozenset[UUID], signed: dict[str, str], now: datetime
) -> StopConfirmation:
    locked = lock_devices(wanted)
    if any(device.status == DeviceStatus.REVOKED for device in locked):
        raise UnknownDevice
    going = [device for device in locked if not _is_stopped_as_lost(device)]
    # The locks are held: whoever stopped them meanwhile has committed his confirmation.
    known = None if going else _confirmation_of(customer_id, wanted)
    if known is not None:
        return known
    customer = locked[0].customer
    by = Actor("customer", customer.public_id)
    for device in going:
        apply_move(device, to=DeviceStatus.SUSPENDED, reason=LOST_PHONE, by=by, now=now)
    confirmation = StopConfirmation.objects.create(id=confirmation_id, customer=customer, signed=signed, at=now)
    record(
        actor=by,
        action="customer.stopped_devices",
        subject=customer.public_id,
        facts={"confirmation": str(confirmation.id), "devices": [device.public_id for device in locked]},
        now=now,
    )
    _write(customer, confirmation, locked, now)
    return confirmation


def _is_stopped_as_lost(device: Device) -> bool:
    # One that was suspended as cloned is stopped for good too, but nobody has confirmed it to the customer.
    return device.status == DeviceStatus.SUSPENDED and device.status_reason == LOST_PHONE


def _confirmation_of(customer_id: UUID, wanted: frozenset[UUID]) -> StopConfirmation | None:
    """Return the newest confirmation that names all of these devices, if one does."""
    names = {public_id("dev", device_id) for device_id in wanted}
    for confirmation in StopConfirmation.objects.filter(customer_id=customer_id).order_by("-id")[:50]:
        document = verify_document(label=Label.STOP, signed=confirmation.signed, purpose=Purpose.STOP)
        if names <= {device["device"] for device in document["devices"]}:
            return confirmation
    return None


# Any: the document is JSON.
def _document(confirmation_id: UUID, customer_id: UUID, devices: Iterable[Device], now: datetime) -> dict[str, Any]:
    return {
        "kind": "stop",
        "confirmation": str(confirmation_id),
        "customer": public_id("cus", customer_id),
        "devices": [
            {
                "device": device.public_id,
                "device_ref": base64.urlsafe_b64encode(bytes(device.device_ref)).rstrip(b"=").decode("ascii"),
                "name": device.name,
            }
            for device in devices
        ],
        "time": now.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
    }


def _write(customer: Customer, confirmation: StopConfirmation, devices: Iterable[Device], now: datetime) -> None:
    write_letter(
        customer=customer,
        letter=DEVICES_STOPPED,
        facts={
            "time": f"{now.astimezone(UTC):%d.%m.%Y %H:%M} UTC",
            "devices": ", ".join(device.name for device in devices),
            "number": str(confirmation.id),
        },
        cause=f"devices.stopped:{confirmation.id}",
        now=now,
    )
