"""Holding a payment against the limits, and giving back what it no longer uses."""

from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from apps.devices.models import Device, KeyProtection
from apps.instruments.models import Instrument
from apps.kernel.money import Money
from apps.limits.models import Scope
from apps.limits.operations import give_back, reserve_limits
from apps.limits.values import Limits, MerchantLimits, OverLimit
from apps.merchants.models import Merchant
from apps.transactions.models import Payment


def device_limits(device: Device) -> Limits:
    """Return what a device may pay unless somebody set another limit: a browser, whose key is in software, less."""
    if device.key_protection == KeyProtection.SOFTWARE:
        return Limits(settings.SOFTWARE_DEVICE_LIMIT, settings.SOFTWARE_DEVICE_DAY_LIMIT)
    return Limits(settings.HARDWARE_DEVICE_LIMIT, settings.HARDWARE_DEVICE_DAY_LIMIT)


def subjects_of(*, device_id: UUID, instrument_id: UUID, customer_id: UUID) -> dict[Scope, UUID]:
    """Return whose limits a payment is held against, besides the merchant's."""
    return {Scope.DEVICE: device_id, Scope.INSTRUMENT: instrument_id, Scope.CUSTOMER: customer_id}


def reserve_for(
    *,
    merchant: Merchant,
    device: Device,
    instrument: Instrument,
    amount: Money,
    day: date | None,
    now: datetime,
) -> OverLimit | None:
    """Reserve the amount in the caller's transaction, or name the limit in the way; without a day count nothing."""
    per_day_minor = merchant.per_day_limit_minor
    return reserve_limits(
        amount=amount,
        day=day,
        subjects=subjects_of(device_id=device.id, instrument_id=instrument.id, customer_id=device.customer_id),
        defaults={Scope.DEVICE: device_limits(device)},
        merchant=MerchantLimits(
            merchant_id=merchant.id,
            per_payment=_per_payment(merchant),
            per_day=None if per_day_minor is None else Money(per_day_minor, merchant.currency),
        ),
        now=now,
    )


def reserve_instrument(
    merchant: Merchant, instrument: Instrument, *, amount: Money, day: date, now: datetime
) -> OverLimit | None:
    """Reserve the amount on one more instrument of a payment whose other limits are reserved already."""
    return reserve_limits(
        amount=amount,
        day=day,
        subjects={Scope.INSTRUMENT: instrument.id},
        defaults={},
        merchant=MerchantLimits(merchant_id=merchant.id, per_payment=_per_payment(merchant)),
        now=now,
    )


def _per_payment(merchant: Merchant) -> Money:
    return Money(merchant.per_payment_limit_minor, merchant.currency)


def return_limits(payment: Payment, amount_minor: int) -> int:
    """Give back what the locked payment no longer uses, at most what it holds; return what it holds then.

    The caller writes the result, so that nothing is given back twice.
    """
    returned = min(amount_minor, payment.limits_reserved_minor)
    if returned <= 0 or payment.device_id is None or payment.instrument_id is None or payment.customer_id is None:
        return payment.limits_reserved_minor
    payers = subjects_of(
        device_id=payment.device_id, instrument_id=payment.instrument_id, customer_id=payment.customer_id
    )
    give_back(
        subjects={**payers, Scope.MERCHANT: payment.merchant_id},
        amount=Money(returned, payment.currency),
        day=payment.business_date,
        reserved_at=payment.created_at,
    )
    return payment.limits_reserved_minor - returned
