"""What phone and server sign, seal and prove to each other besides codes, byte for byte."""

import hashlib
import hmac
import re
from dataclasses import dataclass, field

from apps.paycode.errors import CodeError, Reason
from apps.paycode.keys import Label, code_context, in_realm, tagged
from apps.paycode.layout import (
    CHALLENGE_LENGTH,
    DEVICE_REF_LENGTH,
    DIGEST_LENGTH,
    KEY_LENGTH,
    PUBLIC_KEY_LENGTH,
    exactly,
    unsigned,
)
from apps.paycode.signatures import sign_message as sign_message
from apps.paycode.signatures import verify_signature as verify_signature

CURRENCY = re.compile(r"[A-Z]{3}")
DOCUMENT_LABELS = frozenset({Label.REALM, Label.RECEIPT, Label.STOP, Label.AUDIT_HEAD})
PIN_SETTING_LENGTH = 100
# Instead of a proof, for the first PIN of a device.
NO_OLD_PROOF = bytes(32)


@dataclass(frozen=True)
class PinSetting:
    """The plaintext of `PUT device/pin`. Holds K_pin: never printed, kept only under the KEK."""

    pin_epoch: int
    k_pin: bytes = field(repr=False)
    challenge: bytes = field(repr=False)
    old_proof: bytes = field(repr=False)


def enrol_message(*, realm: bytes, challenge: bytes, activation_digest: bytes, public_key: bytes) -> bytes:
    """Return what a new phone signs; `activation_digest` is SHA-256 of the activation code in normal form."""
    return b"".join(
        (
            in_realm(Label.ENROL, realm),
            exactly(CHALLENGE_LENGTH, challenge, "challenge"),
            exactly(DIGEST_LENGTH, activation_digest, "activation digest"),
            exactly(PUBLIC_KEY_LENGTH, public_key, "public key"),
        )
    )


def session_message(*, realm: bytes, device_ref: bytes, challenge: bytes) -> bytes:
    """Return what a phone signs to open a session."""
    return in_realm(Label.REQUEST, realm) + device_and_challenge(device_ref, challenge)


def session_pin_ok(*, k_pin: bytes, realm: bytes, device_ref: bytes, challenge: bytes) -> bytes:
    """Return the proof of the PIN that makes a session a confirmed one."""
    return keyed(k_pin, in_realm(Label.PIN_SESSION, realm) + device_and_challenge(device_ref, challenge))


def pin_set_info(*, realm: bytes, kid: int, device_ref: bytes) -> bytes:
    """Return the HPKE info for sealing a PinSetting; use it with `seal.seal` and `unseal.unseal`."""
    return code_context(Label.PIN_SET, realm, kid) + exactly(DEVICE_REF_LENGTH, device_ref, "device_ref")


def pack_pin_setting(setting: PinSetting) -> bytes:
    """Return the 100 bytes to be sealed."""
    return b"".join(
        (
            unsigned(4, setting.pin_epoch, "pin_epoch"),
            exactly(KEY_LENGTH, setting.k_pin, "K_pin"),
            exactly(CHALLENGE_LENGTH, setting.challenge, "challenge"),
            exactly(DIGEST_LENGTH, setting.old_proof, "old_proof"),
        )
    )


def unpack_pin_setting(plaintext: bytes) -> PinSetting:
    """Return what the phone sealed; raise `malformed` for another length."""
    exactly(PIN_SETTING_LENGTH, plaintext, "PIN setting")
    return PinSetting(
        pin_epoch=int.from_bytes(plaintext[:4], "big"),
        k_pin=plaintext[4:36],
        challenge=plaintext[36:68],
        old_proof=plaintext[68:],
    )


def pin_set_message(*, realm: bytes, sealed: bytes) -> bytes:
    """Return what the phone signs over the sealed setting (enc and ct)."""
    return in_realm(Label.PIN_SET, realm) + hashlib.sha256(sealed).digest()


def pin_change_proof(*, old_k_pin: bytes, new_k_pin: bytes, challenge: bytes) -> bytes:
    """Return old_proof: that whoever sets the new PIN knows the old one. The one message without the realm."""
    new_digest = hashlib.sha256(exactly(KEY_LENGTH, new_k_pin, "K_pin")).digest()
    message = tagged(Label.PIN_CHANGE) + exactly(CHALLENGE_LENGTH, challenge, "challenge") + new_digest
    return keyed(old_k_pin, message)


def consent_content(
    *, device_ref: bytes, payment_id: bytes, amount_minor: int, currency: str, merchant: str, is_yes: bool
) -> bytes:
    """Return what signature and pin_ok of a consent share. `payment_id` is the UUID's 16 bytes, `merchant` as shown."""
    if not CURRENCY.fullmatch(currency):
        raise CodeError(Reason.MALFORMED, "a currency is three capitals")
    try:
        merchant_digest = hashlib.sha256(merchant.encode()).digest()
    except UnicodeEncodeError:
        raise CodeError(Reason.MALFORMED, "merchant is not Unicode text") from None
    return b"".join(
        (
            exactly(DEVICE_REF_LENGTH, device_ref, "device_ref"),
            exactly(16, payment_id, "payment id"),
            unsigned(8, amount_minor, "amount"),
            currency.encode("ascii"),
            merchant_digest,
            b"\1" if is_yes else b"\0",
        )
    )


def step_up_message(*, realm: bytes, content: bytes) -> bytes:
    """Return what the phone signs to decide about a payment; `content` comes from `consent_content`."""
    return in_realm(Label.STEP_UP, realm) + content


def consent_pin_ok(*, k_pin: bytes, realm: bytes, content: bytes) -> bytes:
    """Return the proof of the PIN that a yes carries; `content` comes from `consent_content`."""
    return keyed(k_pin, in_realm(Label.PIN_CONSENT, realm) + content)


def handover_message(
    *, realm: bytes, old_device_ref: bytes, new_device_ref: bytes, new_public_key: bytes, challenge: bytes
) -> bytes:
    """Return what the old phone signs to approve the new one."""
    return b"".join(
        (
            in_realm(Label.HANDOVER, realm),
            exactly(DEVICE_REF_LENGTH, old_device_ref, "old device_ref"),
            exactly(DEVICE_REF_LENGTH, new_device_ref, "new device_ref"),
            hashlib.sha256(exactly(PUBLIC_KEY_LENGTH, new_public_key, "public key")).digest(),
            exactly(CHALLENGE_LENGTH, challenge, "challenge"),
        )
    )


def document_message(label: Label, *, realm: bytes, document: bytes) -> bytes:
    """Return what is signed over the exact UTF-8 bytes of a document; raise `malformed` for a label of another use."""
    if label not in DOCUMENT_LABELS:
        raise CodeError(Reason.MALFORMED, "not a label of documents")
    return in_realm(label, realm) + hashlib.sha256(document).digest()


def is_same_proof(expected: bytes, presented: bytes) -> bool:
    """Compare a pin_ok or old_proof in constant time."""
    return hmac.compare_digest(expected, presented)


def device_and_challenge(device_ref: bytes, challenge: bytes) -> bytes:
    """Return the two fields that every session message ends with."""
    return exactly(DEVICE_REF_LENGTH, device_ref, "device_ref") + exactly(CHALLENGE_LENGTH, challenge, "challenge")


def keyed(k_pin: bytes, message: bytes) -> bytes:
    """Return HMAC-SHA256 under K_pin."""
    return hmac.digest(exactly(KEY_LENGTH, k_pin, "K_pin"), message, "sha256")
