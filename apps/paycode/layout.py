"""Where every byte of version 1 lies. Nothing here decides anything."""

from apps.paycode.errors import CodeError, Reason

ADF = bytes.fromhex("f04d50415901")
ADF_NAME = ADF[:5]
FORMAT_INDICATOR = bytes.fromhex("85054350563031")

# Everything before the key id: container tags, lengths, ADF name and scheme number never vary in version 1.
CONSTANT_PREFIX = FORMAT_INDICATOR + bytes.fromhex("6181b04f06") + ADF + bytes.fromhex("5a05975600000763819ec1819b")

PAYLOAD_LENGTH = 186
KID_OFFSET = len(CONSTANT_PREFIX)
SEALED_OFFSET = KID_OFFSET + 1
ENC_LENGTH = 32
TAG_LENGTH = 16

BODY_LENGTH = 30
PIN_PROOF_LENGTH = 12
SIGNATURE_LENGTH = 64
PLAINTEXT_LENGTH = BODY_LENGTH + PIN_PROOF_LENGTH + SIGNATURE_LENGTH
SEALED_LENGTH = ENC_LENGTH + PLAINTEXT_LENGTH + TAG_LENGTH

REALM_LENGTH = 16
DEVICE_REF_LENGTH = 8
SYNC_LENGTH = 4
POS_TAG_LENGTH = 3
CHALLENGE_LENGTH = 32
DIGEST_LENGTH = 32
KEY_LENGTH = 32
PUBLIC_KEY_LENGTH = 65

NO_PROOF = bytes(PIN_PROOF_LENGTH)
ANY_TILL = bytes(POS_TAG_LENGTH)
NO_CAP = 0xFFFFFFFF


def exactly(length: int, value: bytes, name: str) -> bytes:
    """Return `value` if it has `length` bytes, else raise `malformed`.

    Signed messages are plain concatenations: a field of another length would let two messages share their bytes.
    """
    if len(value) != length:
        raise CodeError(Reason.MALFORMED, f"{name} must have {length} bytes")
    return value


def unsigned(length: int, value: int, name: str) -> bytes:
    """Return `value` big-endian in `length` bytes, or raise `malformed` if it does not fit."""
    if not 0 <= value < 1 << (8 * length):
        raise CodeError(Reason.MALFORMED, f"{name} does not fit into {length} bytes")
    return value.to_bytes(length, "big")
