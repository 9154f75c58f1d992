"""The bank on the network: HTTP/1.1 with keep-alive, and every way in which an answer can get lost."""

import contextlib
import hashlib
import json
import os
import signal
import socket
import ssl
import threading
import time
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from simulators.bankcore.bank import PLAIN_CLIENT, Bank, answer_exchange, is_trusted, name_call
from simulators.bankcore.calllog import CallLog
from simulators.bankcore.exchange import Answer, Exchange, Objection, answer_json, answer_objection
from simulators.bankcore.faults import Fault
from simulators.bankcore.gate import Gate

LARGEST_BODY = 64 * 1024
# Two of one name could be read differently by whoever signed and whoever obeys.
ONCE = ("authorization", "content-digest", "content-type", "host", "signature", "signature-input")
INTERNAL_ERROR = answer_json(500, {"code": "internal_error", "detail": "ask for the operation by its ref"})


class BankServer(ThreadingHTTPServer):
    """A thread per connection. With a `gate` it speaks TLS and knows its clients; without one it is a plain line.

    `for_administration` closes every door but the administrator's.
    """

    daemon_threads = True
    request_queue_size = 256

    def __init__(
        self,
        address: tuple[str, int],
        bank: Bank,
        log: CallLog,
        *,
        for_administration: bool = False,
    ) -> None:
        self.bank = bank
        self.log = log
        self.gate: Gate | None = None
        self.for_administration = for_administration
        super().__init__(address, Handler)

    def get_request(self) -> tuple[socket.socket, object]:
        """Accept a connection; its thread does the handshake, so that a slow one holds up nobody else."""
        connection, address = super().get_request()
        if self.gate is not None:
            connection = self.gate.tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, address

    def handle_error(self, request: object, client_address: object) -> None:
        """Stay quiet about connections that broke; callers die all day in tests."""


