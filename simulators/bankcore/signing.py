"""Signed messages: RFC 9421 with ecdsa-p256-sha256 and RFC 9530 digests, written from the text of the standards.

The platform uses a library for its half. That both agree is worth something only because this half is not that library.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from simulators.bankcore.exchange import Answer, Exchange, Objection

REQUEST_TAG = "bankcore-request"
ANSWER_TAG = "bankcore-answer"
NOTICE_TAG = "bankcore-notice"
ALGORITHM = "ecdsa-p256-sha256"
SKEW_SECONDS = 60
LONGEST_LIFE_SECONDS = 300
ANSWER_LIFE_SECONDS = 30
NOTICE_LIFE_SECONDS = 60
PARAMETERS = {"created": int, "expires": int, "nonce": str, "keyid": str, "alg": str, "tag": str}
NAME_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-@")
COORDINATE_BYTES = 32


@dataclass(frozen=True)
class SignatureInput:
    """One member of Signature-Input; `text` is what follows the label, byte for byte, and is signed itself."""

    label: str
    components: tuple[str, ...]
    parameters: Mapping[str, int | str]
    text: str


def body_digest(body: bytes) -> str:
    """Return the body's Content-Digest."""
    return f"sha-256=:{base64.b64encode(hashlib.sha256(body).digest()).decode()}:"


def covered_components(exchange: Exchange) -> tuple[str, ...]:
    """Return what a request must sign, neither more nor less."""
    query = ("@query",) if "?" in exchange.path else ()
    content = ("content-digest", "content-type") if exchange.body else ()
    return ("@method", "@authority", "@path", *query, *content)


def read_input(text: str) -> SignatureInput:
    """Read the one signature that a message may carry, in the one way to write it."""
    label, opened, rest = text.partition("=(")
    inside, closed, tail = rest.partition(")")
    if not opened or not closed or not label or not NAME_CHARACTERS.issuperset(label):
        raise _invalid("Signature-Input is not one list of components")
    components = []
    for item in inside.split(" "):
        name = item[1:-1]
        if item != f'"{name}"' or not name or not NAME_CHARACTERS.issuperset(name):
            raise _invalid("a component is not written as agreed")
        components.append(name)
    return SignatureInput(label, tuple(components), _read_parameters(tail), text[len(label) + 1 :])


def _read_parameters(text: str) -> dict[str, int | str]:
    found: dict[str, int | str] = {}
    while text:
        name, equals, rest = text[1:].partition("=")
        if text[0] != ";" or not equals or name in found or name not in PARAMETERS:
            raise _invalid("a parameter is not one that was agreed, or there twice")
        if PARAMETERS[name] is str:
            value, closed, after = rest[1:].partition('"')
            if rest[:1] != '"' or not closed or "\\" in value or not value.isascii() or not value.isprintable():
                raise _invalid(f"{name} is not a text")
            found[name], text = value, after
        else:
            digits, separator, after = rest.partition(";")
            if not digits.isascii() or not digits.isdigit() or len(digits) > 12:
                raise _invalid(f"{name} is not a time")
            found[name], text = int(digits), separator + after
    if found.keys() != PARAMETERS.keys():
        raise _invalid("a parameter is missing")
    return found


