"""Setting limits, and holding a payment against them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.errors import Refused
from apps.kernel.money import Money
from apps.limits.models import PaymentLimit, Scope


class InvalidLimit(Refused):
    """A limit is an amount of nothing or more."""

    code = "invalid_limit"


@dataclass(frozen=True, slots=True)
class OverLimit:
    """The limit that the amount crosses; a value, because the spent code must stay spent."""

    scope: str
    limit: Money


@transaction.atomic(durable=True)
def set_payment_limit(*, scope: Scope, subject_id: UUID, limit: Money, by: Actor, now: datetime) -> PaymentLimit:
    """Set the most that one payment of the subject may be; repeating it changes nothing more. Raises InvalidLimit."""
    if limit.amount < 0:
        raise InvalidLimit
    row, _ = PaymentLimit.objects.update_or_create(
        scope=scope,
        subject_id=subject_id,
        currency=limit.currency,
        defaults={"per_payment_minor": limit.amount, "set_at": now},
    )
    facts = {"limit": limit.amount, "currency": limit.currency}
    record(actor=by, action=f"limit.{scope}_set", subject=str(subject_id), facts=facts, now=now)
    return row


def check_payment_limits(
    *, amount: Money, subjects: Mapping[Scope, UUID], defaults: Mapping[Scope, Money], merchant_limit: Money
) -> OverLimit | None:
    """Return the first limit that one payment of this amount crosses, or None; one statement, no lock.

    A limit that was set counts instead of the default of its scope, be it higher or lower. A default in another
    currency does not bind. The merchant's limit always counts.
    """
    if merchant_limit < amount:
        return OverLimit("merchant", merchant_limit)
    rows = PaymentLimit.objects.filter(subject_id__in=subjects.values(), currency=amount.currency)
    was_set = {
        Scope(row.scope): Money(row.per_payment_minor, row.currency)
        for row in rows
        if subjects.get(Scope(row.scope)) == row.subject_id
    }
    for scope in Scope:
        limit = was_set.get(scope, defaults.get(scope))
        if limit is not None and limit.currency == amount.currency and limit < amount:
            return OverLimit(scope, limit)
    return None
