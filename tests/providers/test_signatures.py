"""What an answer must have signed before it is believed, and what a request must have signed before the bank obeys."""

import base64
import hashlib
import http.client
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel.masking import Secret
from apps.providers.connectors.corebank.wire import request_for
from apps.providers.contract import Approved, Authorise, Unknown
from apps.providers.http import BadAnswerSignature, CannotSign, HttpAnswer, HttpRequest
from apps.providers.line import trust_from
from apps.providers.signatures import AnswerVerifier, RequestSigner
from apps.providers.tls import client_context
from simulators.bankcore import signing
from simulators.bankcore.exchange import Answer, Exchange, Objection
from tests.providers.lines import Client, client_key, enrol, hours, new_key, public_text, secured_bank
from tests.providers.test_tls import authorisation
from tests.simulators.bank_process import BankProcess

URL = "https://bank.example:8443"
OUR_KEY, BANK_KEY = new_key("ours-1"), new_key("bank-1")
ASKED = HttpRequest("POST", "/v1/holds", b'{"ref":"a"}', (("Content-Type", "application/json"),))
SAID = b'{"ref":"a","status":"approved"}'

Headers = dict[str, str]


def at(seconds: float = 0.0) -> datetime:
    return datetime.now(UTC) + timedelta(seconds=seconds)


def signed(request: HttpRequest = ASKED, *, seconds: float = 0.0, url: str = URL) -> HttpRequest:
    return RequestSigner(url, [OUR_KEY], clock=lambda: at(seconds)).sign(request)


def as_exchange(request: HttpRequest, url: str = URL) -> Exchange:
    headers = {name.lower(): value for name, value in request.headers}
    return Exchange(request.method, request.path, {**headers, "host": urlsplit(url).netloc}, request.body)


def answered(request: HttpRequest, *, seconds: float = 0.0, key: Any = BANK_KEY, status: int = 201) -> HttpAnswer:
    """Answer as the bank does; what it writes is what its own code writes."""
    answer = signing.sign_answer(
        as_exchange(request),
        Answer(status, {"content-type": "application/json"}, SAID),
        key_id=key.key_id,
        key=key.private_key.reveal(),
        now=at(seconds).timestamp(),
    )
    return HttpAnswer(answer.status, tuple(answer.headers.items()), answer.body)


def resigned(
    answer: HttpAnswer, request: HttpRequest, change: Callable[[str], str], values: Mapping[str, str] | None = None
) -> HttpAnswer:
    """Let the bank's key sign other parameters or components, well-formed but not what was agreed."""
    headers = dict(answer.headers)
    label, _, text = headers["signature-input"].partition("=")
    text = change(text)
    known = {
        '"@status"': str(answer.status),
        '"content-digest"': headers["content-digest"],
        '"content-type"': headers["content-type"],
        '"date"': headers.get("date", ""),
        '"@method";req': request.method,
        '"@authority";req': urlsplit(URL).netloc,
        '"@path";req': request.path,
        '"content-digest";req': dict(request.headers)["Content-Digest"],
        '"content-type";req': "application/json",
        **(values or {}),
    }
    names = text[1 : text.index(")")].split(" ")
    base = "\n".join([f"{name}: {known[name]}" for name in names] + [f'"@signature-params": {text}'])
    r, s = decode_dss_signature(BANK_KEY.private_key.reveal().sign(base.encode(), ec.ECDSA(SHA256())))
    encoded = base64.b64encode(r.to_bytes(32) + s.to_bytes(32)).decode()
    headers |= {"signature-input": f"{label}={text}", "signature": f"{label}=:{encoded}:"}
    return HttpAnswer(answer.status, tuple(headers.items()), answer.body)


def verify(request: HttpRequest, answer: HttpAnswer) -> None:
    keys = {BANK_KEY.key_id: BANK_KEY.private_key.reveal().public_key()}
    AnswerVerifier(URL, keys).verify(request, answer)


