"""The sync tag: four bytes that only the phone itself can have from its last contact."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.devices.errors import DeviceSuspended, InvalidSync
from apps.devices.locks import lock_device
from apps.devices.models import Device
from apps.devices.operations.moves import suspend_as_cloned
from apps.devices.operations.signed import check_not_stopped
from apps.kernel.actors import Actor
from apps.paycode.layout import SYNC_LENGTH

# A phone whose answer was lost asks again, and must not be taken for its own clone.
HANDED_OUT_AGAIN_FOR: Final = timedelta(minutes=10)


def sync_device(*, device_id: UUID, tag: bytes, now: datetime) -> bytes:
    """Return the tag that the phone holds from now on, in exchange for the one that it holds.

    The current or the previous one is good; any other shows that two phones have one key, and suspends the device:
    DeviceSuspended. InvalidSync for what is no tag; UnknownDevice; what stops the device.
    """
    if len(tag) != SYNC_LENGTH:
        raise InvalidSync
    with transaction.atomic(durable=True):
        device = lock_device(device_id)
        check_not_stopped(device)
        if tag in _known_tags(device):
            return _next_tag(device, tag, now)
        suspend_as_cloned(
            device=device, evidence={"seen": "foreign sync tag"}, by=Actor("device", device.public_id), now=now
        )
    # After the commit, which keeps the suspension.
    raise DeviceSuspended


def _known_tags(device: Device) -> set[bytes]:
    previous = device.sync_previous
    return {bytes(device.sync_current)} | ({bytes(previous)} if previous is not None else set())


def _next_tag(device: Device, presented: bytes, now: datetime) -> bytes:
    if now - device.sync_changed_at < HANDED_OUT_AGAIN_FOR:
        return bytes(device.sync_current)
    # A tag that came back by chance would make a clone look like the phone.
    known = _known_tags(device)
    fresh = secrets.token_bytes(SYNC_LENGTH)
    while fresh in known:
        fresh = secrets.token_bytes(SYNC_LENGTH)
    device.sync_previous, device.sync_current, device.sync_changed_at = presented, fresh, now
    device.save(update_fields=["sync_previous", "sync_current", "sync_changed_at"])
    return fresh
