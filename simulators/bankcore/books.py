"""Double-entry books. A positive balance is what the bank owes the holder of the account."""

import sqlite3
from collections.abc import Mapping
from datetime import UTC, date, datetime

from simulators.bankcore.exchange import Fields


def rfc3339(moment: datetime) -> str:
    """Write a moment in UTC with milliseconds; such texts sort by time."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def house_account(books: sqlite3.Connection, kind: str, currency: str) -> int:
    """Return the vault or the retailer's settlement account of a currency, opened when first needed."""
    name = {"vault": "The bank's own money", "settlement": "The retailer's settlement account"}[kind]
    books.execute(
        "INSERT INTO account (kind, name, currency) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (kind, name, currency)
    )
    row = books.execute("SELECT account_id FROM account WHERE kind = ? AND currency = ?", (kind, currency)).fetchone()
    return int(row["account_id"])


def post_journal(
    books: sqlite3.Connection, *, kind: str, ref: str, capture_id: str | None, lines: Mapping[int, int], now: datetime
) -> int:
    """Book amounts by account id; raises ValueError unless they sum to zero in one currency."""
    marks = ",".join("?" * len(lines))
    currencies = books.execute(
        f"SELECT count(DISTINCT currency) FROM account WHERE account_id IN ({marks})",  # noqa: S608 -- only marks
        tuple(lines),
    ).fetchone()[0]
    if len(lines) < 2 or sum(lines.values()) != 0 or currencies != 1:
        raise ValueError("a journal has two lines or more, one currency, and sums to zero")
    journal_id = books.execute(
        "INSERT INTO journal (kind, ref, capture_id, booked_at) VALUES (?, ?, ?, ?) RETURNING journal_id",
        (kind, ref, capture_id, rfc3339(now)),
    ).fetchone()["journal_id"]
    books.executemany(
        "INSERT INTO posting (journal_id, account_id, amount) VALUES (?, ?, ?)",
        [(journal_id, account_id, amount) for account_id, amount in lines.items()],
    )
    return int(journal_id)


def show_books(books: sqlite3.Connection, now: datetime) -> Fields:
    """Return all accounts as summed from the postings, not from the running balances, and what proves them."""
    accounts = books.execute(
        "SELECT account_id, kind, name, currency, coalesce(sum(posting.amount), 0) AS balance"
        " FROM account LEFT JOIN posting USING (account_id) GROUP BY account_id ORDER BY account_id"
    ).fetchall()
    trial_balance: dict[str, int] = {}
    for account in accounts:
        trial_balance[account["currency"]] = trial_balance.get(account["currency"], 0) + account["balance"]
    unbalanced = books.execute(
        "SELECT count(*) FROM (SELECT 1 FROM posting JOIN account USING (account_id) GROUP BY journal_id"
        " HAVING sum(amount) != 0 OR count(*) < 2 OR count(DISTINCT currency) != 1)"
    ).fetchone()[0]
    open_holds = books.execute(
        "SELECT hold_id, ref, amount - captured AS remaining, currency, expires_at FROM hold"
        " WHERE status = 'open' AND expires_at > ? ORDER BY rowid",
        (rfc3339(now),),
    ).fetchall()
    return {
        "accounts": [dict(account) for account in accounts],
        "trial_balance": trial_balance,
        "unbalanced_journals": unbalanced,
        "open_holds": [dict(hold) for hold in open_holds],
    }


def show_statement(books: sqlite3.Connection, day: date, now: datetime) -> Fields:
    """Return the movements of the retailer's settlement accounts on one UTC day."""
    rows = books.execute(
        "SELECT journal_id AS entry_id, journal.ref, journal.kind, posting.amount, account.currency, hold_id,"
        " capture_id, booked_at FROM journal JOIN posting USING (journal_id) JOIN account USING (account_id)"
        " LEFT JOIN capture USING (capture_id)"
        " WHERE account.kind = 'settlement' AND booked_at >= ? AND booked_at < ? ORDER BY journal_id",
        (f"{day.isoformat()}T", f"{day.isoformat()}U"),  # U comes after T: all texts of that day
    ).fetchall()
    opening = books.execute(
        "SELECT account.currency, sum(CASE WHEN booked_at < ? THEN posting.amount ELSE 0 END) AS amount"
        " FROM journal JOIN posting USING (journal_id) JOIN account USING (account_id)"
        " WHERE account.kind = 'settlement' GROUP BY account.currency ORDER BY account.currency",
        (f"{day.isoformat()}T",),
    ).fetchall()
    totals: list[Fields] = []
    for currency, before in opening:
        amounts = [row["amount"] for row in rows if row["currency"] == currency]
        credited, debited = sum(a for a in amounts if a > 0), -sum(a for a in amounts if a < 0)
        totals.append(
            {
                "currency": currency,
                "count": len(amounts),
                "credited": credited,
                "debited": debited,
                "net": sum(amounts),
                "opening": before,
                "closing": before + sum(amounts),
            }
        )
    return {
        "date": day.isoformat(),
        "final": day < now.astimezone(UTC).date(),
        "entries": [dict(row) for row in rows],
        "totals": totals,
    }