@pytest.mark.parametrize(
    "request_",
    [
        ASKED,
        HttpRequest("GET", "/v1/operations/op-1"),
        HttpRequest("GET", "/v1/statements/2026-11-24?page=2"),
        replace(ASKED, headers=(*ASKED.headers, ("Authorization", "Bearer key"))),
    ],
)
def test_each_half_believes_what_the_other_has_signed(request_: HttpRequest) -> None:
    request = signed(request_)
    exchange = as_exchange(request)

    found = signing.read_input(exchange.headers["signature-input"])
    signing.check_request(exchange, found, at().timestamp())
    signature = signing.read_signature(exchange.headers["signature"], found.label)
    public_key = OUR_KEY.private_key.reveal().public_key()
    signing.verify(public_key, signature, signing.request_base(exchange, found))
    verify(request, answered(request))


def test_every_try_has_a_nonce_of_its_own() -> None:
    nonces = {signing.read_input(dict(signed().headers)["Signature-Input"]).parameters["nonce"] for _ in range(20)}

    assert len(nonces) == 20


def test_the_newest_valid_key_signs_and_a_key_that_ended_does_not() -> None:
    old, new, later, ended = (
        replace(new_key(name), not_before=first, not_after=last)
        for name, (first, last) in {
            "old": hours(-2, 2),
            "new": hours(-1, 2),
            "later": hours(1, 2),
            "ended": hours(-3, -1),
        }.items()
    )
    signer = RequestSigner(URL, [later, new, old, ended], clock=at)

    assert ';keyid="new"' in dict(signer.sign(ASKED).headers)["Signature-Input"]
    with pytest.raises(CannotSign):
        RequestSigner(URL, [later, ended], clock=at).sign(ASKED)


def without(*names: str) -> Callable[[HttpAnswer], HttpAnswer]:
    def remove(answer: HttpAnswer) -> HttpAnswer:
        return replace(answer, headers=tuple(pair for pair in answer.headers if pair[0] not in names))

    return remove


def with_header(name: str, value: str) -> Callable[[HttpAnswer], HttpAnswer]:
    return lambda answer: replace(answer, headers=(*without(name)(answer).headers, (name, value)))


def twice(name: str) -> Callable[[HttpAnswer], HttpAnswer]:
    return lambda answer: replace(answer, headers=(*answer.headers, (name, dict(answer.headers)[name])))


def with_another_body(answer: HttpAnswer) -> HttpAnswer:
    body = SAID.replace(b"approved", b"declined")
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return replace(with_header("content-digest", f"sha-256=:{digest}:")(answer), body=body)


def with_sha512(answer: HttpAnswer) -> HttpAnswer:
    digest = base64.b64encode(hashlib.sha512(SAID).digest()).decode()
    return with_header("content-digest", f"sha-512=:{digest}:")(answer)


@pytest.mark.parametrize(
    "tamper",
    [
        pytest.param(lambda answer: replace(answer, status=200), id="status"),
        pytest.param(lambda answer: replace(answer, body=SAID.replace(b"a", b"b", 1)), id="body"),
        pytest.param(lambda answer: replace(answer, body=b""), id="no body"),
        pytest.param(with_another_body, id="body and digest"),
        pytest.param(with_sha512, id="another digest"),
        pytest.param(with_header("content-type", "text/html"), id="type"),
        pytest.param(with_header("content-digest", "sha-256=::"), id="empty digest"),
        pytest.param(with_header("signature", "bank=:AAAA:"), id="short signature"),
        pytest.param(with_header("signature", f"bank=:{base64.b64encode(bytes(64)).decode()}:"), id="zeros"),
        pytest.param(with_header("signature", "other=:AAAA:"), id="another label"),
        pytest.param(with_header("signature-input", "bank"), id="no list"),
        pytest.param(with_header("signature-input", "\x00\xff"), id="garbage"),
        pytest.param(without("signature"), id="no signature"),
        pytest.param(without("signature-input"), id="no input"),
        pytest.param(without("content-digest"), id="no digest"),
        pytest.param(without("content-type"), id="no type"),
        pytest.param(without("signature", "signature-input", "content-digest"), id="unsigned"),
        pytest.param(twice("signature"), id="two signatures"),
        pytest.param(twice("signature-input"), id="two inputs"),
        pytest.param(twice("content-digest"), id="two digests"),
        pytest.param(twice("content-type"), id="two types"),
    ],
)
def test_a_tampered_answer_is_not_believed(tamper: Callable[[HttpAnswer], HttpAnswer]) -> None:
    request = signed()
    answer = answered(request)
    verify(request, answer)

    with pytest.raises(BadAnswerSignature):
        verify(request, tamper(answer))


