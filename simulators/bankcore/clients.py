"""Who may use the line: client certificates and signing keys, each taken until it is revoked or ends."""

import base64
import binascii
import hashlib
import re
import sqlite3
from datetime import datetime, timedelta

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key

from simulators.bankcore.authority import Authority, public_der, requested_key
from simulators.bankcore.books import rfc3339
from simulators.bankcore.exchange import Fields, Objection

NAME = re.compile(r"[a-z0-9-]{1,32}")
KEY_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
RENEWABLE = timedelta(days=30)  # before its end a certificate is made anew for the same key
MOST_KEYS = 4


def enrol(books: sqlite3.Connection, authority: Authority, fields: Fields, now: datetime) -> Fields:
    """Take a client's `csr` (or null) and `signing_keys`, and return all that it must know of the bank.

    The same request again gets the same certificate. Keys that were revoked are refused.
    """
    name, csr, keys = fields["name"], fields.get("csr"), fields.get("signing_keys", {})
    if not isinstance(name, str) or not NAME.fullmatch(name):
        raise Objection(422, "invalid_field", "name is 1 to 32 lower-case letters, digits and dashes")
    if not isinstance(keys, dict) or len(keys) > MOST_KEYS:
        raise Objection(422, "invalid_field", f"signing_keys are at most {MOST_KEYS} keys by their ids")
    answer = describe_bank(authority)
    for key_id, encoded in keys.items():
        _take_signing_key(books, name, key_id, encoded, now)
    answer["accepted"] = sorted(keys)
    if csr is not None:
        answer["certificate"] = _certificate(books, authority, name, csr, now)
    return answer


def describe_bank(authority: Authority) -> Fields:
    """Return what makes the other side of the line this bank."""
    return {"ca": authority.certificate, "pins": authority.pins(), "signing_keys": authority.signing_keys()}


def client_of_certificate(books: sqlite3.Connection, fingerprint: str, now: datetime) -> str:
    """Return whose certificate it is; an Objection for one that was never taken, has ended, or was revoked."""
    found = books.execute(
        "SELECT client, not_after, revoked_at FROM client_certificate WHERE fingerprint = ?", (fingerprint,)
    ).fetchone()
    if found is None:
        raise Objection(401, "certificate_refused", "this certificate is not one that we expect")
    if found["revoked_at"] is not None:
        raise Objection(401, "certificate_refused", "this certificate was revoked")
    # TLS looked at the time once, and the connection may be older than that.
    if datetime.fromisoformat(found["not_after"]) <= now:
        raise Objection(401, "certificate_refused", "this certificate has ended")
    return str(found["client"])


def signing_key_of(books: sqlite3.Connection, client: str, key_id: str) -> ec.EllipticCurvePublicKey:
    """Return the client's public key; an Objection for one of nobody, of another, or revoked."""
    found = books.execute(
        "SELECT public_key FROM client_signing_key WHERE key_id = ? AND client = ? AND revoked_at IS NULL",
        (key_id, client),
    ).fetchone()
    if found is None:
        raise Objection(401, "signature_invalid", "no such key of this client is taken")
    return _public_key(found["public_key"])


def revoke(books: sqlite3.Connection, what: str, now: datetime) -> Fields:
    """Never take a certificate (by its fingerprint) or a signing key (by its id) again."""
    moment = rfc3339(now)
    changed = 0
    for table, column in (("client_certificate", "fingerprint"), ("client_signing_key", "key_id")):
        statement = f"UPDATE {table} SET revoked_at = coalesce(revoked_at, ?) WHERE {column} = ?"  # noqa: S608
        changed += books.execute(statement, (moment, what)).rowcount
    if not changed:
        raise Objection(404, "not_found", "no such certificate and no such key")
    return list_clients(books)


def list_clients(books: sqlite3.Connection) -> Fields:
    """Return every certificate and key that was ever taken."""
    certificates = books.execute(
        "SELECT client, fingerprint, not_after, revoked_at FROM client_certificate ORDER BY rowid"
    ).fetchall()
    keys = books.execute("SELECT client, key_id, revoked_at FROM client_signing_key ORDER BY rowid").fetchall()
    return {"certificates": [dict(row) for row in certificates], "signing_keys": [dict(row) for row in keys]}


def spend_nonce(books: sqlite3.Connection, *, key_id: str, nonce: str, until: int, now: int) -> None:
    """Remember a nonce as long as its signature could be shown again; an Objection for one that was shown before."""
    books.execute("DELETE FROM nonce WHERE until < ?", (now,))
    try:
        books.execute("INSERT INTO nonce (key_id, nonce, until) VALUES (?, ?, ?)", (key_id, nonce, until))
    except sqlite3.IntegrityError:
        raise Objection(401, "nonce_reused", "this signature was shown before") from None


def _take_signing_key(books: sqlite3.Connection, client: str, key_id: object, encoded: object, now: datetime) -> None:
    if not isinstance(key_id, str) or not KEY_ID.fullmatch(key_id) or not isinstance(encoded, str):
        raise Objection(422, "invalid_field", "signing_keys are ids with base64 of the DER of P-256 public keys")
    _public_key(encoded)
    books.execute(
        "INSERT INTO client_signing_key (key_id, client, public_key, added_at) VALUES (?, ?, ?, ?)"
        " ON CONFLICT (key_id) DO NOTHING",
        (key_id, client, encoded, rfc3339(now)),
    )
    row = books.execute("SELECT client, public_key, revoked_at FROM client_signing_key WHERE key_id = ?", (key_id,))
    if tuple(row.fetchone()) != (client, encoded, None):
        raise Objection(409, "key_refused", f"the key {key_id} is another's, another, or was revoked")


def _certificate(books: sqlite3.Connection, authority: Authority, client: str, csr: object, now: datetime) -> str:
    key = requested_key(csr)
    digest = hashlib.sha256(public_der(key)).hexdigest()
    known = books.execute(
        "SELECT client, certificate, not_after, revoked_at FROM client_certificate WHERE key = ? ORDER BY rowid DESC",
        (digest,),
    ).fetchone()
    if known is not None and (known["client"], known["revoked_at"]) != (client, None):
        raise Objection(409, "key_refused", "the key of this csr is another's, or was revoked")
    if known is not None and datetime.fromisoformat(known["not_after"]) > now + RENEWABLE:
        return str(known["certificate"])
    issued = authority.issue_client(key, now=now)
    books.execute(
        "INSERT INTO client_certificate (fingerprint, client, key, certificate, not_after, added_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (issued.fingerprint, client, digest, issued.certificate, rfc3339(issued.not_after), rfc3339(now)),
    )
    return issued.certificate


def _public_key(encoded: str) -> ec.EllipticCurvePublicKey:
    try:
        key = load_der_public_key(base64.b64decode(encoded, validate=True))
    except (binascii.Error, ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
        raise Objection(422, "invalid_field", "a signing key is no P-256 public key")
    return key
