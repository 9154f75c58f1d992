"""Reads of batches, and of what is in none."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Max, Q, Sum

from apps.settlement.models import Batch, BatchLine
from apps.settlement.states import LineKind, SettlementStatus
from apps.transactions.models import Payment

# What the closing run takes too, see operations/closing.py: a reversal counts as what it reverses.
_IS_UNBATCHED: Final = """
    (journal.kind IN ('capture', 'refund') OR EXISTS (
        SELECT FROM ledger_journal undone
        WHERE undone.id = journal.reverses_id AND undone.kind IN ('capture', 'refund')))
    AND NOT EXISTS (SELECT FROM settlement_batchline line WHERE line.journal_id = journal.id)
"""
_DAYS: Final = f"""
    SELECT DISTINCT merchant.id, journal.currency, journal.business_date
    FROM ledger_journal journal
    JOIN ledger_posting posting ON posting.journal_id = journal.id
    JOIN merchants_merchant merchant ON posting.account = 'merchant_payable:' || merchant.id
    WHERE journal.business_date BETWEEN %(first)s AND %(last)s AND {_IS_UNBATCHED}
    ORDER BY 1, 2, 3
"""  # noqa: S608  # our own words
_LEFT_OVER: Final = f"""
    SELECT coalesce(payable.account, ''), journal.currency, count(*), min(journal.business_date)
    FROM ledger_journal journal
    LEFT JOIN LATERAL (
        SELECT min(posting.account) AS account FROM ledger_posting posting
        WHERE posting.journal_id = journal.id AND posting.account LIKE 'merchant_payable:%%'
    ) AS payable ON true
    WHERE journal.created_at < %(before)s AND {_IS_UNBATCHED}
    GROUP BY 1, 2 ORDER BY 1, 2
"""  # noqa: S608


@dataclass(frozen=True, slots=True, order=True)
class OpenDay:
    """A business day of a merchant of which something is in no batch."""

    merchant_id: UUID
    currency: str
    day: date


@dataclass(frozen=True, slots=True)
class LeftOver:
    """What of one account was booked some time ago and is in no batch."""

    account: str
    currency: str
    count: int
    oldest_day: date | None


def open_days(*, first: date, last: date) -> list[OpenDay]:
    """Return the days of which something is in no batch, by merchant and currency, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, {"first": first, "last": last})
        return [OpenDay(*row) for row in cursor.fetchall()]


def left_over(*, before: datetime) -> list[LeftOver]:
    """Return what was booked before this moment and is in no batch, by the merchants' accounts; reads all the books."""
    with connection.cursor() as cursor:
        cursor.execute(_LEFT_OVER, {"before": before})
        return [LeftOver(*row) for row in cursor.fetchall()]


def last_closed_days(merchant_ids: Collection[UUID]) -> dict[tuple[UUID, str], date]:
    """Return the latest business day that has a batch, by merchant and currency."""
    batches = Batch.objects.filter(merchant_id__in=merchant_ids).order_by().values_list("merchant_id", "currency")
    return {(merchant_id, currency): day for merchant_id, currency, day in batches.annotate(day=Max("business_date"))}


def settlement_statuses(payment_ids: Collection[UUID]) -> dict[UUID, SettlementStatus]:
    """Return the settlement facet of payments: batched once all that was captured and refunded is in batches.

    It is read from the lines and not written on the payments: see docs/decisions/0010.
    """
    lines = BatchLine.objects.filter(payment_id__in=payment_ids).order_by().values_list("payment_id")
    in_batches = {
        payment_id: (int(captured or 0), int(refunded or 0))
        for payment_id, captured, refunded in lines.annotate(
            captured=Sum("amount_minor", filter=Q(kind=LineKind.CAPTURED)),
            refunded=Sum("amount_minor", filter=Q(kind=LineKind.REFUNDED)),
        )
    }
    payments = Payment.objects.filter(id__in=payment_ids).values_list("id", "captured_minor", "refunded_minor")
    return {
        payment_id: SettlementStatus.BATCHED
        if in_batches.get(payment_id) == (captured, refunded)
        else SettlementStatus.NONE
        for payment_id, captured, refunded in payments
    }
