"""Stopping a device, and letting it go on."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.devices.announcements import announce_move
from apps.devices.errors import OwnDevice
from apps.devices.locks import lock_device
from apps.devices.models import Device, Session
from apps.devices.states import CLONED, FINAL_REASONS, MOVES, DeviceStatus
from apps.kernel.actors import Actor
from apps.kernel.transitions import WrongState, check_move
from apps.live.commands import close_sockets

# Whoever identified the customer himself may approve without the signature of an old device, and lets go on what he
# suspended: another phone of the customer may be in the same hands.
_IDENTIFIERS: Final = frozenset({"operator", "system"})


@transaction.atomic(durable=True)
def move_device(*, device_id: UUID, to: DeviceStatus, reason: str, note: str = "", by: Actor, now: datetime) -> Device:
    """Lock, unlock, suspend or revoke a device; takes effect with the next code, and its sessions end with it.

    `reason` is a short word that staff see beside the status, `note` free text for the audit trail. Asking for the
    status that the device has already changes nothing, so that it is safe to repeat. Raises UnknownDevice; WrongState
    where there is no way, such as from a revoked, cloned or lost one; OwnDevice for one that would let itself go on.
    """
    device = lock_device(device_id)
    if to == DeviceStatus.ACTIVE and by == Actor("device", device.public_id):
        raise OwnDevice
    if device.status == to and not _is_graver(device, reason):
        return device
    _check_way(device, to, by)
    apply_move(device, to=to, reason=reason, note=note, by=by, now=now)
    return device


def suspend_as_cloned(*, device: Device, evidence: Mapping[str, str | int], by: Actor, now: datetime) -> None:
    """Suspend the locked device for good, in the caller's transaction: somebody else has its key. Staff get a case.

    Nothing happens to one that is revoked, or stopped for good already.
    """
    is_stopped_for_good = device.status == DeviceStatus.SUSPENDED and device.status_reason in FINAL_REASONS
    if device.status == DeviceStatus.REVOKED or is_stopped_for_good:
        return
    apply_move(device, to=DeviceStatus.SUSPENDED, reason=CLONED, by=by, facts=evidence, now=now)
    open_case(
        kind="device_cloned",
        severity=Severity.WARNING,
        subject=device.public_id,
        summary="Somebody else has a phone's key. It is stopped for good; tell its holder, and enrol him anew.",
        facts={"customer": device.customer.public_id, **evidence},
        now=now,
    )


def _is_graver(device: Device, reason: str) -> bool:
    """Say whether a suspended device is now suspended for good: a lesser reason never replaces a final one."""
    return (
        device.status == DeviceStatus.SUSPENDED
        and reason in FINAL_REASONS
        and device.status_reason not in FINAL_REASONS
    )


def _check_way(device: Device, to: DeviceStatus, by: Actor) -> None:
    current = DeviceStatus(device.status)
    if current == to:
        return
    check_move(MOVES, current, to)
    if to != DeviceStatus.ACTIVE:
        return
    if current == DeviceStatus.SUSPENDED and (device.status_reason in FINAL_REASONS or device.activated_at is None):
        raise WrongState("a device that was stopped for good is enrolled anew", status=str(current))
    if current == DeviceStatus.SUSPENDED and by.kind not in _IDENTIFIERS:
        raise WrongState("what staff suspended, staff lets go on", status=str(current))
    if current == DeviceStatus.PENDING and by.kind not in _IDENTIFIERS:
        raise WrongState("a pending device is approved, not unlocked", status=str(current))


def apply_move(
    device: Device,
    *,
    to: DeviceStatus,
    reason: str,
    note: str = "",
    by: Actor,
    facts: Mapping[str, str | int] | None = None,
    now: datetime,
) -> None:
    """Move the locked device, in the caller's transaction; whether there is a way, the caller has asked."""
    was = device.status
    device.status = to
    device.status_reason = "" if to == DeviceStatus.ACTIVE else reason
    if to == DeviceStatus.ACTIVE and device.activated_at is None:
        device.activated_at = now
    if to == DeviceStatus.REVOKED:
        device.revoked_at = now
    device.save(update_fields=["status", "status_reason", "activated_at", "revoked_at"])
    if to != DeviceStatus.ACTIVE:
        Session.objects.filter(device=device, ended_at=None).update(ended_at=now)
        identifier = str(device.id)
        # Robust: a command that gets lost is made up for by each process's own look.
        transaction.on_commit(lambda: close_sockets(identifier), robust=True)
    record(
        actor=by,
        action=f"device.{to}",
        subject=device.public_id,
        reason=note or reason,
        facts={"was": str(was), "status_reason": device.status_reason, **(facts or {})},
        now=now,
    )
    if was != to:
        announce_move(device, was=DeviceStatus(was), now=now)
