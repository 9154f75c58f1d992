"""What the pages do: free of sockets, from a Visit to a Reply."""

import re
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from simulators.bankcore import contracts, links
from simulators.bankcore.exchange import answer_json
from simulators.bankcore.openapi import document
from simulators.bankcore.pages import sheets
from simulators.bankcore.pages.sessions import Session, Sessions, form_key, is_form_key
from simulators.bankcore.pages.sheets import Sheet
from simulators.bankcore.pages.words import choose_language
from simulators.bankcore.store import Store

COOKIE = "bank_session"
CONSENT = re.compile(r"/consent/([A-Za-z0-9_-]{20,64})", re.ASCII)
CONSENTS = "/consents"
STYLE = (Path(__file__).parent / "style.css").read_bytes()


@dataclass(frozen=True)
class Visit:
    """One request of a browser; a form's fields are there only where it was sent."""

    method: str
    path: str
    language: str = ""
    accepted_languages: str = ""
    cookie: str = ""
    # Of a form: where the browser says that it comes from.
    origin: str = ""
    host: str = ""
    form: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Reply:
    """What the browser gets; `goes_to` are origins that a form may lead to besides our own."""

    status: int
    body: bytes = b""
    media_type: str = "text/html; charset=utf-8"
    location: str = ""
    cookie: str | None = None
    goes_to: str = ""


class Desk:
    """The pages of one bank."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._sessions = Sessions()

    def answer(self, visit: Visit) -> Reply:
        """Answer one visit."""
        sheet = Sheet(choose_language(visit.language, visit.accepted_languages), visit.path)
        if visit.method == "GET" and visit.path == "/style.css":
            return Reply(200, STYLE, "text/css; charset=utf-8")
        if visit.method == "GET" and visit.path == "/openapi.json":
            return Reply(200, answer_json(200, document()).body, "application/json")
        if visit.method == "GET" and visit.path == "/":
            return Reply(303, location=CONSENTS)
        link = CONSENT.fullmatch(visit.path)
        if link is None and visit.path != CONSENTS:
            return _page(404, sheets.message_page(sheet, title=sheet.words["not_found_title"]))
        # Another site's form would bring its own origin; browsers say it with every form.
        if visit.method == "POST" and visit.origin and urlsplit(visit.origin).netloc != visit.host:
            return _refused(sheet)
        now = datetime.now(UTC)
        session = self._sessions.find(visit.cookie, visit.path, now)
        if session is not None:
            sheet = Sheet(sheet.language, sheet.path, form_key(visit.cookie))
        with self._store.transaction() as books:
            if link is not None:
                return self._consent(books, visit, sheet, session, link[1], now)
            return self._consents(books, visit, sheet, session, now)

    def _consent(
        self,
        books: sqlite3.Connection,
        visit: Visit,
        sheet: Sheet,
        session: Session | None,
        link_id: str,
        now: datetime,
    ) -> Reply:
        words = sheet.words
        link = links.open_link(books, link_id, now)
        if link is None:
            return _page(410, sheets.message_page(sheet, title=words["over_title"], text=words["over"]))
        client = str(link["client"])
        goes_to = "{0.scheme}://{0.netloc}".format(urlsplit(link["return_url"]))
        if visit.form.get("step") == "login":
            return self._log_in(books, visit, sheet, words["login_why"].format(client=client), now)
        if session is None:
            return _page(200, sheets.login_page(sheet, why=words["login_why"].format(client=client), is_wrong=False))
        accounts = contracts.accounts_of(books, session.contract, now)
        owner = contracts.owner_of(books, session.contract)
        if visit.method == "POST":
            if visit.form.get("step") != "decide" or not is_form_key(visit.form.get("key", ""), visit.cookie):
                return _refused(sheet)
            if visit.form.get("decision") == "refuse":
                self._sessions.close(visit.cookie)
                return Reply(303, location=links.refuse(books, link), cookie="", goes_to=goes_to)
            chosen = [each for each in accounts if str(each["account_id"]) == visit.form.get("account")]
            if visit.form.get("decision") == "confirm" and chosen and chosen[0]["status"] == "active":
                self._sessions.close(visit.cookie)
                back = links.confirm(books, link, int(str(chosen[0]["account_id"])), now)
                return Reply(303, location=back, cookie="", goes_to=goes_to)
        page = sheets.consent_page(
            sheet, client=client, owner=owner, accounts=accounts, has_missed=visit.method == "POST"
        )
        return _page(422 if visit.method == "POST" else 200, page, goes_to=goes_to)

    def _consents(
        self, books: sqlite3.Connection, visit: Visit, sheet: Sheet, session: Session | None, now: datetime
    ) -> Reply:
        step = visit.form.get("step")
        if step == "login":
            return self._log_in(books, visit, sheet, sheet.words["login_consents"], now)
        if session is None:
            return _page(200, sheets.login_page(sheet, why=sheet.words["login_consents"], is_wrong=False))
        has_withdrawn = False
        if visit.method == "POST":
            if not is_form_key(visit.form.get("key", ""), visit.cookie):
                return _refused(sheet)
            if step == "logout":
                self._sessions.close(visit.cookie)
                return Reply(303, location=sheet.address, cookie="")
            consent_id = visit.form.get("consent", "")
            has_withdrawn = step == "withdraw" and links.withdraw(
                books, number=session.contract, consent_id=consent_id, now=now
            )
        consents = links.consents_of(books, session.contract)
        owner = contracts.owner_of(books, session.contract)
        return _page(200, sheets.consents_page(sheet, owner=owner, consents=consents, has_withdrawn=has_withdrawn))

    def _log_in(self, books: sqlite3.Connection, visit: Visit, sheet: Sheet, why: str, now: datetime) -> Reply:
        number = "".join(visit.form.get("contract", "").split())
        if contracts.log_in(books, number, visit.form.get("password", ""), now):
            text = self._sessions.open(number, visit.path, now)
            # Loaded anew: going back must not send the password again.
            return Reply(303, location=sheet.address, cookie=text)
        return _page(403, sheets.login_page(sheet, why=why, is_wrong=True))


def _page(status: int, html: str, *, goes_to: str = "") -> Reply:
    return Reply(status, html.encode(), goes_to=goes_to)


def _refused(sheet: Sheet) -> Reply:
    words = sheet.words
    return _page(403, sheets.message_page(sheet, title=words["refused_title"], text=words["refused"]))
