"""Section A: transport and JSON, at every call of every door."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

from apps.merchants.models import Till
from apps.merchants.operations import revoke_till_keys
from tests.badinput.cases import Case, Scene, refused
from tests.badinput.door import Answer, Request
from tests.badinput.doors import CALLS, LARGE, Call
from tests.badinput.state import SOLD
from tests.badinput.world import HOST, POS, World
from tests.shop import STAFF


def _bytes_of(call: Call, world: World) -> bytes:
    return json.dumps(call.good(world)).encode()


def _with(call: Call, member: bytes) -> Callable[[World], Request]:
    """Return the call's body with one more member in front."""

    def make(world: World) -> Request:
        content = _bytes_of(call, world)
        rest = content[1:] if content == b"{}" else b"," + content[1:]
        return call.request(world, raw=b"{" + member + rest)

    return make


def _raw(call: Call, content: bytes) -> Callable[[World], Request]:
    return lambda world: call.request(world, raw=content)


def _typed(call: Call, content_type: str, content: bytes | None = None) -> Callable[[World], Request]:
    def make(world: World) -> Request:
        body = _bytes_of(call, world) if content is None else content
        return call.request(world, raw=body).with_header("Content-Type", content_type)

    return make


def _every_call() -> Iterator[Case]:
    form, parts = b"amount=1&currency=CHF", b'--x\r\ncontent-disposition: form-data; name="a"\r\n\r\n1\r\n--x--\r\n'
    for call in CALLS:
        at = call.name

        def bad(row: str, content: bytes, code: str, call: Call = call) -> Case:
            return refused(f"{row}-{call.name}", _raw(call, content), 413 if code == "body_too_large" else 400, code)

        if not call.may_be_empty:
            yield bad("A01", b"", "malformed_json")
        yield refused(f"A02-{at}", lambda w, c=call: c.request(w, raw=_bytes_of(c, w)[:-1]), 400, "malformed_json")
        yield bad("A02-open-string", b'{"a": "', "malformed_json")
        yield refused(
            f"A04-{at}", lambda w, c=call: c.request(w, raw=b"\xef\xbb\xbf" + _bytes_of(c, w)), 400, "malformed_json"
        )
        yield bad("A05", b'{"a": "\xff"}', "malformed_json")
        yield bad("A05-overlong", b'{"a": "\xc0\xaf"}', "malformed_json")
        yield bad("A05-surrogate", b'{"a": "\xed\xa0\x80"}', "malformed_json")
        utf_16 = '{"a": 1}'.encode("utf-16")
        charset = "unsupported_charset"
        yield refused(f"A06-{at}", _typed(call, "application/json; charset=utf-16", utf_16), 415, charset)
        yield bad("A06-undeclared", utf_16, "malformed_json")
        yield refused(f"A07-{at}", _typed(call, "application/json; charset=nonsense"), 415, charset)
        yield bad("A08", b'{"amount": 1, "amount": 1}', "duplicate_key")
        yield bad("A08-escaped", b'{"amount": 1, "\\u0061mount": 1}', "duplicate_key")
        yield bad("A08-inside", b'{"a": [{"b": 1, "b": 2}]}', "duplicate_key")
        yield bad("A10-nan", b'{"a": NaN}', "malformed_json")
        yield bad("A10-infinity", b'{"a": -Infinity}', "malformed_json")
        yield bad("A11", b'{"a": ' + b"9" * 5000 + b"}", "malformed_json")
        yield bad("A12", b'{"a":' + b"[" * 8000, "too_deep")
        yield bad("A13", b'{"a":' * 9 + b"1" + b"}" * 9, "too_deep")
        yield bad("A13-lists", b'{"a":' + b"[" * 8 + b"]" * 8 + b"}", "too_deep")
        for name, content in (
            ("array", b"[]"),
            ("string", b'"x"'),
            ("null", b"null"),
            ("number", b"1"),
            ("true", b"true"),
        ):
            yield bad(f"A15-{name}", content, "malformed_json")
        yield bad("A15-two", b"{}{}", "malformed_json")
        yield bad("A15-comment", b"{} // all", "malformed_json")
        yield bad("A15-single-quotes", b"{'a': 1}", "malformed_json")
        yield bad("A15-trailing-comma", b'{"a": 1,}', "malformed_json")
        yield bad("A15-control", b'{"a": "\x01"}', "malformed_json")
        for name in ("status", "customer", "counter", "merchant", "__proto__", "x" * 3000):
            row = "A31" if name == "merchant" else "D16" if call.door != "till" else "A16"
            yield refused(f"{row}-{name[:9]}-{at}", _with(call, b'"%s": 1' % name.encode()), 422, "unknown_field")
        yield refused(f"A16-surrogate-{at}", _with(call, b'"\\ud800": 1'), 422, "unknown_field")
        yield refused(f"A17-{at}", _typed(call, "application/x-www-form-urlencoded", form), 415, "unsupported_media")
        yield refused(f"A18-{at}", _typed(call, "multipart/form-data; boundary=x", parts), 415, "unsupported_media")
        for name, media in (
            ("text", "text/plain"),
            ("xml", "application/xml"),
            ("long", "application/json;" + "a" * 999),
        ):
            yield refused(f"A18-{name}-{at}", _typed(call, media), 415, "unsupported_media")
        yield refused(f"A18-problem-{at}", _typed(call, "application/problem+json"), 415, "unsupported_media")
        size = call.limit_bytes
        yield bad("C01-above-limit", b"{" + b" " * size + b"}", "body_too_large")
        yield bad("C01-full-limit", b"{" + b" " * (size - 1), "malformed_json")
    payments = CALLS[0]
    yield refused("A10", _with(payments, b'"confirm_within": 1e999'), 422, "invalid_field")
    yield refused("A12-100000", _raw(payments, b'{"code":' + b"[" * 100_000), 400, "too_deep")
    yield refused("C01-megabyte", _raw(payments, b'{"code": "' + b"h" * 1_000_000 + b'"}'), 413, "body_too_large")
    lines = [{"name": "x", "quantity": "1", "amount": 1, "vat_rate_basis_points": 0}] * 1001
    thousand_and_one = json.dumps({"amount": 1001, "currency": "CHF", "lines": lines}).encode()
    assert len(thousand_and_one) < LARGE
    yield refused("A16-1001-lines", _raw(CALLS[4], thousand_and_one), 422, "invalid_field")


