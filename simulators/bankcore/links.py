"""Consents: a client sends its customer to our page, and gets a token for the account that he chose there.

Everything that matters is said on the client's own line: who is sent, where he comes back to, and the token. Through
the customer's browser go only a state that the client knows and a code that nobody else can use.
"""

import hashlib
import hmac
import json
import secrets
import sqlite3
from datetime import datetime, timedelta
from urllib.parse import urlencode, urlsplit

from simulators.bankcore.accounts import describe_account
from simulators.bankcore.books import rfc3339
from simulators.bankcore.exchange import Fields, Objection
from simulators.bankcore.notices import leave_notice

LINK_LIFE = timedelta(minutes=30)
CODE_LIFE = timedelta(minutes=5)
MOST_WRONG_CODES = 5
LANGUAGES = ("de", "fr", "it", "en")
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


def set_addresses(books: sqlite3.Connection, client: str, return_urls: object, notice_url: object) -> Fields:
    """Register where a client's customers may come back to, and where it wants its notices, if at all."""
    urls = return_urls if isinstance(return_urls, list) else [None]
    for url in [*urls, *([] if notice_url is None else [notice_url])]:
        if not _is_safe(url):
            raise Objection(422, "invalid_field", "an address is https without query, or http on this machine")
    books.execute(
        "INSERT INTO client_address (client, return_urls, notice_url) VALUES (?, ?, ?) ON CONFLICT (client)"
        " DO UPDATE SET return_urls = excluded.return_urls, notice_url = excluded.notice_url",
        (client, json.dumps(urls), notice_url),
    )
    return {"client": client, "return_urls": urls, "notice_url": notice_url}


def register(
    books: sqlite3.Connection,
    *,
    client: str,
    ref: str,
    subject: str,
    state: str,
    return_url: str,
    language: str,
    page_url: str,
    now: datetime,
) -> tuple[int, Fields]:
    """Keep a customer's way to us and back; the same again is answered the same."""
    known = books.execute("SELECT return_urls FROM client_address WHERE client = ?", (client,)).fetchone()
    if known is None or return_url not in json.loads(known["return_urls"]):
        raise Objection(422, "return_url_refused", "nobody is sent back to an address that is not registered")
    content = hashlib.sha256(json.dumps([subject, state, return_url]).encode()).hexdigest()
    link = books.execute("SELECT * FROM link WHERE client = ? AND ref = ?", (client, ref)).fetchone()
    if link is not None and link["fingerprint"] != content:
        raise Objection(409, "ref_reused", "this ref belongs to another link")
    if link is None:
        link_id, expires_at = secrets.token_urlsafe(32), rfc3339(now + LINK_LIFE)
        books.execute(
            "INSERT INTO link (link_id, client, ref, fingerprint, subject, state, return_url, expires_at)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (link_id, client, ref, content, subject, state, return_url, expires_at),
        )
    else:
        link_id, expires_at = link["link_id"], link["expires_at"]
    address = f"{page_url}/consent/{link_id}?{urlencode({'lang': language})}"
    return 201, {"ref": ref, "consent_url": address, "expires_at": expires_at}


def open_link(books: sqlite3.Connection, link_id: str, now: datetime) -> sqlite3.Row | None:
    """Return the link if it waits for the customer's decision; None if it is over, or was never there."""
    link = books.execute("SELECT * FROM link WHERE link_id = ? AND status = 'open'", (link_id,)).fetchone()
    return link if link is not None and link["expires_at"] > rfc3339(now) else None


def confirm(books: sqlite3.Connection, link: sqlite3.Row, account_id: int, now: datetime) -> str:
    """Give the client the customer's consent, and return the address that brings him back, with the code."""
    consent = books.execute(
        "SELECT consent_id FROM consent WHERE client = ? AND subject = ? AND account_id = ? AND status = 'active'",
        (link["client"], link["subject"], account_id),
    ).fetchone()
    consent_id = consent["consent_id"] if consent else f"cns_{secrets.token_hex(12)}"
    if consent is None:
        books.execute(
            "INSERT INTO consent (consent_id, client, subject, account_id, token, given_at) VALUES (?, ?, ?, ?, ?, ?)",
            (
                consent_id,
                link["client"],
                link["subject"],
                account_id,
                f"act_{secrets.token_urlsafe(24)}",
                rfc3339(now),
            ),
        )
    code = secrets.token_urlsafe(32)
    books.execute(
        "UPDATE link SET status = 'given', consent_id = ?, code_digest = ?, code_until = ? WHERE link_id = ?",
        (consent_id, _digest(code), rfc3339(now + CODE_LIFE), link["link_id"]),
    )
    return f"{link['return_url']}?{urlencode({'state': link['state'], 'code': code})}"


