"""Reads about devices that deserve a name."""

import hashlib
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.customers.states import CustomerStatus
from apps.devices.models import Device, Session
from apps.devices.states import FINAL_REASONS, DeviceStatus
from apps.rows import Frozen

_BY_REF: Final = Frozen(
    lambda device_ref: Device.objects.select_related("customer").filter(device_ref=device_ref), device_ref=bytes
)


def token_digest(text: str) -> bytes:
    """Return what is kept of a session's token or a socket's ticket."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()


def device_for_code(device_ref: bytes) -> Device | None:
    """Return the device that a code names, with its customer, in one statement; whether it may pay is not asked."""
    return _BY_REF.first(device_ref=device_ref)


def device_with(device_id: UUID) -> Device | None:
    """Return the device with its customer, in one statement."""
    return Device.objects.select_related("customer").filter(id=device_id).first()


def session_for(token: str, *, now: datetime) -> Session | None:
    """Return the open session with its device and customer, in one statement; None if there is none.

    A device that is locked, suspended or revoked has none, nor has a closed customer. A pending device's session,
    and a frozen customer's, are returned: what little they may do is the caller's rule.
    """
    session = Session.objects.select_related("device__customer").filter(digest=token_digest(token)).first()
    if session is None or not session.is_open(now):
        return None
    if session.device.status not in (DeviceStatus.ACTIVE, DeviceStatus.PENDING):
        return None
    if session.device.customer.status == CustomerStatus.CLOSED:
        return None
    return session


def devices_of(customer_id: UUID) -> QuerySet[Device]:
    """Return all devices of the customer, revoked ones too, newest first."""
    return Device.objects.filter(customer_id=customer_id).order_by("-enrolled_at", "-id")


def live_devices_of(customer_id: UUID) -> QuerySet[Device]:
    """Return the devices that pay, or may pay again without enrolling anew: those that the limit of five counts."""
    stopped_for_good = Q(status=DeviceStatus.SUSPENDED, status_reason__in=FINAL_REASONS)
    return devices_of(customer_id).exclude(status=DeviceStatus.REVOKED).exclude(stopped_for_good)