# The line


def _on_the_line(headers: str, body: bytes = b'{"amount": 1}', *, ends: bool = False) -> Callable[[World], Request]:
    """Return a POST of a sale with these framing headers, its bytes as they stand here."""

    def make(world: World) -> Request:
        head = (
            f"POST {POS}payments HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\n"
            f"Authorization: Bearer {world.till()}\r\nIdempotency-Key: k\r\n"
            f"Content-Type: application/json\r\n{headers}\r\n"
        )
        return Request("POST", raw=head.encode() + body, ends=ends)

    return make


def _get(headers: str, target: str = POS + "till", version: str = "HTTP/1.1") -> Callable[[World], Request]:
    def make(world: World) -> Request:
        head = f"GET {target} {version}\r\nAuthorization: Bearer {world.till()}\r\nConnection: close\r\n{headers}\r\n"
        return Request(raw=head.encode("latin-1"))

    return make


_SMUGGLED = b'd\r\n{"amount": 1}\r\n0\r\n\r\nGET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'


def _framing() -> Iterator[Case]:
    def bare(id: str, make: Callable[[World], Request], *statuses: int) -> Case:
        return Case(id, make, statuses, is_bare=True)

    wrong = "malformed_request"
    yield refused("A21-shorter", _on_the_line("Content-Length: 5\r\n", b'{"amo'), 400, "malformed_json")
    yield refused("A21-larger", _on_the_line("Content-Length: 50\r\n", ends=True), 400, wrong)
    yield bare("A21-negative", _on_the_line("Content-Length: -1\r\n"), 400)
    yield bare("A21-signed", _on_the_line("Content-Length: +13\r\n"), 400)
    yield bare("A21-hexadecimal", _on_the_line("Content-Length: 0xd\r\n"), 400)
    yield bare("A21-twice", _on_the_line("Content-Length: 13\r\nContent-Length: 5\r\n"), 400)
    both = "Content-Length: 13\r\nTransfer-Encoding: chunked\r\n"
    yield refused("A22-length-first", _on_the_line(both, _SMUGGLED), 400, wrong)
    turned = "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n"
    yield refused("A22-encoding-first", _on_the_line(turned, _SMUGGLED), 400, wrong)
    yield bare("A22-unknown-encoding", _on_the_line("Transfer-Encoding: xchunked\r\nContent-Length: 13\r\n"), 400)
    yield refused(
        "A22-gzip", _on_the_line("Transfer-Encoding: gzip, chunked\r\n", b'd\r\n{"amount": 1}\r\n0\r\n\r\n'), 400, wrong
    )
    yield refused(
        "A22-chunked", _on_the_line("Transfer-Encoding: chunked\r\n", b'd\r\n{"amount": 1}\r\n0\r\n\r\n'), 400, wrong
    )
    yield refused("A22-no-chunk", _on_the_line("Transfer-Encoding: chunked\r\n", b"ZZ\r\nab"), 400, wrong)
    chunk = b"10000\r\n" + b" " * 65536 + b"\r\n"
    yield refused("A22-large", _on_the_line("Transfer-Encoding: chunked\r\n", chunk * 100), 413, "body_too_large")
    announced = "Content-Length: 10000000\r\nExpect: 100-continue\r\n"
    yield refused("A22-expect", _on_the_line(announced, b""), 413, "body_too_large")
    yield bare("A24-100-KB", _get(f"Host: {HOST}\r\nX-A: {'a' * 100_000}\r\n"), 431)
    yield bare("A24-5000", _get(f"Host: {HOST}\r\n" + "".join(f"X-{i}: a\r\n" for i in range(5000))), 431)
    yield bare("A24-address", _get(f"Host: {HOST}\r\n", POS + "till?" + "a" * 100_000), 414, 431)
    yield bare("A25-cr", _get(f"Host: {HOST}\r\nX-A: a\rb\r\n"), 400)
    yield bare("A25-crlf", _get(f"Host: {HOST}\r\nX-A: a\r\nb\r\n"), 400)
    yield bare("A25-nul", _get(f"Host: {HOST}\r\nX-A: a\0b\r\n"), 400)
    yield bare("A25-folded", _get(f"Host: {HOST}\r\nX-A: a\r\n b\r\n"), 400)
    yield bare("A25-blank-before-colon", _get(f"Host: {HOST}\r\nX-A : a\r\n"), 400)
    yield bare("A26-http-0.9", lambda world: Request(raw=b"GET /\r\n"), 400)
    yield bare("A26-http-3", _get(f"Host: {HOST}\r\n", version="HTTP/3.0"), 400)
    yield bare("A26-tls", lambda world: Request(raw=b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 30), 400)
    preface = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\0\0\0\4\0\0\0\0\0"
    yield bare("A26-http-2", lambda world: Request(raw=preface, ends=True), 0, 400)
    yield bare("A26-relative", _get(f"Host: {HOST}\r\n", "api/pos/v1/till"), 400)
    for name, host in (("foreign", "Host: evil.example\r\n"), ("none", ""), ("two", f"Host: {HOST}\r\nHost: evil\r\n")):
        yield refused(f"A26-host-{name}", _get(host), 400, wrong)


