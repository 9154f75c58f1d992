"""Which limits are in force."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection

from apps.kernel.money import Money
from apps.limits.models import Scope
from apps.limits.values import Limits

# What was set first, so that a raise that is due lies on top of it. By hand, because every payment asks.
_SET: Final = """
    SELECT scope, subject_id, per_payment_minor, per_day_minor, false AS is_raise FROM limits_paymentlimit
        WHERE subject_id = ANY(%(subjects)s::uuid[]) AND currency = %(currency)s
    UNION ALL
    SELECT scope, subject_id, per_payment_minor, per_day_minor, true FROM limits_pendinglimit
        WHERE subject_id = ANY(%(subjects)s::uuid[]) AND currency = %(currency)s AND effective_at <= %(now)s
    ORDER BY is_raise
"""


def limits_set(*, subjects: Mapping[Scope, UUID], currency: str, now: datetime) -> dict[Scope, Limits]:
    """Return what somebody set for each subject, with the raises that are due by now; one statement, no lock."""
    found: dict[Scope, Limits] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SET, {"subjects": list(subjects.values()), "currency": currency, "now": now})
        rows = cursor.fetchall()
    for scope, subject_id, per_payment, per_day, _ in rows:
        if subjects.get(Scope(scope)) == subject_id:
            upper = Limits(money_or_none(per_payment, currency), money_or_none(per_day, currency))
            found[Scope(scope)] = laid_over(upper, found.get(Scope(scope), Limits()))
    return found


def limits_by_scope(
    *, subjects: Mapping[Scope, UUID], defaults: Mapping[Scope, Limits], currency: str, now: datetime
) -> dict[Scope, Limits]:
    """Return the limits in force for each scope: what was set, else the default; one statement, no lock.

    A default in another currency does not bind, nor does one whose subject is not among those given.
    """
    were_set = limits_set(subjects=subjects, currency=currency, now=now)
    return {
        scope: laid_over(were_set.get(scope, Limits()), _in_currency(defaults.get(scope, Limits()), currency))
        for scope in subjects
    }


def limits_in_force(
    *, subjects: Mapping[Scope, UUID], defaults: Mapping[Scope, Limits], currency: str, now: datetime
) -> Limits:
    """Return the lowest limits that hold for all of these subjects together."""
    in_force = limits_by_scope(subjects=subjects, defaults=defaults, currency=currency, now=now).values()
    return Limits(_lowest(limits.per_payment for limits in in_force), _lowest(limits.per_day for limits in in_force))


def laid_over(upper: Limits, lower: Limits) -> Limits:
    """Return the upper limits, and the lower ones where those say nothing."""
    return Limits(
        lower.per_payment if upper.per_payment is None else upper.per_payment,
        lower.per_day if upper.per_day is None else upper.per_day,
    )


def money_or_none(minor: int | None, currency: str) -> Money | None:
    """Return a column as money."""
    return None if minor is None else Money(minor, currency)


def _in_currency(limits: Limits, currency: str) -> Limits:
    per_payment, per_day = (
        None if limit is None or limit.currency != currency else limit for limit in (limits.per_payment, limits.per_day)
    )
    return Limits(per_payment, per_day)


def _lowest(limits: Iterable[Money | None]) -> Money | None:
    return min((limit for limit in limits if limit is not None), default=None)
