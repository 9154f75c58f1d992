"""Closing a merchant's day: what is booked and in no batch goes into one, with its sums, in one transaction."""

import logging
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.kernel.ids import public_id
from apps.kernel.transitions import check_move
from apps.merchants.models import Merchant
from apps.merchants.queries import business_date, merchant_of
from apps.settlement.errors import DayNotOver
from apps.settlement.locks import claim_closing
from apps.settlement.models import Batch
from apps.settlement.queries import OpenDay, last_closed_days, open_days
from apps.settlement.states import MOVES, BatchStatus

logger = logging.getLogger(__name__)

# The clock closes a day when it has been over for so long: what is being booked at midnight gets into its own day.
AFTER_MIDNIGHT: Final = timedelta(minutes=10)
# How far back the clock looks; what is older, the standing check finds, and `close_batches` without it takes.
REACH: Final = timedelta(days=35)
_BEGINNING: Final = date(2000, 1, 1)

# Nobody else adds lines of this merchant meanwhile. What commits after this statement goes into the next batch.
_COLLECT: Final = """
    INSERT INTO settlement_batchline (journal_id, batch_id, payment_id, kind, currency, amount_minor)
    SELECT journal.id, %(batch)s, sale.id, CASE journal.kind WHEN 'capture' THEN 'captured' ELSE 'refunded' END,
        journal.currency, owed.minor * CASE journal.kind WHEN 'capture' THEN -1 ELSE 1 END
    FROM (
        SELECT booked.id, booked.currency, coalesce(undone.kind, booked.kind) AS kind,
            transactions_payment_of(coalesce(undone.subject, booked.subject)) AS payment_id
        FROM ledger_journal booked LEFT JOIN ledger_journal undone ON undone.id = booked.reverses_id
        WHERE booked.business_date BETWEEN %(first)s AND %(last)s AND booked.currency = %(currency)s
          AND coalesce(undone.kind, booked.kind) IN ('capture', 'refund')
          AND EXISTS (SELECT FROM ledger_posting posting
                      WHERE posting.journal_id = booked.id AND posting.account = %(payable)s)
          AND NOT EXISTS (SELECT FROM settlement_batchline line WHERE line.journal_id = booked.id)
    ) AS journal
    JOIN transactions_payment sale
        ON sale.id = journal.payment_id AND sale.merchant_id = %(merchant)s AND NOT sale.is_training
    CROSS JOIN LATERAL (
        -- Before any fee, which is part of the entry.
        SELECT coalesce(sum(posting.amount_minor), 0) AS minor FROM ledger_posting posting
        WHERE posting.journal_id = journal.id AND posting.account IN (%(payable)s, 'fee_revenue', 'vat_payable')
    ) AS owed
"""
_CLOSE: Final = """
    UPDATE settlement_batch SET status = 'closed', closed_at = %(now)s, captured_minor = lines.captured,
        captured_count = lines.captures, refunded_minor = lines.refunded, refunded_count = lines.refunds
    FROM (
        SELECT coalesce(sum(amount_minor) FILTER (WHERE kind = 'captured'), 0) AS captured,
            coalesce(sum(amount_minor) FILTER (WHERE kind = 'refunded'), 0) AS refunded,
            count(*) FILTER (WHERE kind = 'captured') AS captures,
            count(*) FILTER (WHERE kind = 'refunded') AS refunds
        FROM settlement_batchline WHERE batch_id = %(batch)s
    ) AS lines
    WHERE id = %(batch)s
"""


def close_batch(
    *, merchant_id: UUID, currency: str, day: date, since: date | None = None, by: Actor, now: datetime
) -> Batch | None:
    """Put what is in no batch of this business day, and of earlier ones, into the next batch of the day, and close it.

    None where there is nothing, or where somebody is closing this merchant's batches at this moment. `since` limits
    how far back it looks, which is quicker. Raises UnknownMerchant, DayNotOver.
    """
    merchant = merchant_of(merchant_id)
    if day >= business_date(merchant, now=now):
        raise DayNotOver
    with transaction.atomic(durable=True):
        if not claim_closing(merchant_id=merchant.id, currency=currency):
            return None
        batch = _next_batch(merchant, currency, day, now)
        if not _collect(batch, since or _BEGINNING):
            # Nothing was written but the batch itself, which must not be.
            transaction.set_rollback(True)
            return None
        _close(batch, by, now)
    logger.info(
        "batch closed",
        extra={"batch": batch.public_id, "captured": batch.captured_minor, "refunded": batch.refunded_minor},
    )
    return batch


