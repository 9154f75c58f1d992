"""The memory by reference: every operation is answered once, and the same answer is given ever after."""

import hashlib
import json
import sqlite3
from collections.abc import Callable
from datetime import datetime

from simulators.bankcore.books import rfc3339
from simulators.bankcore.exchange import Answer, Fields, Objection, answer_text

Work = Callable[[], tuple[int, Fields]]


def declined(ref: str, reason: str, **more: object) -> tuple[int, Fields]:
    """Return a stored no."""
    return 200, {"ref": ref, **more, "status": "declined", "reason": reason}


def fingerprint(path: str, fields: Fields) -> str:
    """Return what tells one content from another; the order of the keys does not."""
    return hashlib.sha256(json.dumps([path, fields], sort_keys=True).encode()).hexdigest()


def answer_once(books: sqlite3.Connection, *, call: str, ref: str, content: str, work: Work, now: datetime) -> Answer:
    """Answer from memory, or do the work and remember its answer, in the caller's transaction.

    A reference that was reversed before it came is declined without any work.
    """
    known = books.execute("SELECT call, fingerprint, status, answer FROM operation WHERE ref = ?", (ref,)).fetchone()
    if known is not None:
        if (known["call"], known["fingerprint"]) != (call, content):
            raise Objection(409, "ref_reused", "this ref was used with another content")
        return answer_text(known["status"], known["answer"])
    status, fields = declined(ref, "reversed") if is_reversed(books, ref) else work()
    text = json.dumps(fields, separators=(",", ":"))
    books.execute(
        "INSERT INTO operation (ref, call, fingerprint, status, answer, answered_at) VALUES (?, ?, ?, ?, ?, ?)",
        (ref, call, content, status, text, rfc3339(now)),
    )
    return answer_text(status, text)


def is_reversed(books: sqlite3.Connection, ref: str) -> bool:
    """Say whether a reversal has undone this reference, or forbidden it."""
    return books.execute("SELECT 1 FROM reversed WHERE original_ref = ?", (ref,)).fetchone() is not None


def show_operation(books: sqlite3.Connection, ref: str) -> Fields:
    """Return the stored answer of a reference, and whether it was reversed since."""
    row = books.execute("SELECT call, answer FROM operation WHERE ref = ?", (ref,)).fetchone()
    undone = is_reversed(books, ref)
    if row is not None:
        return {**json.loads(row["answer"]), "call": row["call"], "reversed": undone}
    if undone:
        return {"ref": ref, "status": "declined", "reason": "reversed", "call": "unknown", "reversed": True}
    raise Objection(404, "unknown_operation", "no operation of this ref has arrived")


def list_operations(books: sqlite3.Connection) -> list[Fields]:
    """Return every stored answer in the order of arrival."""
    rows = books.execute("SELECT ref FROM operation ORDER BY rowid").fetchall()
    return [show_operation(books, row["ref"]) for row in rows]
