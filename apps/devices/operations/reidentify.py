"""A customer who forgot his PIN, or locked it, was identified anew: his phones end, and a letter brings a code."""

from collections.abc import Collection
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.customers.errors import UnknownCustomer
from apps.customers.locks import lock_customer
from apps.customers.states import CustomerStatus
from apps.devices.errors import UnknownDevice
from apps.devices.locks import lock_devices
from apps.devices.models import ActivationSource
from apps.devices.operations.activation import IssuedCode, end_activation_codes, write_activation_code
from apps.devices.operations.moves import apply_move
from apps.devices.states import MOVES, DeviceStatus
from apps.kernel.actors import Actor
from apps.kernel.transitions import check_move

# What staff see beside the status.
REASON: Final = "reidentified"


@transaction.atomic(durable=True)
def reidentify_customer(
    *, customer_id: UUID, device_ids: Collection[UUID], checked: str, note: str, by: Actor, now: datetime
) -> IssuedCode:
    """Revoke these devices of the customer, end his open codes, and issue one for a letter: all of it or nothing.

    `checked` is the kind of document that was looked at, `note` what else was; numbers of documents are not kept.
    Raises UnknownCustomer, also for a closed one; UnknownDevice for one that is not his; WrongState for one that is
    revoked already, so that the same form sent twice issues one code.
    """
    devices = lock_devices(frozenset(device_ids))
    customer = lock_customer(customer_id)
    if customer.status == CustomerStatus.CLOSED:
        raise UnknownCustomer
    if len(devices) != len(frozenset(device_ids)) or any(device.customer_id != customer_id for device in devices):
        raise UnknownDevice
    for device in devices:
        check_move(MOVES, DeviceStatus(device.status), DeviceStatus.REVOKED)
        apply_move(device, to=DeviceStatus.REVOKED, reason=REASON, note=note, by=by, now=now)
    end_activation_codes(customer, by=by, now=now)
    record(
        actor=by,
        action="customer.reidentified",
        subject=customer.public_id,
        reason=note,
        facts={"checked": checked, "devices": [device.public_id for device in devices]},
        now=now,
    )
    return write_activation_code(customer, source=ActivationSource.LETTER, by=by, now=now)
