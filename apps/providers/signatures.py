"""HTTP message signatures (RFC 9421) with content digests (RFC 9530), in the one form that our lines to banks use.

The library builds the signature base and does the arithmetic. What must be covered, and that nothing may be missing,
superfluous or of another exchange, is said here.
"""

import re
import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from cryptography.hazmat.primitives.asymmetric import ec
from http_message_signatures import (
    HTTPMessageSigner,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import ECDSA_P256_SHA256
from http_message_signatures.digests import ContentDigest
from http_message_signatures.exceptions import HTTPMessageSignaturesException

from apps.providers.contract import InvalidNotice
from apps.providers.http import BadAnswerSignature, CannotSign, HttpAnswer, HttpRequest
from apps.providers.line import OwnKey, newest_valid

REQUEST_TAG: Final = "bankcore-request"
ANSWER_TAG: Final = "bankcore-answer"
NOTICE_TAG: Final = "bankcore-notice"
LIFETIME: Final = timedelta(seconds=30)
NOTICE_LIFETIME: Final = timedelta(seconds=60)
CLOCK_TOLERANCE: Final = timedelta(seconds=60)
_LABEL: Final = "sig1"
_NONCE_BYTES: Final = 18
_OUR_NONCE: Final = re.compile(r';nonce="([A-Za-z0-9_-]+)"')
_METADATA: Final = frozenset({"created", "expires", "nonce", "keyid", "alg", "tag"})
_NONCE: Final = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_OF_NOTICE: Final = frozenset({'"@method"', '"@authority"', '"@path"', '"content-digest"', '"content-type"'})
_ONCE: Final = ("signature-input", "signature", "content-digest", "content-type")


@dataclass(frozen=True, slots=True)
class _Request:
    """A request in the library's shape. Its headers are ours to add to."""

    method: str
    url: str
    headers: dict[str, str] = field(repr=False)


@dataclass(frozen=True, slots=True)
class _Answer:
    """An answer in the library's shape."""

    status_code: int
    headers: dict[str, str] = field(repr=False)
    request: _Request


class _PrivateKeys(HTTPSignatureKeyResolver):
    def __init__(self, key: OwnKey) -> None:
        self._key = key

    def resolve_private_key(self, key_id: str) -> ec.EllipticCurvePrivateKey:
        return self._key.private_key.reveal()


class _PublicKeys(HTTPSignatureKeyResolver):
    def __init__(self, keys: Mapping[str, ec.EllipticCurvePublicKey]) -> None:
        self._keys = keys

    def resolve_public_key(self, key_id: str) -> ec.EllipticCurvePublicKey | None:
        return self._keys.get(key_id)


class _Verifier(HTTPMessageVerifier):
    max_clock_skew = CLOCK_TOLERANCE


class RequestSigner:
    """Signs with the newest of our keys that is valid; safe to share between threads."""

    def __init__(self, base_url: str, keys: Sequence[OwnKey], *, clock: Callable[[], datetime]) -> None:
        self._base_url = base_url.rstrip("/")
        self._keys = tuple(keys)
        self._clock = clock

    def sign(self, request: HttpRequest) -> HttpRequest:
        """Return the request with its body's digest and a signature under a new nonce; CannotSign without a key."""
        now = self._clock()
        key = newest_valid(self._keys, now)
        if key is None:
            raise CannotSign("no signing key of ours is valid")
        message = _as_message(self._base_url, request)
        if request.body:
            message.headers["Content-Digest"] = ContentDigest.create(request.body)
        signer = HTTPMessageSigner(signature_algorithm=ECDSA_P256_SHA256, key_resolver=_PrivateKeys(key))
        signer.sign(
            message,
            key_id=key.key_id,
            created=now,
            expires=now + LIFETIME,
            nonce=secrets.token_urlsafe(_NONCE_BYTES),
            label=_LABEL,
            tag=REQUEST_TAG,
            covered_component_ids=_covered(request),
            use_existing_digest=bool(request.body),
        )
        return replace(request, headers=tuple(message.headers.items()))


class AnswerVerifier:
    """Believes an answer that one of the provider's keys signed for exactly this request; safe to share."""

    def __init__(self, base_url: str, keys: Mapping[str, ec.EllipticCurvePublicKey]) -> None:
        self._base_url = base_url.rstrip("/")
        self._verifier = _Verifier(signature_algorithm=ECDSA_P256_SHA256, key_resolver=_PublicKeys(keys))

    def verify(self, request: HttpRequest, answer: HttpAnswer) -> None:
        """Raise BadAnswerSignature unless status, type and body are signed, now, together with this very request."""
        headers = dict(answer.headers)
        # Two fields of one name could be read differently by whoever signs and whoever uses them.
        if any([name for name, _ in answer.headers].count(once) != 1 for once in _ONCE):
            raise BadAnswerSignature("a field is missing or there twice")
        if headers["content-digest"] != ContentDigest.create(answer.body):
            raise BadAnswerSignature("the digest is not the body's")
        asked = _as_message(self._base_url, request)
        expected = {'"@status"', '"content-digest"', '"content-type"'}
        expected |= {f'"{component}";req' for component in _covered(request)}
        try:
            (found,) = self._verifier.verify(
                _Answer(answer.status, headers, asked),
                max_age=LIFETIME,
                expect_tag=ANSWER_TAG,
                require_components=sorted(expected),
                body=answer.body,
            )
        # ValueError: more than one signature. The library promises its own exceptions for everything else.
        except (HTTPMessageSignaturesException, InvalidSignature, ValueError) as error:
            raise BadAnswerSignature(type(error).__name__) from None
        if set(found.parameters) != _METADATA or set(found.covered_components) - {'"@signature-params"'} != expected:
            raise BadAnswerSignature("more or less is signed than agreed")
        # The nonce makes it the answer to this try: an earlier one, of the same method, path and body, has another.
        if found.nonce is None or found.nonce != _nonce_of(asked):
            raise BadAnswerSignature("it answers another request")


class NoticeVerifier:
    """Believes a notice that one of the provider's keys signed, now, for exactly our address; safe to share."""

    def __init__(self, url: str, keys: Mapping[str, ec.EllipticCurvePublicKey]) -> None:
        self._url = url
        self._verifier = _Verifier(signature_algorithm=ECDSA_P256_SHA256, key_resolver=_PublicKeys(keys))

    def nonce_of(self, headers: Mapping[str, str], body: bytes) -> str:
        """Return the nonce of a genuine notice, which was perhaps shown before. Raises InvalidNotice.

        The names of the headers are in lower case; which address it came to is not asked of the request.
        """
        kept = {name: headers[name] for name in _ONCE if name in headers}
        if len(kept) != len(_ONCE) or kept["content-digest"] != ContentDigest.create(body):
            raise InvalidNotice("a field is missing, or the digest is not the body's")
        try:
            (found,) = self._verifier.verify(
                _Request("POST", self._url, kept),
                max_age=NOTICE_LIFETIME,
                expect_tag=NOTICE_TAG,
                require_components=sorted(_OF_NOTICE),
                body=body,
            )
        except (HTTPMessageSignaturesException, InvalidSignature, ValueError) as error:
            raise InvalidNotice(type(error).__name__) from None
        if set(found.parameters) != _METADATA or set(found.covered_components) - {'"@signature-params"'} != _OF_NOTICE:
            raise InvalidNotice("more or less is signed than agreed")
        if found.nonce is None or not _NONCE.fullmatch(found.nonce):
            raise InvalidNotice("the nonce is none")
        return found.nonce


def _as_message(base_url: str, request: HttpRequest) -> _Request:
    return _Request(request.method, f"{base_url}{request.path}", dict(request.headers))


def _covered(request: HttpRequest) -> tuple[str, ...]:
    query = ("@query",) if "?" in request.path else ()
    content = ("content-digest", "content-type") if request.body else ()
    return ("@method", "@authority", "@path", *query, *content)


def _nonce_of(asked: _Request) -> str | None:
    """Return the nonce under which we have signed."""
    found = _OUR_NONCE.search(asked.headers.get("Signature-Input", ""))
    return found[1] if found else None
