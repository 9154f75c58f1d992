"""Slow and impatient peers in front of the real server: what they cost, and whom."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.badinput.door import parse, read_answer, read_first
from tests.badinput.world import HOST, POS, World

# What stack/services.py tells the server, and a little for a busy machine.
HEADERS_WITHIN_SECONDS = 15 + 10
SLOW_PEERS = 20


@contextmanager
def line_to(world: World, *pieces: str) -> Iterator[socket.socket]:
    with socket.create_connection(world.server.address, timeout=HEADERS_WITHIN_SECONDS) as line:
        line.sendall("".join(pieces).encode())
        yield line


def head(world: World, method: str, path: str, *more: str, key: str = "") -> str:
    lines = [f"{method} {POS}{path} HTTP/1.1", f"Host: {HOST}", f"Authorization: Bearer {key or world.till()}", *more]
    return "\r\n".join([*lines, "", ""])


def assert_others_are_served(world: World) -> None:
    for _ in range(5):
        # Within the patience of a line.
        assert world.send(world.at_till("GET", "till")).status == 200


def test_whoever_sends_his_headers_slowly_is_cut_off_and_others_are_served_meanwhile(world: World) -> None:
    with ExitStack() as peers:
        began = time.monotonic()
        slow = [
            peers.enter_context(line_to(world, f"GET {POS}till HTTP/1.1\r\nHost: {HOST}\r\n"))
            for _ in range(SLOW_PEERS)
        ]
        silent = peers.enter_context(line_to(world))
        for line in slow:
            line.sendall(b"X-A: a\r\n")
        assert_others_are_served(world)

        for line in (*slow, silent):
            assert parse(b"".join(iter(lambda line=line: line.recv(4096), b""))).status in (0, 400, 408)
        assert time.monotonic() - began < HEADERS_WITHIN_SECONDS


def test_a_stranger_makes_nobody_wait_for_his_body(world: World) -> None:
    with line_to(world, head(world, "POST", "payments", "Content-Length: 1000", key="nobody"), '{"code"') as line:
        began = time.monotonic()
        answer = read_first(line, "POST")

        # Before it was read: the credential comes first.
        assert answer.status == 401
        assert time.monotonic() - began < 5


def test_others_are_served_while_tills_send_their_bodies_slowly(world: World) -> None:
    announced = ("Content-Type: application/json", "Idempotency-Key: k", "Content-Length: 1000")
    with ExitStack() as peers:
        for _ in range(SLOW_PEERS):
            peers.enter_context(line_to(world, head(world, "POST", "payments", *announced), '{"code"'))

        assert_others_are_served(world)


def test_a_body_that_was_given_up_changes_nothing_and_frees_its_place(world: World) -> None:
    path = f"payments/{world.authorised()['id']}/capture"
    with line_to(world, head(world, "POST", path, "Idempotency-Key: k", "Content-Length: 10"), "{}") as line:
        line.shutdown(socket.SHUT_WR)
        answer = read_answer(line, "POST")

    assert (answer.status, answer.json["code"]) == (400, "malformed_request")


def test_a_capture_without_a_length_does_not_take_everything(world: World) -> None:
    key = world.till()
    payment = world.authorised(key=key)
    part = b'{"amount": 100, "currency": "CHF"}'
    chunked = b"%x\r\n%s\r\n0\r\n\r\n" % (len(part), part)
    request = head(
        world,
        "POST",
        f"payments/{payment['id']}/capture",
        "Connection: close",
        "Content-Type: application/json",
        "Idempotency-Key: k",
        "Transfer-Encoding: chunked",
        key=key,
    )
    with line_to(world, request) as line:
        line.sendall(chunked)
        answer = read_answer(line, "POST")

    assert (answer.status, answer.json["code"]) == (400, "malformed_request")
    assert world.play("GET", f"payments/{payment['id']}", key=key)["status"] == "authorised"


def test_requests_in_one_line_are_answered_in_order(world: World) -> None:
    key = world.till()
    asked = [head(world, "GET", path, key=key) for path in ("till", "nothing", "payments")]
    last = head(world, "GET", "till", "Connection: close", key=key)
    with line_to(world, *asked, last) as line:
        received = b"".join(iter(lambda: line.recv(65536), b""))

    statuses = []
    while received:
        answer = parse(received)
        statuses.append(answer.status)
        received = answer.rest
    assert statuses == [200, 404, 422, 200]


def test_a_large_body_is_refused_before_it_is_sent(world: World) -> None:
    announced = ("Content-Type: application/json", "Idempotency-Key: k", "Content-Length: 100000000")
    with line_to(world, head(world, "POST", "payments", *announced, "Expect: 100-continue")) as line:
        answer = read_first(line, "POST")

    assert (answer.status, answer.json["code"]) == (413, "body_too_large")
