"""Whatever a provider's server does, an exchange ends in time and never claims too much."""

import socket
import ssl
import threading
import time

import pytest

from apps.providers.contract import NotSent, Unknown
from apps.providers.http import BadAnswerSignature, HttpAnswer, HttpExchange, HttpRequest
from tests.providers.rude_server import Script, read_request, reset, rude_server

POST = HttpRequest("POST", "/v1/holds", b'{"ref":"a"}', (("Content-Type", "application/json"),))


def answer_well(connection: socket.socket) -> None:
    while read_request(connection):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")


def send(script: Script, *, deadline_seconds: float = 2.0) -> HttpAnswer | Unknown | NotSent:
    with rude_server(script) as server, HttpExchange(server.url) as exchange:
        return exchange.send(POST, deadline_seconds=deadline_seconds)


def drip(connection: socket.socket, pieces: bytes) -> None:
    for byte in pieces:
        connection.sendall(bytes([byte]))
        time.sleep(0.05)


def test_returns_a_complete_answer() -> None:
    answer = send(answer_well)

    assert answer == HttpAnswer(200, (("content-length", "2"),), b"{}")


def test_keeps_the_connection_for_the_next_request() -> None:
    with rude_server(answer_well) as server, HttpExchange(server.url) as exchange:
        answers = [exchange.send(POST, deadline_seconds=2) for _ in range(5)]

        assert all(isinstance(answer, HttpAnswer) for answer in answers)
        assert server.connections == 1


def test_threads_share_one_pool_and_keep_their_own_deadlines() -> None:
    outcomes: list[object] = []
    with rude_server(answer_well) as server, HttpExchange(server.url, connections=4) as exchange:

        def work() -> None:
            outcomes.extend(exchange.send(POST, deadline_seconds=5) for _ in range(20))

        threads = [threading.Thread(target=work) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        assert len(outcomes) == 160
        assert all(isinstance(outcome, HttpAnswer) for outcome in outcomes)
        # The pool may replace a connection, but not open one per request.
        assert server.connections < 40


def test_a_refused_connection_is_proven_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with HttpExchange(f"http://127.0.0.1:{port}") as exchange:
        outcome = exchange.send(POST, deadline_seconds=2)

    assert outcome == NotSent("ConnectError")


def test_an_unknown_name_is_proven_not_sent() -> None:
    with HttpExchange("http://bank.invalid") as exchange:
        outcome = exchange.send(POST, deadline_seconds=2)

    assert isinstance(outcome, NotSent)


def test_a_failed_tls_handshake_is_proven_not_sent() -> None:
    with rude_server(lambda connection: reset(connection)) as server:
        url = server.url.replace("http://", "https://")
        with HttpExchange(url, tls=ssl.create_default_context()) as exchange:
            outcome = exchange.send(POST, deadline_seconds=2)

    assert isinstance(outcome, NotSent)


def test_a_tls_handshake_that_never_ends_is_not_sent_after_a_second() -> None:
    with rude_server(lambda connection: time.sleep(3)) as server:
        url = server.url.replace("http://", "https://")
        started = time.monotonic()
        with HttpExchange(url, tls=ssl.create_default_context()) as exchange:
            outcome = exchange.send(POST, deadline_seconds=6)

    assert isinstance(outcome, NotSent)
    assert time.monotonic() - started < 2


def reset_after_the_request(connection: socket.socket) -> None:
    read_request(connection)
    reset(connection)


def close_after_the_request(connection: socket.socket) -> None:
    read_request(connection)


def half_a_body(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"status": "appr')


def ten_megabytes(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n" + b"x" * 10_000_000)


def endless_chunks(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        connection.sendall(b"400\r\n" + b"x" * 1024 + b"\r\n")


def endless_headers(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-More: " + b"x" * 1024 + b"\r\n")


def garbage(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"\x00\xff\x16\x03 not HTTP at all\r\n\r\n")


def contradictory_lengths(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{} ")


@pytest.mark.parametrize(
    "script",
    [
        reset_after_the_request,
        close_after_the_request,
        half_a_body,
        ten_megabytes,
        endless_chunks,
        endless_headers,
        garbage,
        contradictory_lengths,
    ],
)
def test_a_broken_answer_is_unknown(script: Script) -> None:
    outcome = send(script)

    assert isinstance(outcome, Unknown)


def silence(connection: socket.socket) -> None:
    read_request(connection)
    time.sleep(2)


def drip_the_headers(connection: socket.socket) -> None:
    read_request(connection)
    drip(connection, b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100)


def drip_the_body(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n")
    drip(connection, b"x" * 100)


def drip_interim_answers(connection: socket.socket) -> None:
    read_request(connection)
    for _ in range(100):
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\n\r\n")
        time.sleep(0.05)


@pytest.mark.parametrize("script", [silence, drip_the_headers, drip_the_body, drip_interim_answers])
def test_the_deadline_is_total_however_slowly_bytes_come(script: Script) -> None:
    started = time.monotonic()

    outcome = send(script, deadline_seconds=0.5)

    assert isinstance(outcome, Unknown)
    assert 0.4 < time.monotonic() - started < 1.0


def test_a_redirect_is_returned_and_not_followed() -> None:
    def redirect(connection: socket.socket) -> None:
        while read_request(connection):
            connection.sendall(b"HTTP/1.1 307 Elsewhere\r\nLocation: /v2/holds\r\nContent-Length: 0\r\n\r\n")

    with rude_server(redirect) as server, HttpExchange(server.url) as exchange:
        answer = exchange.send(POST, deadline_seconds=2)

        assert isinstance(answer, HttpAnswer)
        assert answer.status == 307
        assert server.connections == 1


def test_a_request_is_sent_once_even_when_a_kept_connection_breaks() -> None:
    received: list[bytes] = []

    def answer_once_then_break(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        received.append(read_request(connection))
        reset(connection)

    with rude_server(answer_once_then_break) as server, HttpExchange(server.url) as exchange:
        first = exchange.send(POST, deadline_seconds=2)
        second = exchange.send(POST, deadline_seconds=2)

    assert isinstance(first, HttpAnswer)
    assert isinstance(second, Unknown)
    assert len(received) == 2


class StampSigner:
    def sign(self, request: HttpRequest) -> HttpRequest:
        return HttpRequest(request.method, request.path, request.body, (*request.headers, ("Signature", "ours")))


class StampVerifier:
    def verify(self, request: HttpRequest, answer: HttpAnswer) -> None:
        if ("signature", "theirs") not in answer.headers:
            raise BadAnswerSignature


def test_signs_the_request_and_distrusts_an_unsigned_answer() -> None:
    received: list[bytes] = []

    def sign_the_second_only(connection: socket.socket) -> None:
        received.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}")
        received.append(read_request(connection))
        connection.sendall(b"HTTP/1.1 200 OK\r\nSignature: theirs\r\nContent-Length: 2\r\n\r\n{}")
        read_request(connection)

    with (
        rude_server(sign_the_second_only) as server,
        HttpExchange(server.url, signer=StampSigner(), verifier=StampVerifier()) as exchange,
    ):
        unsigned = exchange.send(POST, deadline_seconds=2)
        signed = exchange.send(POST, deadline_seconds=2)

    assert isinstance(unsigned, Unknown)
    assert isinstance(signed, HttpAnswer)
    assert all(b"Signature: ours" in request for request in received)


def test_ignores_proxies_in_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("ALL_PROXY", "http://127.0.0.1:9")

    answer = send(answer_well)

    assert isinstance(answer, HttpAnswer)
