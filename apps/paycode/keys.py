"""Labels, contexts and derived secrets. A label is never used for two purposes."""

import hashlib
import hmac
from enum import StrEnum

from apps.paycode.errors import CodeError, Reason
from apps.paycode.layout import (
    ADF,
    DEVICE_REF_LENGTH,
    KEY_LENGTH,
    POS_TAG_LENGTH,
    PUBLIC_KEY_LENGTH,
    REALM_LENGTH,
    exactly,
    unsigned,
)

PIN_ITERATIONS = 600_000
PIN_LENGTHS = range(4, 13)


class Label(StrEnum):
    """The whole list; a new use needs a new label."""

    CODE_SEAL = "code seal"
    CODE_PIN = "code pin"
    CODE_SIG = "code sig"
    CODE_KEY = "code key"
    PIN_KDF = "pin kdf"
    PIN_KEY = "pin key"
    PIN_VERIFIER = "pin verifier"
    PIN_SET = "pin set"
    PIN_CHANGE = "pin change"
    PIN_SESSION = "pin session"
    PIN_CONSENT = "pin consent"
    POS = "pos"
    ENROL = "enrol"
    HANDOVER = "handover"
    REQUEST = "request"
    STEP_UP = "step-up"
    REALM = "realm"
    RECEIPT = "receipt"
    STOP = "stop"
    AUDIT_HEAD = "audit head"


def tagged(label: Label) -> bytes:
    """Return the label as every message begins: "mpay/v1 " label 00."""
    return b"mpay/v1 " + label.encode() + b"\0"


def in_realm(label: Label, realm: bytes) -> bytes:
    """Return the tagged label followed by the 16 bytes of the realm."""
    return tagged(label) + exactly(REALM_LENGTH, realm, "realm")


def code_context(label: Label, realm: bytes, kid: int) -> bytes:
    """Return X(label): what binds seal, proof and signature to realm, format version and server key."""
    return in_realm(label, realm) + ADF + unsigned(1, kid, "kid")


def stretch_pin(pin: str, *, realm: bytes, device_ref: bytes) -> bytes:
    """Return P. Slow on purpose (600000 rounds); raise `malformed` unless the PIN is 4 to 12 ASCII digits."""
    if len(pin) not in PIN_LENGTHS or not (pin.isascii() and pin.isdigit()):
        raise CodeError(Reason.MALFORMED, "a PIN has 4 to 12 digits")
    salt = in_realm(Label.PIN_KDF, realm) + exactly(DEVICE_REF_LENGTH, device_ref, "device_ref")
    return hashlib.pbkdf2_hmac("sha256", pin.encode("ascii"), salt, PIN_ITERATIONS, KEY_LENGTH)


def derive_k_pin(k_dev: bytes, stretched_pin: bytes) -> bytes:
    """Return K_pin from the phone's own key and P; neither alone is enough to test a guess."""
    message = tagged(Label.PIN_KEY) + exactly(KEY_LENGTH, stretched_pin, "stretched PIN")
    return hmac.digest(exactly(KEY_LENGTH, k_dev, "K_dev"), message, "sha256")


def pos_tag(*, realm: bytes, till_id: str) -> bytes:
    """Return the three bytes that bind a code to the till with this public id (`til_...`)."""
    if not till_id.isascii():
        raise CodeError(Reason.MALFORMED, "a till id is ASCII")
    return hashlib.sha256(in_realm(Label.POS, realm) + till_id.encode("ascii")).digest()[:POS_TAG_LENGTH]


def pin_verifier_aad(*, realm: bytes, device_ref: bytes, pin_epoch: int, customer: bytes, public_key: bytes) -> bytes:
    """Return what a stored K_pin is bound to, so that nobody moves it to another device, customer or epoch.

    `customer` is the 16 bytes of the customer's UUID, `public_key` the device's 65-byte point.
    """
    return b"".join(
        (
            in_realm(Label.PIN_VERIFIER, realm),
            exactly(DEVICE_REF_LENGTH, device_ref, "device_ref"),
            unsigned(4, pin_epoch, "pin_epoch"),
            exactly(16, customer, "customer"),
            hashlib.sha256(exactly(PUBLIC_KEY_LENGTH, public_key, "public key")).digest(),
        )
    )


def code_key_aad(*, realm: bytes, kid: int) -> bytes:
    """Return what the stored private half of a code server key is bound to."""
    return in_realm(Label.CODE_KEY, realm) + unsigned(1, kid, "kid")
