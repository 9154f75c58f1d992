"""Captures, refunds and reversals: the movements between customers and the retailer."""

import secrets
import sqlite3
from datetime import datetime

from simulators.bankcore.books import house_account, post_journal
from simulators.bankcore.exchange import Fields, Objection
from simulators.bankcore.holds import find_hold, has_expired, release_rest
from simulators.bankcore.operations import declined, is_reversed


def capture_hold(
    books: sqlite3.Connection, *, ref: str, hold_id: str, amount: int, currency: str, final: bool, now: datetime
) -> tuple[int, Fields]:
    """Move held money to the retailer; a final capture frees the rest of the hold."""
    hold = find_hold(books, hold_id)
    rest = hold["amount"] - hold["captured"]
    if hold["status"] != "open":
        return declined(ref, "hold_closed", hold_id=hold_id)
    if has_expired(hold, now):
        return declined(ref, "hold_expired", hold_id=hold_id)
    if currency != hold["currency"]:
        return declined(ref, "currency_mismatch", hold_id=hold_id)
    if amount > rest:
        return declined(ref, "amount_exceeds_hold", hold_id=hold_id)
    capture_id = f"cap_{secrets.token_hex(12)}"
    books.execute(
        "UPDATE hold SET captured = captured + ?, status = ? WHERE hold_id = ?",
        (amount, "captured" if final or amount == rest else "open", hold_id),
    )
    books.execute(
        "INSERT INTO capture (capture_id, ref, hold_id, amount) VALUES (?, ?, ?, ?)", (capture_id, ref, hold_id, amount)
    )
    lines = {hold["account_id"]: -amount, house_account(books, "settlement", currency): amount}
    post_journal(books, kind="capture", ref=ref, capture_id=capture_id, lines=lines, now=now)
    return 201, {
        "ref": ref,
        "capture_id": capture_id,
        "hold_id": hold_id,
        "status": "approved",
        "amount": amount,
        "currency": currency,
    }


def pay_back(
    books: sqlite3.Connection, *, ref: str, kind: str, capture: sqlite3.Row, amount: int, now: datetime
) -> None:
    """Move captured money back to the customer; the retailer's account may go below zero for it."""
    hold = find_hold(books, capture["hold_id"])
    books.execute("UPDATE capture SET refunded = refunded + ? WHERE capture_id = ?", (amount, capture["capture_id"]))
    lines = {house_account(books, "settlement", hold["currency"]): -amount, hold["account_id"]: amount}
    post_journal(books, kind=kind, ref=ref, capture_id=capture["capture_id"], lines=lines, now=now)


def refund_capture(
    books: sqlite3.Connection, *, ref: str, capture_id: str, amount: int, currency: str, now: datetime
) -> tuple[int, Fields]:
    """Pay back part or all of a capture, never more than it in sum."""
    capture = books.execute("SELECT * FROM capture WHERE capture_id = ?", (capture_id,)).fetchone()
    if capture is None:
        raise Objection(404, "unknown_capture", "no such capture")
    if currency != find_hold(books, capture["hold_id"])["currency"]:
        return declined(ref, "currency_mismatch", capture_id=capture_id)
    if amount > capture["amount"] - capture["refunded"]:
        return declined(ref, "amount_exceeds_capture", capture_id=capture_id)
    pay_back(books, ref=ref, kind="refund", capture=capture, amount=amount, now=now)
    return 201, {
        "ref": ref,
        "refund_id": f"rfd_{secrets.token_hex(12)}",
        "capture_id": capture_id,
        "status": "approved",
        "amount": amount,
        "currency": currency,
    }


def reverse(books: sqlite3.Connection, *, ref: str, original_ref: str, now: datetime) -> tuple[int, Fields]:
    """Undo a hold or a capture by the caller's reference, or forbid it if it has not arrived."""
    original = books.execute("SELECT call FROM operation WHERE ref = ?", (original_ref,)).fetchone()
    if original_ref == ref or (original is not None and original["call"] not in ("hold", "capture")):
        return declined(ref, "not_reversible", original_ref=original_ref)
    if is_reversed(books, original_ref):
        effect = "nothing"
    else:
        books.execute("INSERT INTO reversed (original_ref, ref) VALUES (?, ?)", (original_ref, ref))
        effect = "tombstone" if original is None else undo(books, ref=ref, original_ref=original_ref, now=now)
    return 200, {"ref": ref, "original_ref": original_ref, "status": "approved", "effect": effect}


def undo(books: sqlite3.Connection, *, ref: str, original_ref: str, now: datetime) -> str:
    """Release what the original holds, pay back what it captured, and return the effect."""
    hold = books.execute("SELECT * FROM hold WHERE ref = ?", (original_ref,)).fetchone()
    released = release_rest(books, hold, now) if hold is not None else 0
    captures = books.execute(
        "SELECT * FROM capture WHERE (ref = ? OR hold_id = ?) AND refunded < amount ORDER BY rowid",
        (original_ref, hold["hold_id"] if hold is not None else None),
    ).fetchall()
    for capture in captures:
        rest = capture["amount"] - capture["refunded"]
        pay_back(books, ref=ref, kind="reversal", capture=capture, amount=rest, now=now)
    if captures:
        return "refunded"
    return "released" if released else "nothing"