class Handler(BaseHTTPRequestHandler):
    """Turns sockets into Exchanges and Answers into bytes, and lets faults strike between."""

    server: BankServer
    # The request under way, and whose it is; None and empty until it has been read and admitted.
    exchange: Exchange | None
    client: str
    key_id: str
    tls_version: str
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    timeout = 120

    def do_POST(self) -> None:
        """Answer one request."""
        started = time.perf_counter()
        call, ref, account, fault, status = "none", "", "", None, 0
        self.client, self.key_id, self.exchange, gate = "", "", None, self.server.gate
        self.tls_version = (self.connection.version() or "") if isinstance(self.connection, ssl.SSLSocket) else ""
        try:
            self.exchange = exchange = self._read_exchange()
            call, ref, account, amount = describe(exchange)
            if self.server.for_administration and call not in ("admin", "openapi"):
                raise Objection(404, "not_found", "this is the administrator's entrance")
            if gate is not None and call != "admin":
                admitted = gate.admit(exchange)
                self.client, self.key_id = admitted.client, admitted.key_id
            if call not in ("admin", "none", "openapi") and is_trusted(self.server.bank, call, exchange):
                fault = self.server.bank.faults.strike(call, ref, amount)
            status = self._serve(exchange, fault)
        except Objection as objection:
            self.close_connection = True
            status = self._send(self._signed(answer_objection(objection)))
        finally:
            milliseconds = (time.perf_counter() - started) * 1000
            self.server.log.write(
                call=call,
                ref=ref,
                status=status,
                milliseconds=milliseconds,
                fault=fault.kind if fault else "",
                account=account,
                tls=self.tls_version,
                client=self.client,
                signed=bool(self.client) and gate is not None and gate.needs_signatures,
                certificate=self.exchange.certificate if self.exchange is not None else "",
                key_id=self.key_id,
                answer_key_id=gate.key_id if gate is not None and self.exchange is not None else "",
            )

    do_GET = do_DELETE = do_PUT = do_PATCH = do_POST

    def _read_exchange(self) -> Exchange:
        if any(len(self.headers.get_all(name, [])) > 1 for name in ONCE):
            raise Objection(400, "bad_request", "a header that may be there once is there twice")
        headers = {name.lower(): value for name, value in self.headers.items()}
        lengths = self.headers.get_all("content-length", ["0"])
        if "transfer-encoding" in headers or len(lengths) != 1 or not (lengths[0].isascii() and lengths[0].isdigit()):
            raise Objection(400, "bad_request", "the body needs exactly one Content-Length")
        if len(lengths[0]) > 9 or int(lengths[0]) > LARGEST_BODY:
            raise Objection(413, "too_large", f"the body is above {LARGEST_BODY} bytes")
        body = self.rfile.read(int(lengths[0]))
        if len(body) != int(lengths[0]):
            raise Objection(400, "bad_request", "the body ended early")
        certificate = self.connection.getpeercert(True) if isinstance(self.connection, ssl.SSLSocket) else None
        fingerprint = hashlib.sha256(certificate).hexdigest() if certificate else ""
        return Exchange(self.command, self.path, headers, body, fingerprint)

    def _signed(self, answer: Answer) -> Answer:
        """Return the answer with the bank's signature; a request that could not be read has none to be bound to."""
        if self.server.gate is None or self.exchange is None:
            return answer
        return self.server.gate.sign(self.exchange, answer)

    def _work(self, exchange: Exchange, *, is_late: bool = False) -> Answer:
        try:
            return answer_exchange(self.server.bank, exchange, self.client or PLAIN_CLIENT, is_late=is_late)
        except Exception as error:  # the edge: a bug must look like a broken bank, not like a closed one
            self.server.log.write_error(error)
            return INTERNAL_ERROR

    def _serve(self, exchange: Exchange, fault: Fault | None) -> int:
        """Work and answer, the way the fault wants; return the status sent, 0 for none."""
        seconds = fault.milliseconds / 1000 if fault else 0.0
        match fault.kind if fault else "":
            case "drop_before":
                return self._cut()
            case "late_yes":
                timer = threading.Timer(seconds, self._work, (exchange,), {"is_late": True})
                timer.daemon = True
                timer.start()
                return self._cut()
            case "die_before":
                os.kill(os.getpid(), signal.SIGKILL)
            case "delay":
                time.sleep(seconds)
            case "duplicate":
                self._work(exchange)
            case "error_500":
                if self.server.bank.faults.coin():
                    self._work(exchange)
                return self._send(self._signed(INTERNAL_ERROR))
        plain = self._work(exchange)
        answer = self._signed(plain)
        match fault.kind if fault else "":
            case "die_after":
                os.kill(os.getpid(), signal.SIGKILL)
            case "stall":
                # Everything stands still, and goes on when somebody lets it. Told to this very thread, which else might
                # answer before another one has heard of it.
                signal.pthread_kill(threading.get_ident(), signal.SIGSTOP)
            case "lie_amount" | "lie_id" as kind:
                return self._send(self._signed(_untrue(plain, kind)))
            case "lie_signature" if self.server.gate is not None and self.exchange is not None:
                return self._send(self.server.gate.sign_wrongly(self.exchange, plain))
            case "drop_after":
                return self._cut()
            case "garbage":
                return self._send(Answer(200, answer.headers, b"\x00\xff<html>{" + answer.body[:7]))
            case "half_body":
                self._send(answer, cut_at=len(answer.body) // 2)
                self._cut()
                return answer.status
            case "slow_drip":
                return self._send(answer, drip_seconds=seconds)
        return self._send(answer)

    def _cut(self) -> int:
        self.close_connection = True
        with contextlib.suppress(OSError):
            self.connection.shutdown(socket.SHUT_RDWR)
        return 0

    def _send(self, answer: Answer, *, cut_at: int | None = None, drip_seconds: float = 0.0) -> int:
        lines = [f"HTTP/1.1 {answer.status} {HTTPStatus(answer.status).phrase}", f"content-length: {len(answer.body)}"]
        lines += [f"{name}: {value}" for name, value in answer.headers.items()]
        if self.close_connection:
            lines.append("connection: close")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        if drip_seconds:
            self.wfile.write(head)
            for place in range(len(answer.body)):
                self.wfile.write(answer.body[place : place + 1])
                time.sleep(drip_seconds / len(answer.body))
        else:
            self.wfile.write(head + answer.body[:cut_at])  # one segment, one wakeup at the other side
        return answer.status

    def log_message(self, format: str, *arguments: object) -> None:
        """Say nothing on stderr; the call log knows."""


def _untrue(answer: Answer, kind: str) -> Answer:
    """Return an answer that says another amount, or names another operation and another object, than was worked on."""
    fields = json.loads(answer.body)
    names = ("amount", "released") if kind == "lie_amount" else ("ref", "hold_id", "capture_id", "refund_id")
    for name in names:
        if name in fields:
            fields[name] = fields[name] + 1 if kind == "lie_amount" else f"{fields[name][:-1]}x"
    return answer_json(answer.status, fields)


def describe(exchange: Exchange) -> tuple[str, str, str, int | None]:
    """Return call, ref, masked account and amount, for faults and the log, without judging the request."""
    try:
        call, subject = name_call(exchange)
    except Objection:
        return "none", "", "", None
    if call in ("admin", "consent_end", "health", "openapi", "statement", "inquiry"):
        return call, subject if call == "inquiry" else "", "", None
    try:
        fields = json.loads(exchange.body)
    except (ValueError, RecursionError):
        fields = None
    if not isinstance(fields, dict):
        return call, "", "", None
    ref, token, amount = fields.get("ref"), fields.get("account_token"), fields.get("amount")
    return (
        call,
        ref[:64] if isinstance(ref, str) else "",
        f"...{token[-4:]}" if isinstance(token, str) and len(token) >= 16 else "",
        amount if type(amount) is int else None,
    )
