"""Customers' accounts: opening, blocking, and how much of one may still be spent."""

import secrets
import sqlite3
from datetime import datetime

from simulators.bankcore.books import house_account, post_journal, rfc3339
from simulators.bankcore.exchange import Fields, Objection
from simulators.bankcore.notices import tell_of_account

CLEARING_NUMBER = "99999"  # not allocated to any Swiss bank


def swiss_iban(account_number: int) -> str:
    """Return a fictional Swiss IBAN with a valid checksum (ISO 7064, modulus 97)."""
    inside = f"{CLEARING_NUMBER}{account_number:012d}"
    checksum = 98 - int(f"{inside}121700") % 97  # C is 12, H is 17
    return f"CH{checksum:02d}{inside}"


def mask_iban(iban: str) -> str:
    """Return the IBAN as one may show it."""
    return f"{iban[:4]} **** {iban[-4:]}"


def available_amount(books: sqlite3.Connection, account: sqlite3.Row, now: datetime) -> int:
    """Return the balance less the live holds."""
    held = books.execute(
        "SELECT coalesce(sum(amount - captured), 0) FROM hold"
        " WHERE account_id = ? AND status = 'open' AND expires_at > ?",
        (account["account_id"], rfc3339(now)),
    ).fetchone()[0]
    return int(account["balance"]) - int(held)


def find_account(books: sqlite3.Connection, token: str) -> sqlite3.Row | None:
    """Return the customer's account behind a token: the administrator's own, or that of a consent that is in force."""
    row = books.execute(
        "SELECT * FROM account WHERE token = ?"
        " UNION ALL SELECT account.* FROM consent JOIN account USING (account_id)"
        " WHERE consent.token = ? AND consent.status = 'active'",
        (token, token),
    ).fetchone()
    return row if isinstance(row, sqlite3.Row) else None


def open_account(
    books: sqlite3.Connection, *, owner: str, currency: str, balance: int, limit: int | None, status: str, now: datetime
) -> Fields:
    """Open an account, filled from the vault, and return how it looks."""
    token = f"act_{secrets.token_urlsafe(24)}"
    account_id = books.execute(
        "INSERT INTO account (kind, name, currency, token, status, limit_per_payment)"
        " VALUES ('customer', ?, ?, ?, ?, ?) RETURNING account_id",
        (owner, currency, token, status, limit),
    ).fetchone()["account_id"]
    books.execute("UPDATE account SET iban = ? WHERE account_id = ?", (swiss_iban(account_id), account_id))
    if balance:
        vault = house_account(books, "vault", currency)
        lines = {vault: -balance, account_id: balance}
        post_journal(books, kind="opening", ref=f"opening-{account_id}", capture_id=None, lines=lines, now=now)
    return show_account(books, token, now)


def change_status(books: sqlite3.Connection, token: str, status: str, now: datetime) -> Fields:
    """Block, expire or free an account, and let those hear of it who have the customer's consent."""
    account = find_account(books, token)
    if account is not None and account["status"] != status:
        books.execute("UPDATE account SET status = ? WHERE account_id = ?", (status, account["account_id"]))
        tell_of_account(books, account["account_id"], f"account.{status}", now)
    return show_account(books, token, now)


def show_account(books: sqlite3.Connection, token: str, now: datetime) -> Fields:
    """Return one account as the administration sees it."""
    account = find_account(books, token)
    if account is None:
        raise Objection(404, "not_found", "no such account")
    return {
        "account_token": account["token"],
        "iban": account["iban"],
        "iban_masked": mask_iban(account["iban"]),
        "owner": account["name"],
        "currency": account["currency"],
        "balance": account["balance"],
        "available": available_amount(books, account, now),
        "limit_per_payment": account["limit_per_payment"],
        "status": account["status"],
    }


def describe_account(books: sqlite3.Connection, token: str) -> Fields:
    """Return what a token stands for, as its holder may see it on a screen; the token itself is not repeated."""
    account = find_account(books, token)
    if account is None:
        raise Objection(404, "unknown_account", "no such account")
    return {
        "label": f"Bank ...{account['iban'][-4:]}",
        "iban_masked": mask_iban(account["iban"]),
        "currency": account["currency"],
        "status": account["status"],
    }


def list_accounts(books: sqlite3.Connection, now: datetime) -> list[Fields]:
    """Return all customers' accounts in the order of their opening."""
    rows = books.execute("SELECT token FROM account WHERE kind = 'customer' ORDER BY account_id").fetchall()
    return [show_account(books, row["token"], now) for row in rows]
