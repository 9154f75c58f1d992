"""The pages on the network: for browsers, which have no certificate of ours; over TLS, or on this machine alone."""

import socket
import ssl
import time
from http import HTTPStatus, cookies
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

from simulators.bankcore.calllog import CallLog
from simulators.bankcore.pages.desk import COOKIE, Desk, Reply, Visit

LARGEST_FORM = 8 * 1024
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class PageServer(ThreadingHTTPServer):
    """A thread per connection. ValueError for a host that others reach, without TLS: a password would be read."""

    daemon_threads = True

    def __init__(self, address: tuple[str, int], desk: Desk, log: CallLog, *, tls: ssl.SSLContext | None) -> None:
        if tls is None and address[0] not in LOOPBACK:
            raise ValueError("pages that others reach are served over TLS only")
        self.desk, self.log, self.tls = desk, log, tls
        super().__init__(address, PageHandler)

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept a connection; its thread does the handshake."""
        connection, address = super().get_request()
        if self.tls is not None:
            connection = self.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet about connections that broke; browsers drop them all day."""


class PageHandler(BaseHTTPRequestHandler):
    """Turns sockets into Visits and Replies into bytes."""

    server: PageServer
    timeout = 30

    def do_GET(self) -> None:
        """Answer a page."""
        self._answer({})

    def do_POST(self) -> None:
        """Answer a form."""
        length = self.headers.get("content-length", "")
        is_form = self.headers.get("content-type", "").partition(";")[0].strip() == "application/x-www-form-urlencoded"
        if not (length.isascii() and length.isdigit() and len(length) <= 5 and int(length) <= LARGEST_FORM and is_form):
            self._send(Reply(413, b"too large, or no form", "text/plain; charset=utf-8"))
            return
        try:
            text = self.rfile.read(int(length)).decode("ascii")
            fields = parse_qs(text, keep_blank_values=True, max_num_fields=20, errors="strict")
        except ValueError:
            self._send(Reply(400, b"no form", "text/plain; charset=utf-8"))
            return
        self._answer({name: values[0] for name, values in fields.items() if len(values) == 1})

    def _answer(self, form: dict[str, str]) -> None:
        started = time.perf_counter()
        parts = urlsplit(self.path)
        visit = Visit(
            method=self.command,
            path=parts.path,
            language=parse_qs(parts.query).get("lang", [""])[0],
            accepted_languages=self.headers.get("accept-language", ""),
            cookie=_cookie(self.headers.get("cookie", "")),
            origin=self.headers.get("origin", ""),
            host=self.headers.get("host", ""),
            form=form,
        )
        try:
            reply = self.server.desk.answer(visit)
        except Exception as error:  # the edge: a person gets a page and not a broken connection
            self.server.log.write_error(error)
            reply = Reply(500, b"something went wrong here", "text/plain; charset=utf-8")
        self._send(reply)
        self.server.log.write(
            call="page",
            # Neither a link nor a person: what the page was about is between the customer and the bank.
            ref=parts.path.split("/")[1][:16],
            status=reply.status,
            milliseconds=(time.perf_counter() - started) * 1000,
            fault="",
            account="",
            tls=(self.connection.version() or "") if isinstance(self.connection, ssl.SSLSocket) else "",
        )

    def _send(self, reply: Reply) -> None:
        headers = {
            "content-type": reply.media_type,
            "content-length": str(len(reply.body)),
            "cache-control": "no-store",
            "content-security-policy": (
                # A form may lead back to the client's own page: browsers count the redirect as the form's aim.
                f"default-src 'none'; style-src 'self'; form-action 'self' {reply.goes_to}".rstrip()
                + "; base-uri 'none'; frame-ancestors 'none'"
            ),
            # Not none at all: then forms would not say where they come from.
            "referrer-policy": "same-origin",
            "x-content-type-options": "nosniff",
            "cross-origin-opener-policy": "same-origin",
            "permissions-policy": "camera=(), geolocation=(), microphone=()",
            "connection": "close",
        }
        if reply.location:
            headers["location"] = reply.location
        if reply.cookie is not None:
            secure = "; Secure" if self.server.tls is not None else ""
            age = "" if reply.cookie else "; Max-Age=0"
            headers["set-cookie"] = f"{COOKIE}={reply.cookie}; Path=/; HttpOnly; SameSite=Strict{secure}{age}"
        lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        self.close_connection = True
        self.wfile.write(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + reply.body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing on stderr; the call log knows."""


def _cookie(header: str) -> str:
    jar = cookies.SimpleCookie()
    try:
        jar.load(header[:4096])
    except cookies.CookieError:
        return ""
    return jar[COOKIE].value if COOKIE in jar else ""