# Methods, addresses, and who it is


def _at_till(method: str, path: str, **headers: str) -> Callable[[World], Request]:
    def make(world: World) -> Request:
        request = world.at_till(method, path.replace("{nobody}", world.nobody()))
        for name, value in headers.items():
            request = request.with_header(name.replace("_", "-"), value)
        return request

    return make


def _has_allow(world: World, answer: Answer) -> Iterator[str]:
    if not answer.headers.get("allow"):
        yield "no Allow"


def _methods() -> Iterator[Case]:
    override = {"X_HTTP_Method_Override": "DELETE", "X_Method_Override": "DELETE", "X_HTTP_Method": "DELETE"}
    yield refused("A27", _at_till("POST", "payments", **override), 400, "malformed_json")
    yield refused("A27-query", _at_till("POST", "till?_method=GET"), 405, "method_not_allowed")
    for method in ("TRACE", "DELETE", "PUT", "PATCH", "OPTIONS", "FOO"):
        for path in ("payments", "till", "day-close"):
            make = _at_till(method, path)
            yield Case(f"A28-{method}-{path}", make, (405,), ("method_not_allowed",), also=_has_allow)
        for where in ("/api/docs", "/api/docs/openapi.json"):

            def make_page(world: World, method: str = method, where: str = where) -> Request:
                return Request(method, where, headers=world.every_header())

            yield Case(f"A28-{method}-{where}", make_page, (405,), ("method_not_allowed",), also=_has_allow)
    for name, path in (
        ("slashes", "//till"),
        ("slashes-first", "/payments//capture"),
        ("semicolon", "..;/till"),
        ("encoded-dots", "%2e%2e/v1/till"),
        ("dots", "../v1/till"),
        ("dot", "till."),
        ("trailing-slash", "till/"),
        ("nul", "till%00"),
        ("parameter", "till;a=1"),
        ("backslash", "till%5c.."),
        ("crlf", "till%0d%0aX:1"),
        ("no-utf-8", "%ff"),
        ("case", "Till"),
        ("unknown", "nothing"),
    ):
        yield refused(f"A38-{name}", _at_till("GET", path), 404, "not_found")
    for id in ("pay_", "pay_0", "pay_01M84J1FZXE4N81Z9C3ERJB02X", "%00", "pay_%D9%A0", "1", "%2e%2e", "a%2Fb"):
        for call in ("", "/capture", "/cancel", "/confirm", "/refunds"):
            method = "POST" if call else "GET"
            code = "not_found" if "%2F" in id else "payment_not_found"
            yield refused(f"A38-id-{id}{call}", _at_till(method, f"payments/{id}{call}"), 404, code)
    for name, accept in (("html", "text/html"), ("xml", "application/xml"), ("image", "image/*;q=0.5")):
        yield refused(f"A37-{name}", _at_till("GET", "till", Accept=accept), 406, "not_acceptable")
    yield refused(
        "A37-html-of-nobody",
        lambda w: w.at_till("GET", "till", key="x").with_header("Accept", "text/html"),
        406,
        "not_acceptable",
    )
    yield refused("A37-unknown", _at_till("GET", "nothing", Accept="text/html"), 404, "not_found")
    yield Case("A37-browser", _at_till("GET", "till", Accept="text/html,*/*;q=0.8"), (200,), also=_is_json)
    yield refused("A37-format", _at_till("GET", "till?format=api"), 422, "unknown_field")


