"""What this door reads to answer, and finds only within the session's own customer."""

from uuid import UUID

from django.conf import settings

from apps.devices.errors import UnknownDevice
from apps.devices.models import Device, KeyProtection
from apps.devices.queries import devices_of, live_devices_of
from apps.devices.states import DeviceStatus
from apps.instruments.errors import UnknownInstrument
from apps.instruments.models import Instrument
from apps.instruments.queries import instruments_of
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id
from apps.kernel.money import Money
from apps.limits.models import PaymentLimit, Scope


def identified(prefix: str, text: str, *, otherwise: type[DomainError]) -> UUID:
    """Return the identifier inside a public id; `otherwise` for what is none, like for one that nobody has."""
    try:
        return from_public_id(prefix, text)
    except ValueError:
        raise otherwise from None


def own_device(customer_id: UUID, public: str) -> Device:
    """Return the customer's device. Raises UnknownDevice, also for somebody else's."""
    device_id = identified("dev", public, otherwise=UnknownDevice)
    device = devices_of(customer_id).filter(id=device_id).first()
    if device is None:
        raise UnknownDevice
    return device


def listed_devices(customer_id: UUID) -> list[Device]:
    """Return the customer's devices, newest first, without those that are gone for good."""
    return list(devices_of(customer_id).exclude(status=DeviceStatus.REVOKED))


def is_last_device(device: Device) -> bool:
    """Say whether the customer has no other device with which he could act."""
    return not live_devices_of(device.customer_id).filter(status=DeviceStatus.ACTIVE).exclude(id=device.id).exists()


def own_instrument(customer_id: UUID, handle: int) -> Instrument:
    """Return the customer's instrument. Raises UnknownInstrument, also for a removed one."""
    instrument = instruments_of(customer_id).filter(handle=handle).first()
    if instrument is None:
        raise UnknownInstrument
    return instrument


def payment_limit_of(device: Device) -> Money:
    """Return the most that one payment of this device may be, as device and customer are limited.

    Like the payment itself: what was set for the device counts instead of the default for its kind. What merchants
    and means of payment allow is known only at the till.
    """
    is_in_hardware = device.key_protection == KeyProtection.HARDWARE
    default: Money = settings.HARDWARE_DEVICE_LIMIT if is_in_hardware else settings.SOFTWARE_DEVICE_LIMIT
    of_device, of_customer = (Scope.DEVICE, device.id), (Scope.CUSTOMER, device.customer_id)
    rows = PaymentLimit.objects.filter(subject_id__in=(device.id, device.customer_id), currency=default.currency)
    was_set = {(Scope(row.scope), row.subject_id): Money(row.per_payment_minor, row.currency) for row in rows}
    limit = was_set.get(of_device, default)
    return min(limit, was_set.get(of_customer, limit))
