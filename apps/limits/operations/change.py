"""Setting limits: by staff at once, by the customer down at once and up after a day."""

from datetime import UTC, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.customers.letters import LIMITS_RAISED
from apps.customers.models import Customer
from apps.customers.telling import announce, write_letter
from apps.kernel.actors import Actor
from apps.kernel.money import Money
from apps.limits.errors import InvalidLimit, RaiseUnconfirmed
from apps.limits.locks import lock_limits_of
from apps.limits.models import PAYING, PaymentLimit, PendingLimit, Scope
from apps.limits.queries import laid_over, limits_by_scope, limits_set, money_or_none
from apps.limits.values import LimitChange, Limits

# Who took an unlocked phone and saw its PIN has to keep them for so long before they are worth more.
RAISE_AFTER: Final = timedelta(hours=24)
# Every reader of JSON keeps such a number whole.
_MOST_MINOR: Final = 2**53 - 1


@transaction.atomic(durable=True)
def set_payment_limit(
    *,
    scope: Scope,
    subject_id: UUID,
    limit: Money | None = None,
    per_day: Money | None = None,
    by: Actor,
    now: datetime,
) -> PaymentLimit:
    """Set the most that one payment (`limit`) and one day of the subject may be; None leaves it to the default.

    Both hold at once, whatever was set or asked for before; repeating it changes nothing more. Raises InvalidLimit.
    """
    limits = Limits(limit, per_day)
    currency = _currency_of(scope, limits)
    lock_limits_of(scope, subject_id)
    # Else a raise that still waits would one day undo what was decided now.
    PendingLimit.objects.filter(scope=scope, subject_id=subject_id, currency=currency).delete()
    row = _keep(scope, subject_id, currency, limits, now)
    facts = {"limit": _minor(limit), "per_day": _minor(per_day), "currency": currency}
    record(actor=by, action=f"limit.{scope}_set", subject=str(subject_id), facts=facts, now=now)
    return row


@transaction.atomic(durable=True)
def ask_limit_change(
    *,
    scope: Scope,
    subject_id: UUID,
    wanted: Limits,
    default: Limits,
    is_confirmed: bool,
    by: Actor,
    now: datetime,
) -> LimitChange:
    """Lower a limit at once, raise it in RAISE_AFTER; None in `wanted` leaves that limit and its raise as they are.

    Asking for what is in force, or less, takes back a raise that waits; asking again for the same raise does not
    delay it. A customer hears of a new one, also by mail, since somebody else may have his phone. `default` is what
    holds for the subject where nobody set anything. Raises InvalidLimit, and RaiseUnconfirmed for a raise (with nothing
    changed) unless the customer has confirmed with the PIN.
    """
    currency = _currency_of(scope, wanted)
    lock_limits_of(scope, subject_id)
    subjects, defaults = {scope: subject_id}, {scope: default}
    own = limits_set(subjects=subjects, currency=currency, now=now).get(scope, Limits())
    in_force = limits_by_scope(subjects=subjects, defaults=defaults, currency=currency, now=now)[scope]
    lowered, raised = _split(wanted, in_force)
    if raised != Limits() and not is_confirmed:
        raise RaiseUnconfirmed
    # A raise that is due by now is among the subject's own limits, and is kept from here on.
    kept = laid_over(lowered, own)
    if kept != Limits():
        _keep(scope, subject_id, currency, kept, now)
    waiting = PendingLimit.objects.filter(
        scope=scope, subject_id=subject_id, currency=currency, effective_at__gt=now
    ).first()
    later, effective_at = _renewed(wanted, raised, waiting, now)
    PendingLimit.objects.filter(scope=scope, subject_id=subject_id, currency=currency).delete()
    if effective_at is not None:
        PendingLimit.objects.create(
            scope=scope,
            subject_id=subject_id,
            currency=currency,
            per_payment_minor=_minor(later.per_payment),
            per_day_minor=_minor(later.per_day),
            asked_at=now,
            effective_at=effective_at,
        )
    facts = {
        "per_payment": _minor(wanted.per_payment),
        "per_day": _minor(wanted.per_day),
        "currency": currency,
        "raise_effective_at": None if effective_at is None else effective_at.isoformat(),
    }
    record(actor=by, action=f"limit.{scope}_change_asked", subject=str(subject_id), facts=facts, now=now)
    if scope == Scope.CUSTOMER and effective_at == now + RAISE_AFTER:
        _tell_customer(subject_id, laid_over(later, laid_over(kept, in_force)), effective_at, now)
    return LimitChange(laid_over(kept, in_force), later, effective_at)


