"""Every write to the books. Both operations join the caller's transaction, so books and cause commit together."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connection

from apps.kernel.ids import uuid7
from apps.ledger.accounts import is_account
from apps.ledger.errors import (
    AlreadyReversed,
    EmptyLine,
    JournalNotFound,
    MixedCurrencies,
    ReversalStands,
    TooFewLines,
    TooManyLines,
    Unbalanced,
    UnknownAccount,
)
from apps.ledger.lines import Line
from apps.ledger.models import Journal, Posting
from apps.rows import send_statement

REVERSAL = "reversal"
MOST_LINES = 1000

# One statement, because this is the hot path. The model and this text are kept in step by a test.
_INSERT_JOURNAL = """
WITH journal AS (
    INSERT INTO ledger_journal
        (id, kind, currency, business_date, subject, posting_count, reverses_id, created_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s, %s)
    ON CONFLICT (reverses_id) DO NOTHING
    RETURNING id, currency
)
INSERT INTO ledger_posting (journal_id, position, account, currency, amount_minor)
SELECT journal.id, line.position, line.account, journal.currency, line.amount_minor
FROM journal, unnest(%s::text[], %s::bigint[]) WITH ORDINALITY AS line (account, amount_minor, position)
"""


def post_journal(
    *, kind: str, lines: Sequence[Line], business_date: date | None, subject: str, now: datetime
) -> Journal:
    """Write one balanced entry and return it, with one SQL statement.

    Call it inside a transaction: it joins the caller's. Refused with TooFewLines, TooManyLines, EmptyLine,
    MixedCurrencies, Unbalanced or UnknownAccount before anything is sent.
    """
    return _insert(kind, lines, business_date, subject, None, now)


def reverse_journal(*, journal_id: UUID, business_date: date | None, subject: str, now: datetime) -> Journal:
    """Write the mirror image of a journal, the only correction there is; at most one per journal.

    Joins the caller's transaction. Raises JournalNotFound, ReversalStands or AlreadyReversed.
    """
    if Journal.objects.filter(id=journal_id, reverses__isnull=False).exists():
        raise ReversalStands
    from_books = Posting.objects.filter(journal_id=journal_id).order_by("position")
    lines = [Line(posting.account, -posting.amount) for posting in from_books]
    if not lines:
        raise JournalNotFound
    return _insert(REVERSAL, lines, business_date, subject, journal_id, now)


def _insert(
    kind: str,
    lines: Sequence[Line],
    business_date: date | None,
    subject: str,
    reverses_id: UUID | None,
    now: datetime,
) -> Journal:
    _check(lines)
    journal = Journal(
        id=uuid7(),
        kind=kind,
        currency=lines[0].amount.currency,
        business_date=business_date,
        subject=subject,
        posting_count=len(lines),
        reverses_id=reverses_id,
        created_at=now,
    )
    # Any: what the columns hold.
    values: list[Any] = [
        journal.id,
        journal.kind,
        journal.currency,
        journal.business_date,
        journal.subject,
        journal.posting_count,
        reverses_id,
        journal.created_at,
        [line.account for line in lines],
        [line.amount.amount for line in lines],
    ]
    if reverses_id is None:
        send_statement(_INSERT_JOURNAL, values)
    else:
        with connection.cursor() as cursor:
            cursor.execute(_INSERT_JOURNAL, values)
            # Only the unique `reverses_id` can have swallowed the row.
            if cursor.rowcount == 0:
                raise AlreadyReversed
    journal._state.adding = False
    journal._state.db = connection.alias
    return journal


def _check(lines: Sequence[Line]) -> None:
    if len(lines) < 2:
        raise TooFewLines
    if len(lines) > MOST_LINES:
        raise TooManyLines
    if not all(line.amount for line in lines):
        raise EmptyLine
    if len({line.amount.currency for line in lines}) > 1:
        raise MixedCurrencies
    if sum(line.amount.amount for line in lines) != 0:
        raise Unbalanced
    if not all(is_account(line.account) for line in lines):
        raise UnknownAccount
