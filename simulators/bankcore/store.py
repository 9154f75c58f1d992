"""The bank's SQLite file: what is in it, and how one gets at it."""

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    account_id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('customer', 'settlement', 'vault')),
    name TEXT NOT NULL,
    currency TEXT NOT NULL,
    token TEXT UNIQUE,
    iban TEXT UNIQUE,
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'blocked', 'expired')),
    limit_per_payment INTEGER,
    balance INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT customer_never_overdrawn CHECK (kind != 'customer' OR balance >= 0)
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_house_account ON account (kind, currency) WHERE kind != 'customer';

CREATE TABLE IF NOT EXISTS journal (
    journal_id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL CHECK (kind IN ('opening', 'capture', 'refund', 'reversal')),
    ref TEXT NOT NULL,
    capture_id TEXT,
    booked_at TEXT NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS journal_by_day ON journal (booked_at);

CREATE TABLE IF NOT EXISTS posting (
    posting_id INTEGER PRIMARY KEY,
    journal_id INTEGER NOT NULL REFERENCES journal,
    account_id INTEGER NOT NULL REFERENCES account,
    amount INTEGER NOT NULL CHECK (amount != 0)
) STRICT;
CREATE INDEX IF NOT EXISTS posting_by_journal ON posting (journal_id);
CREATE TRIGGER IF NOT EXISTS posting_moves_balance AFTER INSERT ON posting BEGIN
    UPDATE account SET balance = balance + NEW.amount WHERE account_id = NEW.account_id;
END;
CREATE TRIGGER IF NOT EXISTS posting_never_changes BEFORE UPDATE ON posting
    BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;
CREATE TRIGGER IF NOT EXISTS posting_never_goes BEFORE DELETE ON posting
    BEGIN SELECT RAISE(ABORT, 'postings are append-only'); END;

CREATE TABLE IF NOT EXISTS hold (
    hold_id TEXT PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    account_id INTEGER NOT NULL REFERENCES account,
    amount INTEGER NOT NULL CHECK (amount > 0),
    captured INTEGER NOT NULL DEFAULT 0,
    currency TEXT NOT NULL,
    merchant TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'captured', 'released')),
    CONSTRAINT captured_within_hold CHECK (captured BETWEEN 0 AND amount)
) STRICT;
-- Covering: what an account has spoken for is summed at every hold, from the index alone.
CREATE INDEX IF NOT EXISTS open_hold_by_account ON hold (account_id, status, expires_at, amount, captured)
    WHERE status = 'open';

CREATE TABLE IF NOT EXISTS capture (
    capture_id TEXT PRIMARY KEY,
    ref TEXT NOT NULL UNIQUE,
    hold_id TEXT NOT NULL REFERENCES hold,
    amount INTEGER NOT NULL CHECK (amount > 0),
    refunded INTEGER NOT NULL DEFAULT 0,
    CONSTRAINT refunded_within_capture CHECK (refunded BETWEEN 0 AND amount)
) STRICT;
CREATE INDEX IF NOT EXISTS capture_by_hold ON capture (hold_id);

CREATE TABLE IF NOT EXISTS operation (
    ref TEXT PRIMARY KEY,
    call TEXT NOT NULL CHECK (call IN ('hold', 'capture', 'release', 'refund', 'reversal')),
    fingerprint TEXT NOT NULL,
    status INTEGER NOT NULL,
    answer TEXT NOT NULL,
    answered_at TEXT NOT NULL
) STRICT;
-- A reversal's mark on the reference it undid, whether or not that had arrived.
CREATE TABLE IF NOT EXISTS reversed (original_ref TEXT PRIMARY KEY, ref TEXT NOT NULL) STRICT;

CREATE TABLE IF NOT EXISTS client_certificate (
    fingerprint TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    key TEXT NOT NULL,
    certificate TEXT NOT NULL,
    not_after TEXT NOT NULL,
    added_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS client_signing_key (
    key_id TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    public_key TEXT NOT NULL,
    added_at TEXT NOT NULL,
    revoked_at TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS nonce (
    key_id TEXT NOT NULL,
    nonce TEXT NOT NULL,
    until INTEGER NOT NULL,
    PRIMARY KEY (key_id, nonce)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS nonce_by_end ON nonce (until);

-- What a person logs in with, and which accounts he sees then.
CREATE TABLE IF NOT EXISTS contract (
    number TEXT PRIMARY KEY,
    owner TEXT NOT NULL,
    salt TEXT NOT NULL,
    digest TEXT NOT NULL,
    wrong_times INTEGER NOT NULL DEFAULT 0,
    locked_until TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS contract_account (
    number TEXT NOT NULL REFERENCES contract,
    account_id INTEGER NOT NULL REFERENCES account,
    PRIMARY KEY (number, account_id)
) STRICT, WITHOUT ROWID;

-- Where a client's customers are sent back to, and where it hears of things.
CREATE TABLE IF NOT EXISTS client_address (
    client TEXT PRIMARY KEY,
    return_urls TEXT NOT NULL,
    notice_url TEXT
) STRICT;
CREATE TABLE IF NOT EXISTS consent (
    consent_id TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    subject TEXT NOT NULL,
    account_id INTEGER NOT NULL REFERENCES account,
    token TEXT NOT NULL UNIQUE,
    status TEXT NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'ended')),
    given_at TEXT NOT NULL,
    ended_at TEXT,
    ended_by TEXT CHECK (ended_by IN ('client', 'customer', 'bank'))
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS one_live_consent ON consent (client, subject, account_id) WHERE status = 'active';
CREATE INDEX IF NOT EXISTS consent_by_account ON consent (account_id, status);
CREATE TABLE IF NOT EXISTS link (
    link_id TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    ref TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    subject TEXT NOT NULL,
    state TEXT NOT NULL,
    return_url TEXT NOT NULL,
    expires_at TEXT NOT NULL,
    status TEXT NOT NULL DEFAULT 'open' CHECK (status IN ('open', 'given', 'refused', 'redeemed', 'void')),
    consent_id TEXT REFERENCES consent,
    code_digest TEXT,
    code_until TEXT,
    wrong_times INTEGER NOT NULL DEFAULT 0,
    UNIQUE (client, ref)
) STRICT;
-- What clients are told unasked; a notice waits until its client has taken it.
CREATE TABLE IF NOT EXISTS notice (
    notice_id TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    body TEXT NOT NULL,
    due_at TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    status TEXT NOT NULL DEFAULT 'waiting' CHECK (status IN ('waiting', 'taken', 'given_up')),
    answer INTEGER
) STRICT;
CREATE INDEX IF NOT EXISTS notice_by_due ON notice (due_at) WHERE status = 'waiting';
"""


class Store:
    """One connection, one transaction at a time: a queue is this bank's answer to every race."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.Lock()
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.execute("PRAGMA journal_mode = WAL")
        # NORMAL survives kill -9 of the process; only a power cut may take the last answers.
        self._connection.execute("PRAGMA synchronous = NORMAL")
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give the connection for one transaction, committed at the end and rolled back by any exception."""
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield self._connection
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def close(self) -> None:
        """Close the file; wait for the transaction that is under way."""
        with self._lock:
            self._connection.close()
