"""What this door reads to answer, and finds only within the session's own customer."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import F

from apps.devices.errors import UnknownDevice
from apps.devices.models import Device
from apps.devices.queries import devices_of, live_devices_of
from apps.devices.states import DeviceStatus
from apps.instruments.errors import UnknownInstrument
from apps.instruments.models import Instrument
from apps.instruments.queries import instruments_of
from apps.kernel.errors import DomainError
from apps.kernel.ids import from_public_id
from apps.limits.models import PendingLimit, Scope
from apps.limits.queries import limits_in_force, money_or_none
from apps.limits.values import Limits
from apps.transactions.models import Attempt, Payment, Refund
from apps.transactions.operations.limiting import device_limits


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


def limits_for(device: Device, now: datetime) -> Limits:
    """Return the most that this device may pay, once and in a day, as device and customer are limited.

    Like the payment itself: what was set for the device counts instead of the default for its kind. What merchants
    and means of payment allow is known only at the till.
    """
    return limits_in_force(
        subjects={Scope.DEVICE: device.id, Scope.CUSTOMER: device.customer_id},
        defaults={Scope.DEVICE: device_limits(device)},
        currency=settings.LIMIT_CURRENCY,
        now=now,
    )


def most_of(device: Device, now: datetime) -> Limits:
    """Return what this device may pay at most, however high the customer's own limits are."""
    return limits_in_force(
        subjects={Scope.DEVICE: device.id},
        defaults={Scope.DEVICE: device_limits(device)},
        currency=settings.LIMIT_CURRENCY,
        now=now,
    )


@dataclass(frozen=True, slots=True)
class Raise:
    """Limits that were asked for and hold later."""

    limits: Limits
    effective_at: datetime


def waiting_raise(customer_id: UUID, now: datetime) -> Raise | None:
    """Return the raise of the customer's limits that still waits for its day, if there is one."""
    row = PendingLimit.objects.filter(
        scope=Scope.CUSTOMER, subject_id=customer_id, currency=settings.LIMIT_CURRENCY, effective_at__gt=now
    ).first()
    if row is None:
        return None
    limits = Limits(money_or_none(row.per_payment_minor, row.currency), money_or_none(row.per_day_minor, row.currency))
    return Raise(limits, row.effective_at)


def refunds_shown(payment_id: UUID) -> list[Refund]:
    """Return the refunds of a payment, oldest first."""
    return list(Refund.objects.filter(payment_id=payment_id).order_by("id"))


@dataclass(frozen=True, slots=True)
class Story:
    """What belongs to a payment besides its own row."""

    refunds: tuple[Refund, ...] = ()
    # The first choice, where it said no and the second one was asked.
    instead_of: Instrument | None = None


def stories_of(payments: Sequence[Payment]) -> dict[UUID, Story]:
    """Return the refunds and the use of the second choice of all these payments, in two statements."""
    ids = [payment.id for payment in payments]
    refunds: dict[UUID, list[Refund]] = {payment_id: [] for payment_id in ids}
    for refund in Refund.objects.filter(payment_id__in=ids).order_by("id"):
        refunds[refund.payment_id].append(refund)
    first_choices = Attempt.objects.filter(payment_id__in=ids, number=1).exclude(instrument=F("payment__instrument"))
    refused = {attempt.payment_id: attempt.instrument for attempt in first_choices.select_related("instrument")}
    return {payment_id: Story(tuple(refunds[payment_id]), refused.get(payment_id)) for payment_id in ids}
