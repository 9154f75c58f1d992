"""Payments as staff look through them, newest first, page by page, each page in the order of an index.

An id is made within moments of its payment, so that a span of days is a span of ids and needs no index of its own.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from apps.kernel.ids import earliest_uuid7
from apps.merchants.models import Mode
from apps.rows.custom_plans import custom_plans
from apps.transactions.models import Payment
from apps.transactions.states import Status

# How far the clock of an id may be from that of its payment.
_SLACK: Final = timedelta(hours=1)
# So many tills are looked at one by one, each in the order of its index; more at once are one filter.
_MOST_LEGS: Final = 100
# None of these is without a deadline, and few payments have one.
_WAITING: Final = frozenset({Status.IN_REVIEW, Status.ACTION_REQUIRED, Status.UNKNOWN, Status.AUTHORISED})


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """What is looked for; what is empty does not matter. `begins` is within, `ends` is not; amounts both are."""

    begins: datetime | None = None
    ends: datetime | None = None
    least_minor: int | None = None
    most_minor: int | None = None
    status: str = ""
    merchant_id: UUID | None = None
    # The tills of a store, or one; None where it does not matter.
    till_ids: tuple[UUID, ...] | None = None
    instrument_kind: str = ""
    decline_code: str = ""
    cashier: str = ""
    mode: str = ""


def payments_like(
    wanted: PaymentFilter, *, limit: int, before: UUID | None = None, after: UUID | None = None
) -> list[Payment]:
    """Return up to `limit` payments, newest first: those that follow `before`, or those just newer than `after`."""
    order = "id" if after else "-id"
    payments = _matching(wanted)
    if before:
        payments = payments.filter(id__lt=before)
    if after:
        payments = payments.filter(id__gt=after)
    legs = _legs(payments, wanted)
    if len(legs) == 1:
        found = legs[0].order_by(order)[:limit]
    else:
        each = [leg.order_by(order).values_list("id", flat=True)[:limit] for leg in legs]
        ids = each[0].union(*each[1:], all=True).order_by(order)[:limit] if each else []
        found = Payment.objects.filter(id__in=ids).order_by(order)
    with custom_plans():
        rows = list(found.select_related("merchant", "till__store", "customer", "instrument"))
    return rows[::-1] if after else rows


def _matching(wanted: PaymentFilter) -> QuerySet[Payment]:
    exact = {
        "status": wanted.status,
        "instrument__kind": wanted.instrument_kind,
        "decline_code": wanted.decline_code,
        "cashier": wanted.cashier,
    }
    payments = Payment.objects.filter(**{name: value for name, value in exact.items() if value})
    if wanted.decline_code:
        payments = payments.filter(status=Status.DECLINED)
    if wanted.status in _WAITING:
        payments = payments.filter(deadline_at__isnull=False)
    if wanted.begins:
        payments = payments.filter(created_at__gte=wanted.begins, id__gte=earliest_uuid7(wanted.begins - _SLACK))
    if wanted.ends:
        payments = payments.filter(created_at__lt=wanted.ends, id__lt=earliest_uuid7(wanted.ends + _SLACK))
    if wanted.least_minor is not None:
        payments = payments.filter(amount_minor__gte=wanted.least_minor)
    if wanted.most_minor is not None:
        payments = payments.filter(amount_minor__lte=wanted.most_minor)
    return payments


def _legs(payments: QuerySet[Payment], wanted: PaymentFilter) -> list[QuerySet[Payment]]:
    """Return the parts of which each is read in the order of one index."""
    modes = [wanted.mode] if wanted.mode else list(Mode.values)
    if wanted.till_ids is not None:
        narrowed = payments.filter(mode=wanted.mode) if wanted.mode else payments
        if len(wanted.till_ids) > _MOST_LEGS:
            return [narrowed.filter(till_id__in=wanted.till_ids)]
        return [narrowed.filter(till_id=till_id) for till_id in wanted.till_ids]
    if wanted.merchant_id is not None:
        return [payments.filter(merchant_id=wanted.merchant_id, mode=mode) for mode in modes]
    return [payments.filter(mode=wanted.mode) if wanted.mode else payments]
