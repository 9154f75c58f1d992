"""Holds and their release: money that stays where it is, spoken for."""

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from simulators.bankcore.accounts import available_amount, find_account
from simulators.bankcore.books import rfc3339
from simulators.bankcore.exchange import Fields, Objection
from simulators.bankcore.operations import declined


@dataclass(frozen=True)
class HoldRequest:
    """What a hold asks for."""

    ref: str
    account_token: str
    amount: int
    currency: str
    merchant: str
    expires_at: datetime


def reason_against(books: sqlite3.Connection, account: sqlite3.Row, request: HoldRequest, now: datetime) -> str | None:
    """Return why the account does not give this hold."""
    if account["status"] != "active":
        return {"blocked": "blocked_account", "expired": "expired_instrument"}[account["status"]]
    if account["currency"] != request.currency:
        return "currency_not_supported"
    if rfc3339(request.expires_at) <= rfc3339(now):
        return "hold_expired"
    if account["limit_per_payment"] is not None and request.amount > account["limit_per_payment"]:
        return "limit_exceeded"
    if request.amount > available_amount(books, account, now):
        return "insufficient_funds"
    return None


def place_hold(
    books: sqlite3.Connection, request: HoldRequest, *, magic_reason: str | None, now: datetime
) -> tuple[int, Fields]:
    """Reserve the amount, or decline; nothing is booked before the capture."""
    account = find_account(books, request.account_token)
    if magic_reason is not None or account is None:
        return declined(request.ref, magic_reason or "unknown_account")
    reason = reason_against(books, account, request, now)
    if reason is not None:
        return declined(request.ref, reason)
    hold_id, expires_at = f"hld_{secrets.token_hex(12)}", rfc3339(request.expires_at)
    books.execute(
        "INSERT INTO hold (hold_id, ref, account_id, amount, currency, merchant, expires_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (hold_id, request.ref, account["account_id"], request.amount, request.currency, request.merchant, expires_at),
    )
    return 201, {
        "ref": request.ref,
        "hold_id": hold_id,
        "status": "approved",
        "amount": request.amount,
        "currency": request.currency,
        "expires_at": expires_at,
    }


def find_hold(books: sqlite3.Connection, hold_id: str) -> sqlite3.Row:
    """Return the hold; raises 404 unknown_hold."""
    row = books.execute("SELECT * FROM hold WHERE hold_id = ?", (hold_id,)).fetchone()
    if not isinstance(row, sqlite3.Row):
        raise Objection(404, "unknown_hold", "no such hold")
    return row


def has_expired(hold: sqlite3.Row, now: datetime) -> bool:
    """Say whether an open hold has run out; nobody closes it then, it just no longer counts."""
    return bool(hold["expires_at"] <= rfc3339(now))


def release_rest(books: sqlite3.Connection, hold: sqlite3.Row, now: datetime) -> int:
    """Close the hold and return how much that freed: nothing if it was closed or had run out."""
    if hold["status"] != "open":
        return 0
    books.execute("UPDATE hold SET status = 'released' WHERE hold_id = ?", (hold["hold_id"],))
    return 0 if has_expired(hold, now) else int(hold["amount"] - hold["captured"])


def release_hold(books: sqlite3.Connection, *, ref: str, hold_id: str, now: datetime) -> tuple[int, Fields]:
    """Give back what a hold still reserves; a second release finds nothing and is fine."""
    hold = find_hold(books, hold_id)
    if hold["status"] == "captured":
        return declined(ref, "hold_closed", hold_id=hold_id)
    released = release_rest(books, hold, now)
    return 200, {
        "ref": ref,
        "hold_id": hold_id,
        "status": "approved",
        "released": released,
        "currency": hold["currency"],
    }
