"""The rows of the export, read from the books as a stream."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from apps.kernel.ids import public_id
from apps.settlement.errors import PeriodTooLong
from apps.settlement.exports.parts import Parts, Sold, parts_of
from apps.settlement.states import LineKind

LONGEST_PERIOD_DAYS: Final = 92
_ROWS_AT_A_TIME: Final = 1000

# The entries that a closing run collects, see operations/closing.py, whether they are in a batch or not. Which refund
# an entry belongs to is said by the message to the provider that ended with it; several may end at the same moment.
_FOUND: Final = """
    FROM (
        SELECT booked.id, booked.business_date, booked.created_at, booked.currency,
            coalesce(undone.id, booked.id) AS origin_id, coalesce(undone.created_at, booked.created_at) AS origin_at,
            coalesce(undone.kind, booked.kind) AS kind, coalesce(undone.subject, booked.subject) AS subject
        FROM ledger_journal booked LEFT JOIN ledger_journal undone ON undone.id = booked.reverses_id
        WHERE booked.business_date BETWEEN %(first)s AND %(last)s
          AND coalesce(undone.kind, booked.kind) IN ('capture', 'refund')
          AND EXISTS (SELECT FROM ledger_posting posting
                      WHERE posting.journal_id = booked.id AND posting.account = %(payable)s)
    ) AS journal
    JOIN transactions_payment sale
        ON sale.id = transactions_payment_of(journal.subject) AND sale.merchant_id = %(merchant)s
    LEFT JOIN LATERAL (
        SELECT part.refund_id FROM transactions_operation part
        WHERE journal.kind = 'refund' AND part.payment_id = sale.id AND part.verb = 'refund'
          AND part.status = 'succeeded' AND part.ended_at = journal.origin_at
        ORDER BY part.id LIMIT 1 OFFSET (
            SELECT count(*) FROM ledger_journal earlier
            WHERE earlier.subject = journal.subject AND earlier.kind = 'refund'
              AND earlier.created_at = journal.origin_at AND earlier.id < journal.origin_id)
    ) AS part ON true
    LEFT JOIN transactions_refund refund ON refund.id = part.refund_id
"""
_ROWS: Final = f"""
    SELECT journal.business_date, journal.created_at, journal.kind, journal.currency, -owed.minor, sale.id,
        sale.reference, sale.amount_minor, sale.tip_minor, sale.lines, refund.id, refund.amount_minor, refund.lines,
        CASE WHEN refund.id IS NULL THEN sale.cashier ELSE refund.cashier END, store.name, till.name, line.batch_id,
        batch.business_date, batch.number
    {_FOUND}
    CROSS JOIN LATERAL (
        SELECT coalesce(sum(posting.amount_minor), 0) AS minor FROM ledger_posting posting
        WHERE posting.journal_id = journal.id AND posting.account IN (%(payable)s, 'fee_revenue', 'vat_payable')
    ) AS owed
    LEFT JOIN merchants_till till ON till.id = CASE WHEN refund.id IS NULL THEN sale.till_id ELSE refund.till_id END
    LEFT JOIN merchants_store store ON store.id = till.store_id
    LEFT JOIN settlement_batchline line ON line.journal_id = journal.id
    LEFT JOIN settlement_batch batch ON batch.id = line.batch_id
    ORDER BY journal.business_date, journal.created_at, journal.id
"""  # noqa: S608  # our own words
_RATES: Final = f"""
    SELECT DISTINCT (sold ->> 'vat_rate_basis_points')::int
    {_FOUND}
    CROSS JOIN LATERAL jsonb_array_elements(sale.lines || coalesce(refund.lines, '[]')) AS sold
    ORDER BY 1
"""


@dataclass(frozen=True, slots=True)
class Taking:
    """One capture, or one refund with negative amounts; `refund` and the batch's fields are empty where there is none.

    Of a refund, store, till and cashier are those that gave the money back, empty where it was no till.
    """

    business_date: date
    at: datetime
    store: str
    till: str
    cashier: str
    reference: str
    payment: str
    refund: str
    kind: LineKind
    currency: str
    gross_minor: int
    parts: Parts
    batch: str
    batch_date: date | None
    batch_number: int | None


@dataclass(frozen=True, slots=True)
class Takings:
    """The takings of a period, to be read once, and every rate in basis points that its sales name."""

    merchant: str
    first: date
    last: date
    rates: tuple[int, ...]
    rows: Iterator[Taking]


@contextmanager
def reading_takings(*, merchant_id: UUID, first: date, last: date) -> Iterator[Takings]:
    """Give the takings of these business days, both included, as they are in the books at this moment.

    Opens a transaction of its own. Raises PeriodTooLong for more than 92 days.
    """
    if not 0 <= (last - first).days < LONGEST_PERIOD_DAYS:
        raise PeriodTooLong
    values: dict[str, UUID | str | date] = {
        "merchant": merchant_id,
        "payable": f"merchant_payable:{merchant_id}",
        "first": first,
        "last": last,
    }
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            # Rates and rows are read by two statements, which must see the same.
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute(_RATES, values)
            rates = tuple(rate for (rate,) in cursor.fetchall())
        with connection.chunked_cursor() as cursor:
            cursor.execute(_ROWS, values)
            yield Takings(public_id("mer", merchant_id), first, last, rates, _rows(cursor))


# Any: Django's cursor, and whatever columns it gives.
def _rows(cursor: Any) -> Iterator[Taking]:
    while rows := cursor.fetchmany(_ROWS_AT_A_TIME):
        for row in rows:
            yield _taking(*row)


def _taking(
    day: date,
    at: datetime,
    kind: str,
    currency: str,
    minor: int,
    payment_id: UUID,
    reference: str,
    sale_minor: int,
    tip_minor: int,
    sale_lines: str,
    refund_id: UUID | None,
    refund_minor: int | None,
    refund_lines: str | None,
    cashier: str,
    store: str | None,
    till: str | None,
    batch_id: UUID | None,
    batch_date: date | None,
    batch_number: int | None,
) -> Taking:
    named = json.loads(refund_lines or "[]")
    # A refund that names no lines may still be the whole sale.
    whole = Sold(refund_minor or 0, 0, named) if named else Sold(sale_minor, tip_minor, json.loads(sale_lines))
    return Taking(
        business_date=day,
        at=at,
        store=store or "",
        till=till or "",
        cashier=cashier,
        reference=reference,
        payment=public_id("pay", payment_id),
        refund=public_id("ref", refund_id) if refund_id else "",
        kind=LineKind.CAPTURED if kind == "capture" else LineKind.REFUNDED,
        currency=currency,
        gross_minor=int(minor),
        parts=parts_of(int(minor), whole),
        batch=public_id("bat", batch_id) if batch_id else "",
        batch_date=batch_date,
        batch_number=batch_number,
    )
