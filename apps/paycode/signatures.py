"""P-256 as this platform writes it: 65-byte points, 64-byte signatures, SHA-256."""

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from apps.paycode.errors import CodeError, Reason
from apps.paycode.layout import PUBLIC_KEY_LENGTH, SIGNATURE_LENGTH

FIELD_PRIME = 0xFFFFFFFF00000001000000000000000000000000FFFFFFFFFFFFFFFFFFFFFFFF
GROUP_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
CURVE = SECP256R1()
ALGORITHM = ECDSA(SHA256())
# RFC 6979: a phone with a poor random generator must not leak its key.
SIGNING = ECDSA(SHA256(), deterministic_signing=True)


def parse_public_key(point: bytes) -> EllipticCurvePublicKey:
    """Return the key of a canonical uncompressed 65-byte P-256 point; raise `invalid_key` for anything else."""
    if len(point) != PUBLIC_KEY_LENGTH or point[0] != 0x04:
        raise CodeError(Reason.INVALID_KEY, "not an uncompressed P-256 point")
    # A coordinate has one spelling only: two spellings would let one key enrol twice.
    if any(int.from_bytes(part, "big") >= FIELD_PRIME for part in (point[1:33], point[33:])):
        raise CodeError(Reason.INVALID_KEY, "coordinate outside the field")
    try:
        return EllipticCurvePublicKey.from_encoded_point(CURVE, point)
    except ValueError:
        raise CodeError(Reason.INVALID_KEY, "not on the curve") from None


def sign_message(private_key: EllipticCurvePrivateKey, message: bytes) -> bytes:
    """Return r and s, 32 bytes each."""
    r, s = decode_dss_signature(private_key.sign(message, SIGNING))
    return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def verify_signature(public_key: bytes, message: bytes, signature: bytes) -> bool:
    """Say whether the 64-byte signature is right; either of the two s is. Raises `invalid_key` for a bad public key."""
    key = parse_public_key(public_key)
    if len(signature) != SIGNATURE_LENGTH:
        return False
    r, s = int.from_bytes(signature[:32], "big"), int.from_bytes(signature[32:], "big")
    if not (0 < r < GROUP_ORDER and 0 < s < GROUP_ORDER):
        return False
    try:
        key.verify(encode_dss_signature(r, s), message, ALGORITHM)
    except InvalidSignature:
        return False
    return True