@pytest.mark.parametrize(
    "change",
    [
        pytest.param(lambda text: text.replace('"@status" ', ""), id="status not signed"),
        pytest.param(lambda text: text.replace('"content-digest" ', ""), id="body not signed"),
        pytest.param(lambda text: text.replace('"content-type" ', "", 1), id="type not signed"),
        pytest.param(lambda text: text.replace('"@method";req ', ""), id="method not bound"),
        pytest.param(lambda text: text.replace('"@authority";req ', ""), id="host not bound"),
        pytest.param(lambda text: text.replace('"@path";req ', ""), id="path not bound"),
        pytest.param(lambda text: text.replace('"content-digest";req ', ""), id="request's body not bound"),
        pytest.param(lambda text: text.replace('("@status"', '("date" "@status"'), id="more than agreed"),
        pytest.param(lambda text: text[: text.index(";nonce")] + text[text.index(";keyid") :], id="no nonce"),
        pytest.param(lambda text: text[: text.index(";expires")] + text[text.index(";nonce") :], id="no end"),
        pytest.param(lambda text: text[: text.index(";created")] + text[text.index(";expires") :], id="no beginning"),
        pytest.param(lambda text: text.replace(f';keyid="{BANK_KEY.key_id}"', ""), id="no key id"),
        pytest.param(lambda text: text.replace(f';alg="{signing.ALGORITHM}"', ""), id="no algorithm"),
        pytest.param(lambda text: text.replace(signing.ALGORITHM, "ed25519"), id="another algorithm"),
        pytest.param(lambda text: text.replace(signing.ANSWER_TAG, signing.REQUEST_TAG), id="a request's tag"),
        pytest.param(lambda text: text.replace('nonce="', 'nonce="x'), id="another nonce"),
        pytest.param(lambda text: text.replace(BANK_KEY.key_id, "bank-0"), id="a key that nobody knows"),
        pytest.param(lambda text: text + ';more="x"', id="an unknown parameter"),
    ],
)
def test_an_answer_that_signs_something_else_than_agreed_is_not_believed(change: Callable[[str], str]) -> None:
    request = signed()
    answer = with_header("date", "today")(answered(request))
    verify(request, resigned(answer, request, lambda text: text))

    with pytest.raises(BadAnswerSignature):
        verify(request, resigned(answer, request, change))


@pytest.mark.parametrize("seconds", [-100, -3600, 70, 3600])
def test_an_answer_of_another_time_is_not_believed(seconds: float) -> None:
    request = signed()

    with pytest.raises(BadAnswerSignature):
        verify(request, answered(request, seconds=seconds))


@pytest.mark.parametrize("seconds", [-55, 55])
def test_clocks_may_differ_by_a_minute(seconds: float) -> None:
    request = signed(seconds=seconds)
    exchange = as_exchange(request)

    signing.check_request(exchange, signing.read_input(exchange.headers["signature-input"]), at().timestamp())
    verify(request, answered(request, seconds=seconds))


def test_the_answer_to_another_request_is_not_believed() -> None:
    first, again = signed(), signed()
    other = signed(HttpRequest("POST", "/v1/reversals", ASKED.body, ASKED.headers))

    for request in (again, other):
        with pytest.raises(BadAnswerSignature):
            verify(request, answered(first))


def test_a_key_that_is_trusted_no_more_is_not_believed() -> None:
    request = signed()
    retired = new_key("bank-0")

    with pytest.raises(BadAnswerSignature):
        verify(request, answered(request, key=retired))
    # Nor one that only borrows the name of a good one.
    with pytest.raises(BadAnswerSignature):
        verify(request, answered(request, key=replace(retired, key_id=BANK_KEY.key_id)))


# Whole texts, and texts that begin like good ones.
TEXTS = st.one_of(
    st.text(st.characters(max_codepoint=255), max_size=80),
    st.text(st.sampled_from('ab@-_ "();:=,\\09?!\x00\xff'), max_size=60).map(lambda tail: f'sig1=("@status"{tail}'),
    st.text(st.sampled_from('ab@-_ "();:=,\\09?!\x00\xff'), max_size=60).map(lambda tail: f'sig1=("@method");{tail}'),
)