def _is_json(world: World, answer: Answer) -> Iterator[str]:
    if answer.headers.get("content-type") != "application/json":
        yield f"content type {answer.headers.get('content-type')}"


def _nobody(headers: Callable[[World], str | None]) -> Callable[[World], Request]:
    def make(world: World) -> Request:
        return world.at_till("POST", "payments", raw=b"[").with_header("Authorization", headers(world))

    return make


def _revoked(world: World) -> str:
    till = world.another_shop().till
    key = world.key_of(till)
    revoke_till_keys(till_id=till.id, reason="stolen", by=STAFF, now=world.now)
    return f"Bearer {key}"


def _expired(world: World) -> str:
    """A key whose overlap with its successor is over."""
    till = world.another_shop().till
    key = world.key_of(till, now=world.now - timedelta(hours=3))
    world.key_of(till, now=world.now - timedelta(hours=2))
    return f"Bearer {key}"


def _closed(world: World) -> str:
    till = world.another_shop().till
    key = world.key_of(till)
    Till.objects.filter(id=till.id).update(closed_at=world.now)
    return f"Bearer {key}"


def _credentials() -> Iterator[Case]:
    ways: dict[str, Callable[[World], str | None]] = {
        "none": lambda world: None,
        "empty": lambda world: "",
        "bearer": lambda world: "Bearer",
        "basic": lambda world: f"Basic {world.till()}",
        "two-blanks": lambda world: f"Bearer  {world.till()}",
        "longer": lambda world: f"Bearer {world.till()}x",
        "shorter": lambda world: f"Bearer {world.till()[:-1]}",
        "another-case": lambda world: f"Bearer {world.till().swapcase()}",
        "long": lambda world: "Bearer " + "x" * 5000,
        "latin-1": lambda world: "Bearer ÿ",
        "twice": lambda world: f"Bearer {world.till()}, Bearer {world.till()}",
        "unknown": lambda world: "Bearer till_live_" + "A" * 43,
        "sql": lambda world: "Bearer ' OR 1=1 --",
        "session": lambda world: f"Bearer {world.session}",
        "revoked": _revoked,
        "expired": _expired,
        "closed-till": _closed,
    }
    for name, headers in ways.items():
        yield refused(f"A30-{name}", _nobody(headers), 401, "unauthenticated")
    yield refused(
        "A30-in-the-address", lambda w: w.at_till("GET", f"till?key={w.till()}", key="x"), 401, "unauthenticated"
    )
    yield refused("A30-till-at-wallet", lambda w: w.at_wallet("GET", "device", token=w.till()), 401, "unauthenticated")
    yield refused(
        "A30-wallet-in-the-address", lambda w: w.at_wallet("GET", f"device?token={w.session}"), 401, "unauthenticated"
    )


def _keys() -> Iterator[Case]:
    for call in CALLS[:8]:
        for name, key, status, code in (
            ("none", None, 400, "idempotency_key_missing"),
            ("empty", "", 400, "idempotency_key_missing"),
            ("256", "k" * 256, 422, "invalid_field"),
            ("tab", "a\tb", 422, "invalid_field"),
        ):

            def make(world: World, call: Call = call, key: str | None = key) -> Request:
                return call.request(world, raw=_bytes_of(call, world)).with_header("Idempotency-Key", key)

            yield refused(f"A33-{name}-{call.name}", make, status, code)
    for name, key in (("control", "a\x01b"), ("nul", "a\0b")):
        # The server in front refuses some of them before anybody looks.
        yield Case(f"A33-{name}", _with_key(key), (400, 422), is_bare=True)
    # To the server a header that is not ASCII is none.
    yield Case("A33-umlaut", _with_key("schlüssel"), (400, 422), ("idempotency_key_missing", "invalid_field"))
    yield Case("A36", _same_key_at_another_till, (201,), also=_is_new, changes=SOLD)


