"""I1: direct SQL cannot unbalance the books or rewrite them; PostgreSQL itself refuses."""

from collections.abc import Sequence
from uuid import UUID

import pytest
from django.db import IntegrityError, connection, transaction

from apps.kernel.ids import uuid7

pytestmark = pytest.mark.django_db(transaction=True)

JOURNAL = (
    "INSERT INTO ledger_journal (id, kind, currency, subject, posting_count, created_at)"
    " VALUES (%s, %s, %s, %s, %s, now())"
)
POSTING = (
    "INSERT INTO ledger_posting (journal_id, position, account, currency, amount_minor) VALUES (%s, %s, %s, %s, %s)"
)
Row = tuple[int, str, str, int]
Step = tuple[str, Sequence[UUID | int | str]]
REPLICA: Step = ("SET LOCAL session_replication_role = replica", [])
PAIR: tuple[Row, ...] = ((1, "rounding", "CHF", 5), (2, "vat_payable", "CHF", -5))


def write(
    *rows: Row, declared: int = 2, currency: str = "CHF", kind: str = "test", subject: str = "s", before: str = ""
) -> UUID:
    journal_id = uuid7()
    with transaction.atomic(), connection.cursor() as cursor:
        if before:
            cursor.execute(before)
        cursor.execute(JOURNAL, [journal_id, kind, currency, subject, declared])
        for row in rows:
            cursor.execute(POSTING, [journal_id, *row])
    return journal_id


def run(*steps: Step) -> None:
    """Execute the steps in one transaction, and commit it."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement, parameters in steps:
            cursor.execute(statement, parameters)


def count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")  # noqa: S608  # the names are below in this file
        return int(cursor.fetchone()[0])


def test_a_balanced_pair_is_accepted() -> None:
    write(*PAIR)

    assert (count("ledger_journal"), count("ledger_posting")) == (1, 2)


@pytest.mark.parametrize(
    ("rows", "declared"),
    [
        ((), 2),
        (PAIR[:1], 2),
        (PAIR, 3),
        ((*PAIR, (3, "rounding", "CHF", 1)), 3),
        ((*PAIR, (3, "rounding", "CHF", 1), (4, "rounding", "CHF", -1)), 2),
        (((1, "rounding", "CHF", 2**63 - 1), (2, "rounding", "CHF", 2**63 - 1)), 2),
    ],
    ids=["no lines", "one line", "fewer than declared", "not zero", "more than declared", "overflowing sum"],
)
def test_an_unbalanced_or_incomplete_journal_does_not_commit(rows: tuple[Row, ...], declared: int) -> None:
    with pytest.raises(IntegrityError, match="is not balanced"):
        write(*rows, declared=declared)

    assert (count("ledger_journal"), count("ledger_posting")) == (0, 0)


@pytest.mark.parametrize(
    ("rows", "constraint"),
    [
        (((1, "rounding", "CHF", 0), (2, "vat_payable", "CHF", 0)), "posting_moves_something"),
        (((1, "rounding", "EUR", 5), (2, "vat_payable", "EUR", -5)), "posting_in_currency_of_journal"),
        (((1, "rounding", "CHF", 5), (2, "vat_payable", "EUR", -5)), "posting_in_currency_of_journal"),
        (((1, "petty_cash", "CHF", 5), (2, "rounding", "CHF", -5)), "posting_account_is_in_the_chart"),
        (((1, "rounding\n", "CHF", 5), (2, "rounding", "CHF", -5)), "posting_account_is_in_the_chart"),
        (((1, "bank:", "CHF", 5), (2, "rounding", "CHF", -5)), "posting_account_is_in_the_chart"),
        (((1, "bank:A", "CHF", 5), (2, "rounding", "CHF", -5)), "posting_account_is_in_the_chart"),
        (((0, "rounding", "CHF", 5), (1, "rounding", "CHF", -5)), "posting_position_from_one"),
        (((1, "rounding", "CHF", 5), (1, "rounding", "CHF", -5)), "ledger_posting_pkey"),
    ],
)
def test_a_line_that_is_no_line_is_refused(rows: tuple[Row, ...], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        write(*rows)


@pytest.mark.parametrize(
    ("changes", "constraint"),
    [
        ({"declared": 1}, "journal_has_two_lines"),
        ({"currency": "chf"}, "journal_currency_is_iso"),
        ({"kind": ""}, "journal_kind_is_a_word"),
        ({"subject": ""}, "journal_has_a_subject"),
    ],
)
def test_a_journal_without_its_facts_is_refused(changes: dict[str, str], constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        write(*PAIR, **changes)  # type: ignore[arg-type]  # the table mixes the arguments' types on purpose


@pytest.mark.parametrize("table", ["ledger_journal", "ledger_posting"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET currency = 'EUR'", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
@pytest.mark.parametrize("mode", ["origin", "replica"])
def test_nothing_in_the_books_is_changed_or_taken_out(table: str, statement: str, mode: str) -> None:
    write(*PAIR)

    with pytest.raises(IntegrityError, match="append-only"):
        run((f"SET LOCAL session_replication_role = {mode}", []), (statement.format(table), []))

    assert (count("ledger_journal"), count("ledger_posting")) == (1, 2)


def test_a_balanced_pair_cannot_be_slipped_into_an_old_journal() -> None:
    journal_id = write(*PAIR)

    with pytest.raises(IntegrityError, match="is not balanced"):
        run(
            (POSTING, [journal_id, 3, "rounding", "CHF", 7]),
            (POSTING, [journal_id, 4, "rounding", "CHF", -7]),
        )


def test_a_posting_without_its_journal_is_refused_even_where_foreign_keys_sleep() -> None:
    with pytest.raises(IntegrityError, match="is not balanced"):
        run(REPLICA, (POSTING, [uuid7(), 1, "rounding", "CHF", 7]))


def test_the_second_currency_is_noticed_even_where_foreign_keys_sleep() -> None:
    with pytest.raises(IntegrityError, match="in another currency"):
        write(
            (1, "rounding", "EUR", 5),
            (2, "vat_payable", "EUR", -5),
            before=REPLICA[0],
        )


def test_a_temporary_table_of_the_same_name_does_not_blind_the_check() -> None:
    journal_id = uuid7()

    with pytest.raises(IntegrityError, match="is not balanced"):
        run(
            (JOURNAL, [journal_id, "k", "CHF", "s", 2]),
            ("CREATE TEMP TABLE ledger_posting ON COMMIT DROP AS SELECT * FROM public.ledger_posting", []),
            (POSTING, [journal_id, 1, "rounding", "CHF", 5]),
            (POSTING, [journal_id, 2, "rounding", "CHF", -5]),
        )


def test_a_reversal_is_not_reversed() -> None:
    reversed_by = JOURNAL.replace("posting_count,", "posting_count, reverses_id,").replace("%s, now()", "%s, %s, now()")
    first = write(*PAIR)
    mirror = uuid7()
    turned = [(position, account, currency, -amount) for position, account, currency, amount in PAIR]
    run(
        (reversed_by, [mirror, "reversal", "CHF", "s", 2, first]),
        *((POSTING, [mirror, *row]) for row in turned),
    )

    again = uuid7()
    with pytest.raises(IntegrityError, match="is not reversed"):
        run(
            REPLICA,
            (reversed_by, [again, "reversal", "CHF", "s", 2, mirror]),
            *((POSTING, [again, *row]) for row in PAIR),
        )