def read_signature(text: str, label: str) -> bytes:
    """Return the 64 bytes of the signature under its label."""
    encoded = text.removeprefix(f"{label}=:").removesuffix(":")
    try:
        signature = base64.b64decode(encoded, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid("Signature is not base64") from None
    if text != f"{label}=:{encoded}:" or len(signature) != 2 * COORDINATE_BYTES:
        raise _invalid("Signature is not one signature under the label of its input")
    return signature


def check_request(exchange: Exchange, found: SignatureInput, now: float) -> None:
    """Refuse whatever is wrong before any key is asked: components, digest, purpose, time."""
    if sorted(found.components) != sorted(covered_components(exchange)):
        raise _invalid("the components signed are not those that were agreed")
    if exchange.body and exchange.headers.get("content-digest") != body_digest(exchange.body):
        raise _invalid("Content-Digest is not the body's sha-256")
    if (found.parameters["alg"], found.parameters["tag"]) != (ALGORITHM, REQUEST_TAG):
        raise _invalid("another algorithm or tag")
    created, expires = int(found.parameters["created"]), int(found.parameters["expires"])
    if not 0 <= expires - created <= LONGEST_LIFE_SECONDS:
        raise _invalid("a signature lives five minutes at most")
    if created > now + SKEW_SECONDS or expires < now - SKEW_SECONDS:
        raise Objection(401, "signature_expired", "the signature is not of this time; compare the clocks")


def request_base(exchange: Exchange, found: SignatureInput) -> bytes:
    """Return the bytes that the client has signed."""
    lines = [f'"{name}": {_value(exchange, name)}' for name in found.components]
    return "\n".join([*lines, f'"@signature-params": {found.text}']).encode("utf-8", "surrogateescape")


def verify(key: ec.EllipticCurvePublicKey, signature: bytes, base: bytes) -> None:
    """Refuse a signature that is not the key's."""
    r, s = (int.from_bytes(half) for half in (signature[:COORDINATE_BYTES], signature[COORDINATE_BYTES:]))
    try:
        key.verify(encode_dss_signature(r, s), base, ec.ECDSA(SHA256()))
    except InvalidSignature:
        raise _invalid("the signature does not hold") from None


def sign_answer(
    exchange: Exchange, answer: Answer, *, key_id: str, key: ec.EllipticCurvePrivateKey, now: float
) -> Answer:
    """Return the answer signed together with the request that it answers, and with that request's nonce."""
    answer = Answer(answer.status, {**answer.headers, "content-digest": body_digest(answer.body)}, answer.body)
    lines = [
        ('"@status"', str(answer.status)),
        ('"content-digest"', answer.headers["content-digest"]),
        ('"content-type"', answer.headers["content-type"]),
    ]
    for name in covered_components(exchange):
        # A request may lack what it should have had; it is told so in an answer that is signed all the same.
        if name.startswith("@") or name in exchange.headers:
            lines.append((f'"{name}";req', _value(exchange, name)))
    text = f"({' '.join(identifier for identifier, _ in lines)})"
    text += f";created={int(now)};expires={int(now) + ANSWER_LIFE_SECONDS}"
    if nonce := _nonce(exchange):
        text += f';nonce="{nonce}"'
    text += f';keyid="{key_id}";alg="{ALGORITHM}";tag="{ANSWER_TAG}"'
    return Answer(answer.status, {**answer.headers, **_signature(lines, text, key)}, answer.body)


def sign_notice(
    url: str, body: bytes, *, nonce: str, key_id: str, key: ec.EllipticCurvePrivateKey, now: float
) -> dict[str, str]:
    """Return the headers of a notice: signed like a request of ours, for exactly this address."""
    parts = urlsplit(url)
    headers = {"content-digest": body_digest(body), "content-type": "application/json"}
    # A port of its own belongs to the name; https's and http's own do not.
    authority = parts.netloc.lower().removesuffix({"https": ":443", "http": ":80"}[parts.scheme])
    lines = [('"@method"', "POST"), ('"@authority"', authority), ('"@path"', parts.path or "/")]
    lines += [(f'"{name}"', value) for name, value in headers.items()]
    text = f"({' '.join(identifier for identifier, _ in lines)})"
    text += f';created={int(now)};expires={int(now) + NOTICE_LIFE_SECONDS};nonce="{nonce}"'
    text += f';keyid="{key_id}";alg="{ALGORITHM}";tag="{NOTICE_TAG}"'
    return {**headers, **_signature(lines, text, key)}


def _signature(lines: list[tuple[str, str]], text: str, key: ec.EllipticCurvePrivateKey) -> dict[str, str]:
    base = "\n".join(f"{identifier}: {value}" for identifier, value in [*lines, ('"@signature-params"', text)])
    r, s = decode_dss_signature(key.sign(base.encode("utf-8", "surrogateescape"), ec.ECDSA(SHA256())))
    raw = r.to_bytes(COORDINATE_BYTES) + s.to_bytes(COORDINATE_BYTES)
    return {"signature-input": f"bank={text}", "signature": f"bank=:{base64.b64encode(raw).decode()}:"}


def authority_of(exchange: Exchange) -> str:
    """Return the request's @authority: the Host field in lower case, without https's own port."""
    return exchange.headers.get("host", "").lower().removesuffix(":443")


def _value(exchange: Exchange, name: str) -> str:
    path, mark, query = exchange.path.partition("?")
    match name:
        case "@method":
            return exchange.method
        case "@authority":
            return authority_of(exchange)
        case "@path":
            return path
        case "@query":
            return mark + query
        case _ if name in exchange.headers:
            return exchange.headers[name].strip()
        case _:
            raise _invalid(f"{name} is not there")


def _nonce(exchange: Exchange) -> str:
    try:
        return str(read_input(exchange.headers.get("signature-input", "")).parameters["nonce"])
    except Objection:
        return ""


def _invalid(why: str) -> Objection:
    return Objection(401, "signature_invalid", why)