def _tell_customer(customer_id: UUID, later: Limits, effective_at: datetime, now: datetime) -> None:
    customer = Customer.objects.filter(id=customer_id).first()
    if customer is None:
        return
    at = effective_at.astimezone(UTC)
    announce(customer=customer, kind="limits.raise_asked", facts={"effective_at": at.isoformat()}, now=now)
    write_letter(
        customer=customer,
        letter=LIMITS_RAISED,
        facts={
            "time": f"{at:%d.%m.%Y %H:%M} UTC",
            "per_payment": _in_words(later.per_payment),
            "per_day": _in_words(later.per_day),
        },
        cause=f"limits.raise_asked:{customer.id}",
        now=now,
    )


def _in_words(limit: Money | None) -> str:
    return "-" if limit is None else str(limit)


def _currency_of(scope: Scope, limits: Limits) -> str:
    """Return the one currency of the limits. Raises InvalidLimit for what makes no sense."""
    amounts = [limit for limit in (limits.per_payment, limits.per_day) if limit is not None]
    currencies = {limit.currency for limit in amounts}
    if scope not in PAYING or len(currencies) != 1 or not all(0 <= limit.amount <= _MOST_MINOR for limit in amounts):
        raise InvalidLimit
    return currencies.pop()


def _split(wanted: Limits, in_force: Limits) -> tuple[Limits, Limits]:
    """Return what of the wish holds at once, and what is a raise."""
    raises_payment = _is_raise(wanted.per_payment, in_force.per_payment)
    raises_day = _is_raise(wanted.per_day, in_force.per_day)
    lowered = Limits(None if raises_payment else wanted.per_payment, None if raises_day else wanted.per_day)
    raised = Limits(wanted.per_payment if raises_payment else None, wanted.per_day if raises_day else None)
    return lowered, raised


def _is_raise(wanted: Money | None, in_force: Money | None) -> bool:
    return wanted is not None and in_force is not None and in_force < wanted


def _renewed(
    wanted: Limits, raised: Limits, waiting: PendingLimit | None, now: datetime
) -> tuple[Limits, datetime | None]:
    """Return the raises that wait from now on, with those of before that were not mentioned, and until when."""
    before = Limits() if waiting is None else _amounts_of(waiting)
    later = Limits(
        before.per_payment if wanted.per_payment is None else raised.per_payment,
        before.per_day if wanted.per_day is None else raised.per_day,
    )
    if later == Limits():
        return later, None
    # Nothing new among them: they wait no longer than before.
    if waiting is not None and laid_over(later, before) == before:
        return later, waiting.effective_at
    return later, now + RAISE_AFTER


def _keep(scope: Scope, subject_id: UUID, currency: str, limits: Limits, now: datetime) -> PaymentLimit:
    row, _ = PaymentLimit.objects.update_or_create(
        scope=scope,
        subject_id=subject_id,
        currency=currency,
        defaults={
            "per_payment_minor": _minor(limits.per_payment),
            "per_day_minor": _minor(limits.per_day),
            "set_at": now,
        },
    )
    return row


def _amounts_of(row: PendingLimit) -> Limits:
    return Limits(money_or_none(row.per_payment_minor, row.currency), money_or_none(row.per_day_minor, row.currency))


def _minor(limit: Money | None) -> int | None:
    return None if limit is None else limit.amount
