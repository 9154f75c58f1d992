"""Steps 5 to 7 and the proof of step 10, as far as they need no database: the server's direction."""

import hmac
from dataclasses import dataclass, field
from datetime import datetime

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from apps.paycode.claims import Claims, Purpose, Verification, decode_claims
from apps.paycode.errors import CodeError, Reason
from apps.paycode.keys import Label, code_context, pos_tag
from apps.paycode.layout import ANY_TILL, BODY_LENGTH, NO_PROOF, PIN_PROOF_LENGTH, PLAINTEXT_LENGTH
from apps.paycode.seal import SUITE, code_message, make_pin_proof
from apps.paycode.signatures import verify_signature
from apps.paycode.text import SealedCode

OLDEST_SECONDS = 300
NEWEST_SECONDS = 60


@dataclass(frozen=True)
class OpenedCode:
    """A code that the server could read. Nothing in it is proved yet."""

    kid: int
    digest: bytes = field(repr=False)
    body: bytes = field(repr=False)
    pin_proof: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    claims: Claims = field(repr=False)


def unseal(sealed: bytes, *, private_key: X25519PrivateKey, info: bytes) -> bytes:
    """Return what HPKE protected; raise `unreadable` for a wrong key, realm or byte, and for low-order points."""
    try:
        return SUITE.decrypt(sealed, private_key, info=info)
    except (InvalidTag, ValueError):
        raise CodeError(Reason.UNREADABLE) from None


def open_code(code: SealedCode, *, private_key: X25519PrivateKey, realm: bytes) -> OpenedCode:
    """Step 5: return the parts of the code, or raise `unreadable`. `private_key` is the one of `code.kid`."""
    plaintext = unseal(code.sealed, private_key=private_key, info=code_context(Label.CODE_SEAL, realm, code.kid))
    if len(plaintext) != PLAINTEXT_LENGTH:
        raise CodeError(Reason.UNREADABLE)
    body = plaintext[:BODY_LENGTH]
    return OpenedCode(
        kid=code.kid,
        digest=code.digest,
        body=body,
        pin_proof=plaintext[BODY_LENGTH : BODY_LENGTH + PIN_PROOF_LENGTH],
        signature=plaintext[BODY_LENGTH + PIN_PROOF_LENGTH :],
        claims=decode_claims(body),
    )


def check_claims(
    code: OpenedCode, *, now: datetime, realm: bytes, till_id: str, till_is_training: bool, purpose: Purpose
) -> None:
    """Step 6: raise the first thing that is wrong, in the order of the format.

    `malformed`, `wrong_mode`, `wrong_purpose`, `expired`, `not_yet_valid` or `wrong_till`. `now` is aware and
    counted in whole seconds, as the phone counts.
    """
    claims = code.claims
    verification, claimed_purpose = claims.verification, claims.purpose
    if claims.counter < 1:
        raise CodeError(Reason.MALFORMED, "counter zero")
    if verification is Verification.NONE and code.pin_proof != NO_PROOF:
        raise CodeError(Reason.MALFORMED, "a proof of nothing")
    if claims.is_training != till_is_training:
        raise CodeError(Reason.WRONG_MODE)
    if claimed_purpose != purpose:
        raise CodeError(Reason.WRONG_PURPOSE)
    age_seconds = int(now.timestamp()) - claims.issued_at
    if age_seconds > OLDEST_SECONDS:
        raise CodeError(Reason.EXPIRED)
    if age_seconds < -NEWEST_SECONDS:
        raise CodeError(Reason.NOT_YET_VALID)
    if claims.pos_tag != ANY_TILL and claims.pos_tag != pos_tag(realm=realm, till_id=till_id):
        raise CodeError(Reason.WRONG_TILL)


def is_signed_by(code: OpenedCode, *, public_key: bytes, realm: bytes) -> bool:
    """Step 7: say whether the device with this 65-byte public key signed the body; either s counts."""
    return verify_signature(public_key, code_message(code.body, realm=realm, kid=code.kid), code.signature)


def is_pin_proved(code: OpenedCode, *, k_pin: bytes, realm: bytes) -> bool:
    """Step 10: compare the proof in constant time. A code without verification proves nothing: False."""
    if code.claims.verification is Verification.NONE:
        return False
    return hmac.compare_digest(make_pin_proof(code.body, k_pin=k_pin, realm=realm, kid=code.kid), code.pin_proof)