@given(TEXTS, TEXTS)
def test_whatever_stands_in_the_signature_s_place_is_refused_and_nothing_else_happens(input_: str, text: str) -> None:
    request = signed()
    answer = with_header("signature", text)(with_header("signature-input", input_)(answered(request)))

    with pytest.raises(BadAnswerSignature):
        verify(request, answer)
    with pytest.raises(Objection):
        signing.read_signature(text, signing.read_input(input_).label)


# The bank's side, on the wire.


@pytest.fixture(scope="module")
def bank(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    with secured_bank(tmp_path_factory.mktemp("bank")) as bank:
        yield bank


@dataclass(frozen=True)
class Line:
    """A client that may write what it likes on a line that TLS has let it onto."""

    bank: BankProcess
    client: Client

    def request(self, amount_of: str | None = None) -> HttpRequest:
        token = amount_of or self.bank.open_account()
        message = request_for(authorisation(token))
        bearer = ("Authorization", f"Bearer {client_key(self.bank).reveal()}")
        return replace(message, headers=(*message.headers, bearer))

    def signed(self, request: HttpRequest, *, seconds: float = 0.0, **other: Any) -> HttpRequest:
        key = replace(self.client.signing, **other)
        return RequestSigner(self.bank.line_url, [key], clock=lambda: at(seconds)).sign(request)

    def send(self, request: HttpRequest) -> tuple[int, dict[str, Any]]:
        parts = urlsplit(self.bank.line_url)
        context = client_context(trust_from(self.client.line), self.client.tls)
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, context=context, timeout=5)
        with closing(connection):
            connection.putrequest(request.method, request.path, skip_host=any(n == "Host" for n, _ in request.headers))
            for name, value in (*request.headers, ("Content-Length", str(len(request.body)))):
                connection.putheader(name, value)
            connection.endheaders(request.body)
            response = connection.getresponse()
            return response.status, json.loads(response.read())


@pytest.fixture
def line(bank: BankProcess) -> Line:
    return Line(bank, enrol(bank))


Forge = Callable[[Line, HttpRequest], HttpRequest]


def replacing(name: str, change: Callable[[str], str]) -> Forge:
    def forge(_: Line, request: HttpRequest) -> HttpRequest:
        headers = dict(request.headers)
        return replace(request, headers=tuple((headers | {name: change(headers[name])}).items()))

    return forge


def removing(*names: str) -> Forge:
    return lambda _, request: replace(request, headers=tuple(p for p in request.headers if p[0] not in names))


def adding(name: str, value: str) -> Forge:
    return lambda _, request: replace(request, headers=(*request.headers, (name, value)))


def with_a_larger_amount(_: Line, request: HttpRequest) -> HttpRequest:
    body = request.body.replace(b"1295", b"9295")
    digest = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return replacing("Content-Digest", lambda _: f"sha-256=:{digest}:")(_, replace(request, body=body))


