"""A customer leaves: his phones stop, his means of payment go, and what the law asks for stays."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.accounts.errors import AccountClosed, OpenPayments
from apps.accounts.queries import has_open_payments
from apps.customers.locks import lock_customer
from apps.customers.models import Customer
from apps.customers.operations import close_customer
from apps.customers.states import CustomerStatus
from apps.devices.locks import lock_devices
from apps.devices.models import Device
from apps.devices.operations import end_activation_codes
from apps.devices.operations.moves import apply_move
from apps.devices.states import DeviceStatus
from apps.instruments.operations.removal import remove_instruments
from apps.kernel.actors import Actor

REASON: Final = "account closed"
# What staff see beside the status of his devices.
_STATUS_REASON: Final = "closed"


@transaction.atomic(durable=True)
def close_account(*, customer_id: UUID, by: Actor, now: datetime, reason: str = REASON) -> Customer:
    """Close the customer's account for good, as a whole: devices revoked, means of payment removed, codes ended.

    Payments, receipts, events and evidence stay, and what was paid may still be given back. The address is free for a
    new customer. The caller has checked that the PIN was proved, or is staff who gives a `reason`. Raises
    OpenPayments, with nothing changed; and AccountClosed, also for whoever comes second at the same moment.
    """
    # Devices before their customer, like every payment: none can start from here on.
    devices = _lock_devices_of(customer_id)
    customer = lock_customer(customer_id)
    if customer.status == CustomerStatus.CLOSED:
        raise AccountClosed
    # A phone may have been enrolled between the two.
    devices += [device for device in _lock_devices_of(customer_id) if device not in devices]
    if has_open_payments(customer_id):
        raise OpenPayments
    for device in devices:
        device.customer = customer
        apply_move(device, to=DeviceStatus.REVOKED, reason=_STATUS_REASON, by=by, now=now)
    end_activation_codes(customer, by=by, now=now)
    remove_instruments(customer_id=customer.id, reason=REASON, by=by, now=now)
    close_customer(customer, reason=reason, by=by, now=now)
    return customer


def _lock_devices_of(customer_id: UUID) -> list[Device]:
    alive = Device.objects.filter(customer_id=customer_id).exclude(status=DeviceStatus.REVOKED)
    locked = lock_devices(list(alive.values_list("id", flat=True)))
    return [device for device in locked if device.status != DeviceStatus.REVOKED]
