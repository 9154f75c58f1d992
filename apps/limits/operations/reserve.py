"""Holding a payment against the limits, and counting it against those of the day."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection

from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.limits.models import Scope
from apps.limits.queries import limits_by_scope
from apps.limits.values import Limits, MerchantLimits, OverLimit

# In the order of locks.py. A counter that has no room is locked all the same and not returned. The sum is written as
# a difference, which cannot overflow: no amount above its limit gets here. A row that is new has room for that reason.
_COUNT: Final = """
    WITH wanted AS (
        SELECT * FROM unnest(%(ids)s::uuid[], %(scopes)s::text[], %(subjects)s::uuid[], %(limits)s::bigint[])
            AS wanted (id, scope, subject_id, limit_minor)
    )
    INSERT INTO limits_daycounter AS counter (id, scope, subject_id, currency, day, used_minor, counted_since)
    SELECT id, scope, subject_id, %(currency)s::text, %(day)s::date, %(amount)s::bigint, %(now)s::timestamptz
    FROM wanted ORDER BY scope COLLATE "C", subject_id
    ON CONFLICT (day, subject_id, scope, currency) DO UPDATE SET
        used_minor = counter.used_minor + EXCLUDED.used_minor,
        counted_since = least(counter.counted_since, EXCLUDED.counted_since)
    WHERE counter.used_minor <= (
        SELECT limit_minor FROM wanted WHERE wanted.scope = EXCLUDED.scope
    ) - EXCLUDED.used_minor
    RETURNING scope
"""

# A counter younger than the payment did not count it: its limit was set later.
_GIVE_BACK: Final = """
    WITH held AS (
        SELECT id FROM limits_daycounter
        WHERE day = %(day)s::date AND currency = %(currency)s::text AND counted_since <= %(reserved_at)s::timestamptz
          AND (subject_id, scope) IN (SELECT * FROM unnest(%(subjects)s::uuid[], %(scopes)s::text[]))
        ORDER BY scope COLLATE "C", subject_id
        FOR NO KEY UPDATE
    )
    UPDATE limits_daycounter AS counter SET used_minor = greatest(counter.used_minor - %(amount)s::bigint, 0)
    FROM held WHERE counter.id = held.id
"""

# Whoever stands at the till hears of the merchant's limit first: no other phone or card would help.
_ORDER: Final = (Scope.MERCHANT, Scope.DEVICE, Scope.INSTRUMENT, Scope.CUSTOMER)


def reserve_limits(
    *,
    amount: Money,
    day: date | None,
    subjects: Mapping[Scope, UUID],
    defaults: Mapping[Scope, Limits],
    merchant: MerchantLimits,
    now: datetime,
) -> OverLimit | None:
    """Count a payment against every limit in force, or return the first one that it crosses and count nothing.

    Joins the caller's transaction, which may commit either way. One statement reads, a second counts where a limit
    per day is in force; what a refused one had counted is taken back by a third. A limit that was set counts instead
    of the default of its scope; a default in another currency does not bind. The merchant's limits always count:
    CurrencyMismatch in another currency. Without a day (training moves no money) nothing is counted.
    """
    in_force = limits_by_scope(subjects=subjects, defaults=defaults, currency=amount.currency, now=now)
    in_force[Scope.MERCHANT] = Limits(merchant.per_payment, merchant.per_day)
    if crossed := _crossed_alone(amount, in_force):
        return crossed
    per_day = {scope: limits.per_day for scope, limits in in_force.items() if limits.per_day is not None}
    if day is None or not per_day:
        return None
    holders = {**subjects, Scope.MERCHANT: merchant.merchant_id}
    counted = _count(amount, day, {scope: holders[scope] for scope in per_day}, per_day, now)
    if full := [scope for scope in _ORDER if scope in per_day and scope not in counted]:
        # The caller commits its refusal. Our own locks hold what was counted, so nobody has seen it yet.
        give_back(amount=amount, day=day, subjects={scope: holders[scope] for scope in counted}, reserved_at=now)
        return OverLimit(full[0], per_day[full[0]], is_per_day=True)
    return None


def give_back(*, amount: Money, day: date, subjects: Mapping[Scope, UUID], reserved_at: datetime) -> None:
    """Take a payment off the counters of its day, in one statement of the caller's transaction.

    Once per reservation, or in parts that add up to it: the caller guards that under the payment's lock. `subjects`
    are those of the reservation and the merchant, `reserved_at` is its `now`. No counter falls below nothing.
    """
    if not subjects:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            _GIVE_BACK,
            {
                "day": day,
                "currency": amount.currency,
                "amount": amount.amount,
                "reserved_at": reserved_at,
                "scopes": [str(scope) for scope in subjects],
                "subjects": list(subjects.values()),
            },
        )


def _crossed_alone(amount: Money, in_force: Mapping[Scope, Limits]) -> OverLimit | None:
    """Return the first limit that this payment crosses whatever else was paid."""
    for scope in _ORDER:
        limits = in_force.get(scope, Limits())
        if limits.per_payment is not None and limits.per_payment < amount:
            return OverLimit(scope, limits.per_payment)
        if limits.per_day is not None and limits.per_day < amount:
            return OverLimit(scope, limits.per_day, is_per_day=True)
    return None


def _count(
    amount: Money, day: date, subjects: Mapping[Scope, UUID], limits: Mapping[Scope, Money], now: datetime
) -> set[Scope]:
    """Add the amount to each counter that has room for it, and return whose these are."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNT,
            {
                "ids": [uuid7() for _ in subjects],
                "scopes": [str(scope) for scope in subjects],
                "subjects": list(subjects.values()),
                "limits": [limits[scope].amount for scope in subjects],
                "currency": amount.currency,
                "day": day,
                "amount": amount.amount,
                "now": now,
            },
        )
        return {Scope(scope) for (scope,) in cursor.fetchall()}
