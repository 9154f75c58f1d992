"""The phone's direction: from claims to the text of a code. Also used by the simulators and by tests."""

import base64
import hmac

from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from apps.paycode.claims import Claims, Verification, encode_claims
from apps.paycode.errors import CodeError, Reason
from apps.paycode.keys import Label, code_context
from apps.paycode.layout import (
    BODY_LENGTH,
    CONSTANT_PREFIX,
    KEY_LENGTH,
    NO_PROOF,
    PIN_PROOF_LENGTH,
    SEALED_LENGTH,
    SIGNATURE_LENGTH,
    exactly,
    unsigned,
)
from apps.paycode.signatures import sign_message

SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_128_GCM)


def make_code(
    claims: Claims,
    *,
    realm: bytes,
    kid: int,
    server_key: bytes,
    device_key: EllipticCurvePrivateKey,
    k_pin: bytes | None,
) -> str:
    """Return the text of a fresh code. `server_key` is the 32-byte public half of `kid`.

    `k_pin` is ignored when the claims say that nobody was verified, and required otherwise. The counter must have
    been committed to durable storage before this text is shown to anybody.
    """
    body = encode_claims(claims)
    proof = NO_PROOF
    if claims.verification is not Verification.NONE:
        if k_pin is None:
            raise CodeError(Reason.MALFORMED, "a verified code needs K_pin")
        proof = make_pin_proof(body, k_pin=k_pin, realm=realm, kid=kid)
    plaintext = pack_plaintext(body, proof, sign_body(body, device_key=device_key, realm=realm, kid=kid))
    return write_text(kid, seal(plaintext, server_key=server_key, info=code_context(Label.CODE_SEAL, realm, kid)))


def make_pin_proof(body: bytes, *, k_pin: bytes, realm: bytes, kid: int) -> bytes:
    """Return the 12 bytes that only the right PIN on the right phone gives."""
    message = code_context(Label.CODE_PIN, realm, kid) + exactly(BODY_LENGTH, body, "body")
    return hmac.digest(exactly(KEY_LENGTH, k_pin, "K_pin"), message, "sha256")[:PIN_PROOF_LENGTH]


def code_message(body: bytes, *, realm: bytes, kid: int) -> bytes:
    """Return what the device signs. The proof is not in it, so that kept evidence confirms no guessed PIN."""
    return code_context(Label.CODE_SIG, realm, kid) + exactly(BODY_LENGTH, body, "body")


def sign_body(body: bytes, *, device_key: EllipticCurvePrivateKey, realm: bytes, kid: int) -> bytes:
    """Return the device's 64-byte signature over the body."""
    return sign_message(device_key, code_message(body, realm=realm, kid=kid))


def pack_plaintext(body: bytes, pin_proof: bytes, signature: bytes) -> bytes:
    """Return the 106 bytes to be sealed."""
    return (
        exactly(BODY_LENGTH, body, "body")
        + exactly(PIN_PROOF_LENGTH, pin_proof, "pin_proof")
        + exactly(SIGNATURE_LENGTH, signature, "signature")
    )


def seal(plaintext: bytes, *, server_key: bytes, info: bytes) -> bytes:
    """Return enc and ct by HPKE for the server; raise `invalid_key` for a key that is none."""
    try:
        return SUITE.encrypt(plaintext, X25519PublicKey.from_public_bytes(server_key), info=info)
    except ValueError:
        raise CodeError(Reason.INVALID_KEY, "not an X25519 public key") from None


def write_payload(kid: int, sealed: bytes) -> bytes:
    """Return the 186 bytes of the container around enc and ct."""
    return CONSTANT_PREFIX + unsigned(1, kid, "kid") + exactly(SEALED_LENGTH, sealed, "sealed blob")


def write_text(kid: int, sealed: bytes) -> str:
    """Return the 248 characters that the symbol carries."""
    return base64.b64encode(write_payload(kid, sealed)).decode("ascii")
