"""E-banking contracts: what a person logs in with, and the accounts that he sees then."""

import hashlib
import hmac
import secrets
import sqlite3
from datetime import datetime, timedelta

from simulators.bankcore.accounts import available_amount, mask_iban
from simulators.bankcore.books import rfc3339
from simulators.bankcore.exchange import Fields, Objection

MOST_WRONG = 5
LOCKED_FOR = timedelta(minutes=15)
SHORTEST_PASSWORD = 10


def open_contract(
    books: sqlite3.Connection, *, owner: str, tokens: list[str], number: str | None, password: str | None
) -> Fields:
    """Give a person access to accounts, and return what he logs in with; the password is not kept.

    A number and a password that are not given are made. Raises Objection for a number that is taken.
    """
    number = number or f"{secrets.randbelow(90_000_000) + 10_000_000}"
    password = password or secrets.token_urlsafe(12)
    if len(password) < SHORTEST_PASSWORD:
        raise Objection(422, "invalid_field", f"a password has at least {SHORTEST_PASSWORD} characters")
    salt = secrets.token_hex(16)
    try:
        books.execute(
            "INSERT INTO contract (number, owner, salt, digest) VALUES (?, ?, ?, ?)",
            (number, owner, salt, _digest(password, salt)),
        )
    except sqlite3.IntegrityError:
        raise Objection(409, "contract_taken", "there is a contract of this number") from None
    for token in tokens:
        row = books.execute("SELECT account_id FROM account WHERE token = ?", (token,)).fetchone()
        if row is None:
            raise Objection(404, "not_found", "no such account")
        books.execute("INSERT INTO contract_account (number, account_id) VALUES (?, ?)", (number, row["account_id"]))
    return {"contract": number, "password": password, "owner": owner}


def log_in(books: sqlite3.Connection, number: str, password: str, now: datetime) -> bool:
    """Say whether it is the contract's password; after five wrong ones nobody gets in for a quarter of an hour."""
    row = books.execute("SELECT * FROM contract WHERE number = ?", (number,)).fetchone()
    # As slow for a contract that nobody has.
    is_right = hmac.compare_digest(_digest(password, row["salt"] if row else "00"), row["digest"] if row else "")
    if row is None or (row["locked_until"] or "") > rfc3339(now):
        return False
    wrong = 0 if is_right else row["wrong_times"] + 1
    locked_until = rfc3339(now + LOCKED_FOR) if wrong >= MOST_WRONG else None
    books.execute(
        "UPDATE contract SET wrong_times = ?, locked_until = ? WHERE number = ?",
        (0 if locked_until else wrong, locked_until, number),
    )
    return is_right


def has_contract(books: sqlite3.Connection, number: str) -> bool:
    """Say whether there is a contract of this number."""
    return books.execute("SELECT 1 FROM contract WHERE number = ?", (number,)).fetchone() is not None


def owner_of(books: sqlite3.Connection, number: str) -> str:
    """Return the name of whoever logged in."""
    return str(books.execute("SELECT owner FROM contract WHERE number = ?", (number,)).fetchone()["owner"])


def accounts_of(books: sqlite3.Connection, number: str, now: datetime) -> list[Fields]:
    """Return the contract's accounts as its holder sees them."""
    rows = books.execute(
        "SELECT account.* FROM contract_account JOIN account USING (account_id) WHERE number = ? ORDER BY account_id",
        (number,),
    ).fetchall()
    return [
        {
            "account_id": row["account_id"],
            "owner": row["name"],
            "iban_masked": mask_iban(row["iban"]),
            "currency": row["currency"],
            "available": available_amount(books, row, now),
            "status": row["status"],
        }
        for row in rows
    ]


def _digest(password: str, salt: str) -> str:
    return hashlib.scrypt(password.encode("utf-8", "surrogatepass"), salt=bytes.fromhex(salt), n=2**13, r=8, p=1).hex()
