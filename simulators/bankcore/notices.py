"""What the bank tells its clients unasked: written with what happened, told by the courier until it is taken."""

import json
import secrets
import sqlite3
from datetime import datetime

from simulators.bankcore.books import rfc3339


def leave_notice(books: sqlite3.Connection, client: str, kind: str, now: datetime, **facts: object) -> None:
    """Write a notice in the caller's transaction, unless the client wants to hear of nothing."""
    known = books.execute("SELECT notice_url FROM client_address WHERE client = ?", (client,)).fetchone()
    if known is None or known["notice_url"] is None:
        return
    notice_id = f"ntc_{secrets.token_hex(12)}"
    body = {"notice_id": notice_id, "type": kind, "created_at": rfc3339(now), **facts}
    books.execute(
        "INSERT INTO notice (notice_id, client, body, due_at) VALUES (?, ?, ?, ?)",
        (notice_id, client, json.dumps(body, separators=(",", ":")), rfc3339(now)),
    )


def tell_of_account(books: sqlite3.Connection, account_id: int, kind: str, now: datetime) -> None:
    """Tell everybody who has a consent for the account; it is named by the consent, never by its number or token."""
    consents = books.execute(
        "SELECT client, consent_id FROM consent WHERE account_id = ? AND status = 'active'", (account_id,)
    ).fetchall()
    for consent in consents:
        leave_notice(books, consent["client"], kind, now, consent_id=consent["consent_id"])


def list_notices(books: sqlite3.Connection) -> list[dict[str, object]]:
    """Return every notice ever written, with what has become of it."""
    rows = books.execute("SELECT client, body, tries, status, answer FROM notice ORDER BY rowid").fetchall()
    facts = ("client", "tries", "status", "answer")
    return [{**json.loads(row["body"]), **{name: row[name] for name in facts}} for row in rows]
