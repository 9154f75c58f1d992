"""What a code says: the 30-byte body, parsed and written."""

import struct
from dataclasses import dataclass
from enum import IntEnum

from apps.paycode.errors import CodeError, Reason
from apps.paycode.layout import (
    BODY_LENGTH,
    DEVICE_REF_LENGTH,
    NO_CAP,
    POS_TAG_LENGTH,
    SYNC_LENGTH,
    exactly,
    unsigned,
)

BODY = struct.Struct(">B8sIIBBI4s3s")

VERIFICATION_MASK = 0x07
MADE_ONLINE = 0x08
TRAINING = 0x10
PURPOSE_SHIFT = 5


class Verification(IntEnum):
    """How the phone says it verified its holder."""

    NONE = 0
    PIN = 1
    BIOMETRIC = 2


class Purpose(IntEnum):
    """What the customer shows the code for."""

    PAY = 0
    RETURN = 1
    LOYALTY = 2


@dataclass(frozen=True)
class Claims:
    """The body of a code as values. Parsed is not believed: see `unseal.check_claims`."""

    flags: int
    device_ref: bytes
    counter: int
    issued_at: int
    instrument: int
    fallback: int
    cap: int
    sync: bytes
    pos_tag: bytes

    @property
    def verification(self) -> Verification:
        """Raises `malformed` for a reserved value."""
        try:
            return Verification(self.flags & VERIFICATION_MASK)
        except ValueError:
            raise CodeError(Reason.MALFORMED, "reserved verification") from None

    @property
    def purpose(self) -> Purpose:
        """Raises `malformed` for a reserved value."""
        try:
            return Purpose(self.flags >> PURPOSE_SHIFT)
        except ValueError:
            raise CodeError(Reason.MALFORMED, "reserved purpose") from None

    @property
    def is_training(self) -> bool:
        return bool(self.flags & TRAINING)

    @property
    def made_online(self) -> bool:
        return bool(self.flags & MADE_ONLINE)

    @property
    def cap_minor(self) -> int | None:
        """The most that the code may pay, tip included, in minor units; None if the customer set no cap."""
        return None if self.cap == NO_CAP else self.cap


def flags_of(
    *, verification: Verification, purpose: Purpose = Purpose.PAY, made_online: bool = False, is_training: bool = False
) -> int:
    """Return the flags byte that says this."""
    return (
        verification | purpose << PURPOSE_SHIFT | (MADE_ONLINE if made_online else 0) | (TRAINING if is_training else 0)
    )


def encode_claims(claims: Claims) -> bytes:
    """Return the 30 bytes; raise `malformed` if a value does not fit its field. Reserved flags pass."""
    return b"".join(
        (
            unsigned(1, claims.flags, "flags"),
            exactly(DEVICE_REF_LENGTH, claims.device_ref, "device_ref"),
            unsigned(4, claims.counter, "counter"),
            unsigned(4, claims.issued_at, "issued_at"),
            unsigned(1, claims.instrument, "instrument"),
            unsigned(1, claims.fallback, "fallback"),
            unsigned(4, claims.cap, "cap"),
            exactly(SYNC_LENGTH, claims.sync, "sync"),
            exactly(POS_TAG_LENGTH, claims.pos_tag, "pos_tag"),
        )
    )


def decode_claims(body: bytes) -> Claims:
    """Return what 30 bytes say, reserved values included, so that writing them again gives the same bytes."""
    return Claims(*BODY.unpack(exactly(BODY_LENGTH, body, "body")))
