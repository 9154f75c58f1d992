"""An old phone lets a new one of the same customer in."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.devices.errors import OwnDevice, SignatureInvalid, UnknownDevice
from apps.devices.locks import lock_devices
from apps.devices.models import Device
from apps.devices.operations.challenges import spend_challenge
from apps.devices.operations.moves import apply_move
from apps.devices.operations.signed import check_not_stopped, check_signature
from apps.devices.queries import device_with
from apps.devices.states import DeviceStatus
from apps.kernel.actors import Actor
from apps.kernel.transitions import WrongState
from apps.keys.contexts import realm_id
from apps.paycode.layout import CHALLENGE_LENGTH
from apps.paycode.messages import handover_message

_REASON: Final = "approved"


def approve_device(*, device_id: UUID, approver_id: UUID, challenge: bytes, signature: bytes, now: datetime) -> Device:
    """Let a device that waits pay from now on, because another one of its customer has signed for its very key.

    The caller has checked that the approver's session is a confirmed one. Then in this order: UnknownDevice, also for
    somebody else's; OwnDevice; SignatureInvalid; under the locks what stops the approver, ChallengeInvalid, and
    WrongState for one that was stopped. One that is active already stays so. The first PIN may be set for fifteen
    minutes from now.
    """
    device, approver = device_with(device_id), device_with(approver_id)
    if device is None or approver is None or device.customer_id != approver.customer_id:
        raise UnknownDevice
    if device.id == approver.id:
        raise OwnDevice
    if len(challenge) != CHALLENGE_LENGTH:
        raise SignatureInvalid
    message = handover_message(
        realm=realm_id().bytes,
        old_device_ref=bytes(approver.device_ref),
        new_device_ref=bytes(device.device_ref),
        new_public_key=bytes(device.public_key),
        challenge=challenge,
    )
    check_signature(approver, message, signature)
    return _approve(device_id=device.id, approver_id=approver.id, challenge=challenge, now=now)


@transaction.atomic(durable=True)
def _approve(*, device_id: UUID, approver_id: UUID, challenge: bytes, now: datetime) -> Device:
    locked = {device.id: device for device in lock_devices([device_id, approver_id])}
    device, approver = locked[device_id], locked[approver_id]
    check_not_stopped(approver)
    spend_challenge(challenge, device_id=approver.id, now=now)
    if device.status == DeviceStatus.ACTIVE:
        return device
    if device.status != DeviceStatus.PENDING:
        raise WrongState("only a device that waits is approved", status=str(device.status))
    apply_move(device, to=DeviceStatus.ACTIVE, reason=_REASON, by=Actor("device", approver.public_id), now=now)
    return device