def refuse(books: sqlite3.Connection, link: sqlite3.Row) -> str:
    """Close the link, and return the address that brings the customer back without a code."""
    books.execute("UPDATE link SET status = 'refused' WHERE link_id = ?", (link["link_id"],))
    return f"{link['return_url']}?{urlencode({'state': link['state'], 'error': 'access_denied'})}"


def redeem(books: sqlite3.Connection, *, client: str, ref: str, code: str, now: datetime) -> tuple[int, Fields]:
    """Return the token for the code that came back; a repetition by the same ref is answered the same for a while.

    A code of another link, a wrong one, and one that is over are all unknown; five wrong ones close the link. They are
    answered and not objected to, because an objection would forget the count.
    """
    link = books.execute("SELECT * FROM link WHERE client = ? AND ref = ?", (client, ref)).fetchone()
    if link is None or link["status"] not in ("given", "redeemed") or link["code_until"] <= rfc3339(now):
        return _unknown_code()
    if not hmac.compare_digest(link["code_digest"], _digest(code)):
        wrong = link["wrong_times"] + 1
        status = "void" if wrong >= MOST_WRONG_CODES else link["status"]
        books.execute("UPDATE link SET wrong_times = ?, status = ? WHERE link_id = ?", (wrong, status, link["link_id"]))
        return _unknown_code()
    consent = books.execute(
        "SELECT consent.token, account.iban FROM consent JOIN account USING (account_id)"
        " WHERE consent_id = ? AND consent.status = 'active'",
        (link["consent_id"],),
    ).fetchone()
    if consent is None:
        return _unknown_code()
    books.execute("UPDATE link SET status = 'redeemed' WHERE link_id = ?", (link["link_id"],))
    described = describe_account(books, consent["token"])
    return 200, {
        "ref": ref,
        "consent_id": link["consent_id"],
        "account_token": consent["token"],
        "iban": consent["iban"],
        "label": described["label"],
        "currency": described["currency"],
        "status": described["status"],
    }


def end_consent(books: sqlite3.Connection, *, client: str, consent_id: str, now: datetime) -> tuple[int, Fields]:
    """End a consent because the client says so; one that has ended is answered alike, and nobody is told."""
    found = books.execute("SELECT 1 FROM consent WHERE consent_id = ? AND client = ?", (consent_id, client)).fetchone()
    if found is None:
        raise Objection(404, "unknown_consent", "no such consent")
    _end(books, consent_id, "client", now)
    return 200, {"consent_id": consent_id, "status": "ended"}


def withdraw(books: sqlite3.Connection, *, number: str, consent_id: str, now: datetime) -> bool:
    """End a consent because whoever holds the account says so, and tell the client; say whether it was his to end."""
    consent = books.execute(
        "SELECT client FROM consent JOIN contract_account USING (account_id)"
        " WHERE consent_id = ? AND number = ? AND status = 'active'",
        (consent_id, number),
    ).fetchone()
    if consent is None:
        return False
    _end(books, consent_id, "customer", now)
    leave_notice(books, consent["client"], "consent.ended", now, consent_id=consent_id)
    return True


def consents_of(books: sqlite3.Connection, number: str) -> list[Fields]:
    """Return the consents in force that the holder of a contract has given."""
    rows = books.execute(
        "SELECT consent_id, client, account.iban, given_at FROM consent JOIN account USING (account_id)"
        " JOIN contract_account USING (account_id) WHERE number = ? AND consent.status = 'active'"
        " ORDER BY given_at, consent_id",
        (number,),
    ).fetchall()
    return [dict(row) for row in rows]


def _end(books: sqlite3.Connection, consent_id: str, by: str, now: datetime) -> None:
    books.execute(
        "UPDATE consent SET status = 'ended', ended_at = ?, ended_by = ? WHERE consent_id = ? AND status = 'active'",
        (rfc3339(now), by, consent_id),
    )


def _unknown_code() -> tuple[int, Fields]:
    return 404, {"code": "unknown_code", "detail": "no such code"}


def _digest(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()


def _is_safe(url: object) -> bool:
    if not isinstance(url, str) or not url.isascii() or not url.isprintable() or len(url) > 200:
        return False
    try:
        parts = urlsplit(url)
        is_here = parts.scheme == "http" and parts.hostname in LOOPBACK
        has_port = parts.port != 0
    except ValueError:
        return False
    is_bare = not parts.query and not parts.fragment and "@" not in parts.netloc and bool(parts.hostname)
    return has_port and is_bare and (parts.scheme == "https" or is_here)