def _with_key(key: str) -> Callable[[World], Request]:
    return lambda w: CALLS[0].request(w, raw=_bytes_of(CALLS[0], w)).with_header("Idempotency-Key", key)


def _same_key_at_another_till(world: World) -> Request:
    world.play("POST", "payments", world.sale(world.payer().make_code(now=world.now)), once="the-same-key")
    return world.at_till("POST", "payments", world.sale(world.payer().make_code(now=world.now)), once="the-same-key")


def _is_new(world: World, answer: Answer) -> Iterator[str]:
    if answer.json.get("status") != "authorised" or "idempotent-replayed" in answer.headers:
        yield f"no new payment: {answer.content[:200]!r}"


def _queries() -> Iterator[Case]:
    for name, query, status, code in (
        ("missing", "", 422, "invalid_field"),
        ("twice", "reference=R1&reference=R2", 400, "duplicate_parameter"),
        ("nul", "reference=R%001", 422, "invalid_field"),
        ("no-utf-8", "reference=%ff", 422, "invalid_field"),
        ("day", "reference=R1&date=23.11.2026", 422, "invalid_field"),
        ("no-day", "reference=R1&date=2026-02-30", 422, "invalid_field"),
        ("limit", "reference=R1&limit=0", 422, "invalid_field"),
        ("limit-digits", "reference=R1&limit=%D9%A3", 422, "invalid_field"),
        ("cursor", "reference=R1&cursor=x", 422, "invalid_field"),
        ("merchant", "reference=R1&merchant=mer_1", 422, "unknown_field"),
        ("thousands", "&".join(f"a{i}=1" for i in range(2000)), 400, "malformed_request"),
    ):
        yield refused(f"A31-query-{name}", _at_till("GET", f"payments?{query}"), status, code)
    for name, wait in (
        ("negative", "-1"),
        ("word", "x"),
        ("float", "1.5"),
        ("digits", "9" * 5000),
        ("other", "%EF%BC%91"),
    ):
        yield refused(f"A31-wait-{name}", _at_till("GET", f"payments/{{nobody}}?wait={wait}"), 422, "invalid_field")
    yield refused("A31-post-query", _at_till("POST", "payments?amount=1"), 400, "malformed_json")


# Rates


def _spoofed(world: World) -> tuple[list[Answer], list[str]]:
    """A29: whoever writes another address to the left of what our proxy adds is counted by the latter all the same."""
    requests = [
        world.at_till("GET", "till", key="nobody").with_header("X-Forwarded-For", f"203.0.113.{number}, 198.51.100.7")
        for number in range(120)
    ]
    answers = world.send_all(requests)
    statuses = {answer.status for answer in answers}
    faults = [] if statuses == {401, 429} else [f"answered {statuses}"]
    honest = world.send(world.at_till("GET", "till").with_header("X-Forwarded-For", "198.51.100.7"))
    if honest.status != 200:
        faults.append(f"a till at the same address was refused with {honest.status}")
    elsewhere = world.send(world.at_till("GET", "till", key="nobody").with_header("X-Forwarded-For", "198.51.100.8"))
    if elsewhere.status != 401:
        faults.append(f"somebody else was refused with {elsewhere.status}")
    return answers, faults


def _strangers_at_the_wallet(world: World) -> tuple[list[Answer], list[str]]:
    """The same for what anybody may call."""
    requests = [
        world.at_wallet("POST", "challenges").with_header(
            "X-Forwarded-For", f"203.0.113.{number}, 2001:db8::{number:x}"
        )
        for number in range(200)
    ]
    answers = world.send_all(requests)
    statuses = {answer.status for answer in answers}
    faults = [] if statuses == {201, 429} else [f"answered {statuses}"]
    with_session = world.at_wallet("GET", "device", token=world.session).with_header("X-Forwarded-For", "2001:db8::1")
    if (answer := world.send(with_session)).status != 200:
        faults.append(f"a session from the same network was refused with {answer.status}")
    return answers, faults


CASES: tuple[Case | Scene, ...] = (
    *_every_call(),
    *_framing(),
    *_methods(),
    *_credentials(),
    *_keys(),
    *_queries(),
    Scene("A29", _spoofed),
    Scene("A29-wallet", _strangers_at_the_wallet),
)
