"""Carries notices to the clients: signed, one after the other, repeated until they are taken."""

import contextlib
import http.client
import secrets
import sqlite3
import ssl
import threading
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from simulators.bankcore.books import rfc3339
from simulators.bankcore.calllog import CallLog
from simulators.bankcore.faults import Fault, FaultBook
from simulators.bankcore.gate import Gate
from simulators.bankcore.store import Store

LOOK_SECONDS = 0.1
PATIENCE_SECONDS = 5.0
# The last one again and again; nobody is told of what happened two days ago.
PAUSES_SECONDS = (1, 2, 5, 10, 30, 60, 300, 3600)
MOST_TRIES = 50
# How long one that others are to overtake waits for them.
OVERTAKEN_WITHIN = timedelta(seconds=5)


class Courier(threading.Thread):
    """One thread. Whatever goes wrong with one notice holds up no other for longer than the patience."""

    def __init__(self, store: Store, gate: Gate, faults: FaultBook, log: CallLog) -> None:
        super().__init__(name="courier", daemon=True)
        self._store, self._gate, self._faults, self._log = store, gate, faults, log
        self._ends = threading.Event()
        self._overtaken: set[str] = set()

    def run(self) -> None:
        """Carry until told to end."""
        while not self._ends.wait(LOOK_SECONDS):
            while not self._ends.is_set() and (notice := self._next()) is not None:
                try:
                    self._carry(notice)
                except Exception as error:  # the edge: one notice that cannot be carried must not end the others
                    self._log.write_error(error)
                    self._put_back(notice, None)

    def end(self) -> None:
        """Let the thread end after the notice that is under way."""
        self._ends.set()

    def _next(self) -> sqlite3.Row | None:
        with self._store.transaction() as books:
            row = books.execute(
                "SELECT notice.*, client_address.notice_url FROM notice JOIN client_address USING (client)"
                " WHERE status = 'waiting' AND due_at <= ? AND notice_url IS NOT NULL ORDER BY due_at LIMIT 1",
                (rfc3339(datetime.now(UTC)),),
            ).fetchone()
            return row if isinstance(row, sqlite3.Row) else None

    def _carry(self, notice: sqlite3.Row) -> None:
        fault = self._faults.strike("notice", notice["notice_id"], None) if notice["tries"] == 0 else None
        match fault.kind if fault else "":
            case "delay" | "reorder" as kind:
                self._postpone(notice, fault, is_overtaken=kind == "reorder")
                return
            case "forge":
                self._put_back(notice, self._send(notice, is_forged=True))
                return
        status = self._send(notice)
        if fault is not None:
            self._send(notice)
        if status in (200, 202):
            self._note(notice, status)
        else:
            self._put_back(notice, status)

    def _postpone(self, notice: sqlite3.Row, fault: Fault | None, *, is_overtaken: bool) -> None:
        pause = OVERTAKEN_WITHIN if is_overtaken else timedelta(milliseconds=fault.milliseconds if fault else 0)
        with self._store.transaction() as books:
            self._set_due(books, notice["notice_id"], datetime.now(UTC) + pause)
        if is_overtaken:
            self._overtaken.add(notice["notice_id"])

    def _note(self, notice: sqlite3.Row, status: int) -> None:
        with self._store.transaction() as books:
            books.execute(
                "UPDATE notice SET status = 'taken', tries = tries + 1, answer = ? WHERE notice_id = ?",
                (status, notice["notice_id"]),
            )
            for overtaken in self._overtaken - {notice["notice_id"]}:
                self._set_due(books, overtaken, datetime.now(UTC))
        self._overtaken.clear()

    def _put_back(self, notice: sqlite3.Row, status: int | None) -> None:
        tries = notice["tries"]
        pause = timedelta(seconds=PAUSES_SECONDS[min(tries, len(PAUSES_SECONDS) - 1)])
        fate = "waiting" if tries + 1 < MOST_TRIES else "given_up"
        with self._store.transaction() as books:
            books.execute(
                "UPDATE notice SET tries = tries + 1, due_at = ?, answer = ?, status = ? WHERE notice_id = ?",
                (rfc3339(datetime.now(UTC) + pause), status, fate, notice["notice_id"]),
            )

    def _set_due(self, books: sqlite3.Connection, notice_id: str, due_at: datetime) -> None:
        # A try that is not counted, so that only the first look at a notice meets a fault.
        books.execute(
            "UPDATE notice SET due_at = ?, tries = max(tries, 1) WHERE notice_id = ?", (rfc3339(due_at), notice_id)
        )

    def _send(self, notice: sqlite3.Row, *, is_forged: bool = False) -> int | None:
        """Send it once and return what was answered, None for no answer."""
        url, body = str(notice["notice_url"]), str(notice["body"]).encode()
        headers = self._gate.sign_notice(url, body, nonce=secrets.token_urlsafe(18))
        if is_forged:
            body = body.replace(b'"created_at":"20', b'"created_at":"19')
        began = datetime.now(UTC)
        status: int | None = None
        with contextlib.suppress(OSError, http.client.HTTPException):
            status = _post(url, body, headers)
        self._log.write(
            call="notice",
            ref=str(notice["notice_id"]),
            status=status or 0,
            milliseconds=(datetime.now(UTC) - began).total_seconds() * 1000,
            fault="forge" if is_forged else "",
            account="",
            client=str(notice["client"]),
            signed=True,
        )
        return status


def _post(url: str, body: bytes, headers: dict[str, str]) -> int:
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        trusted = ssl.create_default_context()
        connection = http.client.HTTPSConnection(host, port, timeout=PATIENCE_SECONDS, context=trusted)
    else:
        connection = http.client.HTTPConnection(host, port, timeout=PATIENCE_SECONDS)
    try:
        connection.request("POST", parts.path or "/", body, headers)
        answer = connection.getresponse()
        answer.read(4096)
        return answer.status
    finally:
        connection.close()
