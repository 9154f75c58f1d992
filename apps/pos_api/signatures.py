"""Signed requests of tills: HTTP message signatures (RFC 9421) with content digests (RFC 9530), in one profile.

The library builds the signature base and does the arithmetic. What must be covered, how old a signature may be, and
that it is good once, is said here. `docs/pos-api.md` tells it to whoever writes a till.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_der_public_key
from django.http import HttpRequest
from http_message_signatures import HTTPMessageVerifier, HTTPSignatureKeyResolver, InvalidSignature
from http_message_signatures.algorithms import ECDSA_P256_SHA256
from http_message_signatures.exceptions import HTTPMessageSignaturesException
from http_message_signatures.structures import VerifyResult

from apps.merchants.models import TillCredential
from apps.merchants.operations import spend_nonce
from apps.pos_api.errors import SignatureExpired, SignatureInvalid, SignatureReplayed
from apps.rest.renderers import rfc3339

TAG: Final = "mpayment-till"
# How far a till's clock may be off. Nothing is gained by less: the nonce makes a signature good once.
WINDOW: Final = timedelta(minutes=5)
_FIELDS: Final = ("Signature-Input", "Signature")
# Whoever signs as agreed writes a quarter of it.
_MOST_CHARACTERS: Final = 2048
_KEY_ID: Final = re.compile(r';keyid="([0-9a-f]{64})"')
_NONCE: Final = re.compile(r"[A-Za-z0-9+/=._~-]{16,64}")
_PARAMETERS: Final = frozenset({"created", "nonce", "keyid", "tag"})
# What may stand in a path as it is. Ours need no escapes, and one that is not needed is not what the till has signed.
_PATH_CHARACTERS: Final = "/:@!$&'()*+,;=~"
_MOST_DETAIL: Final = 160


@dataclass(frozen=True, slots=True)
class _Message:
    """The request in the library's shape."""

    method: str
    url: str
    headers: Mapping[str, str] = field(repr=False)


class _OneKey(HTTPSignatureKeyResolver):
    def __init__(self, signer: TillCredential) -> None:
        self._signer = signer

    def resolve_public_key(self, key_id: str) -> ec.EllipticCurvePublicKey | None:
        key = load_der_public_key(bytes(self._signer.content)) if key_id == self._signer.fingerprint else None
        return key if isinstance(key, ec.EllipticCurvePublicKey) else None


class _Verifier(HTTPMessageVerifier):
    # Any: the library's own types.
    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """Leave the time to us: the library asks a clock of its own."""


def claimed_signer(request: HttpRequest) -> str | None:
    """Return the fingerprint that the signature names as its key's, "" if it names none; None for no signature.

    A hint by which the key is looked up; `verify_signature` believes nothing of it.
    """
    if not any(name in request.headers for name in _FIELDS):
        return None
    found = _KEY_ID.search(request.headers.get("Signature-Input", "")[:_MOST_CHARACTERS])
    return found[1] if found else ""


def required_components(method: str, *, has_query: bool, has_body: bool) -> tuple[str, ...]:
    """Return what a signature must cover at least.

    The address without scheme and host, as a proxy may change both; the key, which belongs to one installation alone,
    stands for them.
    """
    query = ("@query",) if has_query else ()
    key = ("idempotency-key",) if method == "POST" else ()
    return ("@method", "@path", *query, "authorization", *key, *(("content-digest",) if has_body else ()))


def verify_signature(request: HttpRequest, body: bytes, signer: TillCredential | None, *, now: datetime) -> None:
    """Believe that the holder of this till's key sent exactly this request just now, and spend its nonce.

    Raises SignatureInvalid, SignatureExpired and SignatureReplayed; a nonce is spent by a signature that holds.
    """
    if any(len(request.headers.get(name, "")) > _MOST_CHARACTERS for name in _FIELDS):
        raise SignatureInvalid("Signature-Input or Signature is too long")
    if signer is None:
        raise SignatureInvalid("no signing key of this till that is valid has this keyid")
    found = _verified(request, body, signer)
    parameters = found.parameters
    nonce = str(parameters.get("nonce", ""))
    if missing := _PARAMETERS - parameters.keys():
        raise SignatureInvalid(f"the parameters lack {', '.join(sorted(missing))}")
    if parameters["tag"] != TAG:
        raise SignatureInvalid(f'the tag must be "{TAG}"')
    if not _NONCE.fullmatch(nonce):
        raise SignatureInvalid("the nonce must be 16 to 64 characters of base64 or base64url")
    created, expires, moment = int(parameters["created"]), parameters.get("expires"), now.timestamp()
    is_over = expires is not None and int(expires) < moment
    if is_over or abs(moment - created) > WINDOW.total_seconds():
        raise SignatureExpired(server_time=rfc3339(now))
    kept_until = datetime.fromtimestamp(created, UTC) + WINDOW
    if not spend_nonce(fingerprint=signer.fingerprint, nonce=nonce, kept_until=kept_until):
        raise SignatureReplayed


def _verified(request: HttpRequest, body: bytes, signer: TillCredential) -> VerifyResult:
    query = request.META.get("QUERY_STRING", "")
    method = str(request.method)
    # Without a tag to look for, the library takes one signature and refuses two.
    verifier = _Verifier(signature_algorithm=ECDSA_P256_SHA256, key_resolver=_OneKey(signer))
    try:
        (found,) = verifier.verify(
            _message(request, method, query),
            require_components=required_components(method, has_query=bool(query), has_body=bool(body)),
            body=body,
        )
    except (HTTPMessageSignaturesException, InvalidSignature, ValueError) as error:
        # The library names components and parameters, never their values. It has no words for arithmetic.
        why = str(error)[:_MOST_DETAIL] or "it is not this key's over this request"
        raise SignatureInvalid(f"the signature does not hold: {why}") from None
    return found


def _message(request: HttpRequest, method: str, query: str) -> _Message:
    path = quote(request.path, safe=_PATH_CHARACTERS)
    address = f"{request.scheme}://{request.META.get('HTTP_HOST') or 'localhost'}{path}"
    return _Message(method, f"{address}?{query}" if query else address, dict(request.headers.items()))
