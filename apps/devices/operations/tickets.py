"""Tickets: one socket each, within a minute, so that no token has to travel where sockets open."""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from apps.customers.states import CustomerStatus
from apps.devices.models import Device, SocketTicket
from apps.devices.queries import token_digest
from apps.devices.states import DeviceStatus
from apps.kernel.masking import Secret

LIFETIME: Final = timedelta(seconds=60)


def issue_socket_ticket(*, device: Device, now: datetime) -> Secret[str]:
    """Issue a ticket for one socket of the device, in the caller's transaction."""
    text = f"ticket_{secrets.token_urlsafe(32)}"
    SocketTicket.objects.create(device=device, digest=token_digest(text), expires_at=now + LIFETIME)
    return Secret(text)


@transaction.atomic(durable=True)
def take_socket_ticket(*, ticket: str, now: datetime) -> Device | None:
    """Use the ticket up and return its device with its customer; None for an unknown, used or old one.

    None also for a device that is not active: hints are about payments, and a pending device may not hear of them.
    """
    fresh = SocketTicket.objects.filter(digest=token_digest(ticket), used_at=None, expires_at__gt=now)
    if fresh.update(used_at=now) != 1:
        return None
    device = SocketTicket.objects.select_related("device__customer").get(digest=token_digest(ticket)).device
    is_welcome = device.status == DeviceStatus.ACTIVE and device.customer.status != CustomerStatus.CLOSED
    return device if is_welcome else None