@pytest.mark.parametrize(
    ("forge", "code"),
    [
        pytest.param(
            lambda _, r: replace(r, body=r.body.replace(b"1295", b"9295")), "signature_invalid", id="another body"
        ),
        pytest.param(with_a_larger_amount, "signature_invalid", id="another body and its digest"),
        pytest.param(lambda _, r: replace(r, path="/v1/reversals"), "signature_invalid", id="another path"),
        pytest.param(lambda _, r: replace(r, path="/v1/holds?a=b"), "signature_invalid", id="a query"),
        pytest.param(lambda _, r: replace(r, method="PUT"), "signature_invalid", id="another method"),
        pytest.param(adding("Host", "localhost:1"), "signature_invalid", id="another host"),
        pytest.param(replacing("Content-Type", lambda _: "text/plain"), "signature_invalid", id="another type"),
        pytest.param(removing("Content-Type"), "signature_invalid", id="no type"),
        pytest.param(removing("Content-Digest"), "signature_invalid", id="no digest"),
        pytest.param(removing("Signature"), "signature_invalid", id="no signature"),
        pytest.param(removing("Signature-Input"), "signature_invalid", id="no input"),
        pytest.param(removing("Signature", "Signature-Input", "Content-Digest"), "signature_invalid", id="unsigned"),
        pytest.param(adding("Signature", "sig1=:AAAA:"), "bad_request", id="two signatures"),
        pytest.param(adding("Content-Type", "text/plain"), "bad_request", id="two types"),
        pytest.param(replacing("Signature", lambda s: s.replace("sig1", "sig2")), "signature_invalid", id="label"),
        pytest.param(replacing("Signature-Input", lambda s: s + ', b=("@method")'), "signature_invalid", id="two"),
        pytest.param(
            replacing("Signature-Input", lambda s: s.replace(' "content-digest"', "")), "signature_invalid", id="less"
        ),
        pytest.param(
            replacing("Signature-Input", lambda s: s.replace('("@method"', '("x" "@method"')),
            "signature_invalid",
            id="more",
        ),
        pytest.param(
            replacing("Signature-Input", lambda s: s.replace(";alg=", ";gla=")), "signature_invalid", id="parameter"
        ),
        pytest.param(
            replacing("Signature-Input", lambda s: s.replace(";created=", ";created=0")), "signature_invalid", id="time"
        ),
        pytest.param(
            replacing("Signature-Input", lambda s: s.replace("bankcore-request", "bankcore-answer")),
            "signature_invalid",
            id="another tag",
        ),
        pytest.param(
            lambda line, r: line.signed(r, key_id="nobody"), "signature_invalid", id="a key that nobody knows"
        ),
        pytest.param(
            lambda line, r: line.signed(r, private_key=new_key().private_key), "signature_invalid", id="another key"
        ),
        pytest.param(lambda line, r: line.signed(r, seconds=-100), "signature_expired", id="expired"),
        pytest.param(lambda line, r: line.signed(r, seconds=70), "signature_expired", id="of the future"),
    ],
)
def test_the_bank_does_not_obey_a_request_that_is_not_wholly_ours(line: Line, forge: Forge, code: str) -> None:
    request = line.request()
    signed_request = line.signed(request)
    # Those that sign again start from what is not signed.
    is_resigned = forge.__code__.co_names[:1] == ("signed",)

    status, answer = line.send(forge(line, request if is_resigned else signed_request))

    assert (answer["code"], status // 100) == (code, 4)
    ref = json.loads(request.body)["ref"]
    assert all(operation["ref"] != ref for operation in line.bank.get("/v1/admin/operations")["operations"])
    # The very same request, untouched, is obeyed: only what was changed was wrong.
    assert line.send(signed_request)[0] == 201


def test_the_bank_takes_a_signature_once_also_after_it_was_killed(bank: BankProcess) -> None:
    line = Line(bank, enrol(bank))
    request = line.signed(line.request())
    first = line.send(request)

    again = line.send(request)
    bank.kill()
    bank.options += ("--port", bank.line_url.rpartition(":")[2])
    bank.start()
    after = line.send(request)

    assert first[0] == 201
    assert (again[0], again[1]["code"]) == (after[0], after[1]["code"]) == (401, "nonce_reused")


def test_a_signing_key_that_was_revoked_opens_nothing(line: Line) -> None:
    line.bank.call("POST", "/v1/admin/clients/revocations", {"revoke": line.client.signing.key_id})

    status, answer = line.send(line.signed(line.request()))

    assert (status, answer["code"]) == (401, "signature_invalid")


def test_a_client_s_signing_key_is_no_good_on_another_client_s_line(line: Line) -> None:
    other = enrol(line.bank, "them")

    status, answer = line.send(
        line.signed(line.request(), private_key=other.signing.private_key, key_id=other.signing.key_id)
    )

    assert (status, answer["code"]) == (401, "signature_invalid")


def test_an_unsigned_answer_on_a_good_line_is_unknown_and_never_a_no(line: Line) -> None:
    stranger = new_key("bank-stranger")
    connector = line.client.connector(line.bank, signing_keys={stranger.key_id: public_text(stranger)})
    request = authorisation(line.bank.open_account())

    outcome = connector.authorise(request)

    assert outcome == Unknown("the answer's signature does not hold")
    assert isinstance(line.client.connector(line.bank).authorise(request), Approved)


def test_the_call_log_says_how_a_call_was_protected(line: Line) -> None:
    request: Authorise = authorisation(line.bank.open_account())
    line.client.connector(line.bank).authorise(request)

    noted = line.bank.logged(ref=request.reference)

    assert (noted["tls"], noted["client"], noted["signed"]) == ("TLSv1.3", "mpayment", True)


# The standard's own examples.

RFC_KEY = (
    "MFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEqIVYZVLCrPZHGHjP17CTW0/+D9Lf"
    "w0EkjqF7xB4FivAxzic30tMM4GF+hR6Dxh71Z50VGGdldkkDXZCnTNnoXQ=="
)
RFC_2_4 = (
    (
        '"@status": 503\n'
        '"content-digest": sha-512=:'
        "0Y6iCBzGg5rZtoXS95Ijz03mslf6KAMCloESHObfwnHJDbkkWWQz6PhhU9kxsTbARtY2PTBOzq24uJFpHsMuAg==:\n"
        '"content-type": application/json\n'
        '"@authority";req: example.com\n'
        '"@method";req: POST\n'
        '"@path";req: /foo\n'
        '"content-digest";req: sha-512=:'
        "WZDPaVn/7XgHaAy8pmojAkGWoRx2UFChF41A2svX+TaPm+AbwAgBWnrIiYllu7BNNyealdVLvRwEmTHWXvJwew==:\n"
        '"@signature-params": ("@status" "content-digest" "content-type" "@authority";req "@method";req "@path";req '
        '"content-digest";req);created=1618884479;keyid="test-key-ecc-p256"'
    ),
    "reqres=:dMT/A/76ehrdBTD/2Xx8QuKV6FoyzEP/I9hdzKN8LQJLNgzU4W767HK05rx1i8meNQQgQPgQp8wq2ive3tV5Ag==:",
)
RFC_B_2_4 = (
    (
        '"@status": 200\n'
        '"content-type": application/json\n'
        '"content-digest": sha-512=:'
        "mEWXIS7MaLRuGgxOBdODa3xqM1XdEvxoYhvlCFJ41QJgJc4GTsPp29l5oGX69wWdXymyU0rjJuahq4l5aGgfLQ==:\n"
        '"content-length": 23\n'
        '"@signature-params": ("@status" "content-type" "content-digest" "content-length");created=1618884473;'
        'keyid="test-key-ecc-p256"'
    ),
    "sig-b24=:wNmSUAhwb5LxtOtOpNa6W5xj067m5hFrj0XQ4fvpaCLx0NKocgPquLgyahnzDnDAUy5eCdlYUEkLIj+32oiasw==:",
)


@pytest.mark.parametrize(("base", "signature"), [RFC_2_4, RFC_B_2_4], ids=["2.4", "B.2.4"])
def test_the_bank_s_half_agrees_with_the_standard_s_examples(base: str, signature: str) -> None:
    key = load_der_public_key(base64.b64decode(RFC_KEY))
    assert isinstance(key, ec.EllipticCurvePublicKey)
    label = signature.partition("=")[0]

    signing.verify(key, signing.read_signature(signature, label), base.encode())
    with pytest.raises(Objection):
        signing.verify(key, signing.read_signature(signature, label), base.replace("503", "200").encode() + b" ")


def test_the_bank_s_half_writes_a_request_s_base_as_the_standard_does() -> None:
    headers = {
        "host": "example.com",
        "date": "Tue, 20 Apr 2021 02:07:55 GMT",
        "content-type": "application/json",
        "content-length": "18",
    }
    text = (
        '("date" "@method" "@path" "@authority" "content-type" "content-length");created=1618884473;'
        'keyid="test-key-ed25519"'
    )
    names = ("date", "@method", "@path", "@authority", "content-type", "content-length")
    exchange = Exchange("POST", "/foo?param=Value&Pet=dog", headers, b'{"hello": "world"}')

    base = signing.request_base(exchange, signing.SignatureInput("sig-b26", names, {}, text))

    assert base.decode() == (
        '"date": Tue, 20 Apr 2021 02:07:55 GMT\n'
        '"@method": POST\n'
        '"@path": /foo\n'
        '"@authority": example.com\n'
        '"content-type": application/json\n'
        '"content-length": 18\n'
        f'"@signature-params": {text}'
    )


def test_a_key_does_not_print() -> None:
    assert "EllipticCurve" not in repr(OUR_KEY)
    assert isinstance(OUR_KEY.private_key, Secret)