def _next_batch(merchant: Merchant, currency: str, day: date, now: datetime) -> Batch:
    earlier = Batch.objects.filter(merchant=merchant, currency=currency, business_date=day)
    last = earlier.order_by("-number").values_list("number", flat=True).first()
    return Batch.objects.create(
        merchant=merchant, currency=currency, business_date=day, number=(last or 0) + 1, created_at=now
    )


def _collect(batch: Batch, since: date) -> int:
    values: dict[str, UUID | str | date] = {
        "batch": batch.id,
        "merchant": batch.merchant_id,
        "payable": f"merchant_payable:{batch.merchant_id}",
        "currency": batch.currency,
        "first": since,
        "last": batch.business_date,
    }
    with connection.cursor() as cursor:
        # The lines that this statement itself adds are not to be read again from end to end for each of its entries,
        # which the planner may choose as long as there are few.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(_COLLECT, values)
        return int(cursor.rowcount)


def _close(batch: Batch, by: Actor, now: datetime) -> None:
    check_move(MOVES, BatchStatus(batch.status), BatchStatus.CLOSED)
    with connection.cursor() as cursor:
        cursor.execute(_CLOSE, {"batch": batch.id, "now": now})
    batch.refresh_from_db()
    facts = {
        "merchant": public_id("mer", batch.merchant_id),
        "day": batch.business_date.isoformat(),
        "captured": batch.captured_minor,
        "refunded": batch.refunded_minor,
        "lines": batch.captured_count + batch.refunded_count,
    }
    record(actor=by, action="batch.closed", subject=batch.public_id, facts=facts, now=now)


def close_due_batches(*, reach: timedelta | None = None, by: Actor, now: datetime) -> list[Batch]:
    """Close the days of all merchants that are over on their clocks, oldest first; return the batches.

    What was booked for a day after its close waits for the merchant's next day. `reach` limits how far back it looks.
    Safe to run at any time and by several at once.
    """
    # No clock is more than a day ahead of ours.
    last = now.date() + timedelta(days=1)
    first = last - reach if reach else _BEGINNING
    due = _due(open_days(first=first, last=last), now=now - AFTER_MIDNIGHT)
    closed = [_close_one(each, first, by, now) for each in due]
    return [batch for batch in closed if batch is not None]


def _close_one(due: OpenDay, since: date, by: Actor, now: datetime) -> Batch | None:
    try:
        return close_batch(merchant_id=due.merchant_id, currency=due.currency, day=due.day, since=since, by=by, now=now)
    except Exception:
        # The edge: one merchant's books must not keep all the others waiting. The next run tries again.
        facts = {"merchant": public_id("mer", due.merchant_id), "day": due.day.isoformat()}
        logger.exception("batch not closed", extra=facts)
        return None


def _due(found: list[OpenDay], *, now: datetime) -> list[OpenDay]:
    merchants = Merchant.objects.in_bulk({each.merchant_id for each in found})
    closed = last_closed_days(merchants.keys())
    days: defaultdict[tuple[UUID, str], set[date]] = defaultdict(set)
    for each in found:
        yesterday = business_date(merchants[each.merchant_id], now=now) - timedelta(days=1)
        last = closed.get((each.merchant_id, each.currency))
        if last is not None and each.day <= last:
            # It came late. It goes into the next day that ends, though nothing else may be sold on it.
            if last < yesterday:
                days[each.merchant_id, each.currency].add(yesterday)
        elif each.day <= yesterday:
            days[each.merchant_id, each.currency].add(each.day)
    return [OpenDay(merchant_id, currency, day) for (merchant_id, currency), of in days.items() for day in sorted(of)]
