"""Every published message of the wallet, built, signed and proved."""

import hashlib

import pytest

from apps.paycode.errors import CodeError
from apps.paycode.keys import Label, derive_k_pin, pin_verifier_aad, stretch_pin
from apps.paycode.messages import (
    PinSetting,
    consent_content,
    consent_pin_ok,
    document_message,
    enrol_message,
    handover_message,
    is_same_proof,
    pack_pin_setting,
    pin_change_proof,
    pin_set_info,
    pin_set_message,
    session_message,
    session_pin_ok,
    sign_message,
    step_up_message,
    unpack_pin_setting,
    verify_signature,
)
from apps.paycode.seal import seal
from apps.paycode.unseal import unseal
from tests.paycode.hpke_reference import seal_with
from tests.paycode.known import (
    DEVICE_KEY,
    DEVICE_PUBLIC,
    DEVICE_REF,
    K_DEV,
    K_PIN,
    KID,
    REALM,
    SERVER_KEY,
    SERVER_PUBLIC,
    WALLET,
)

CHALLENGE = bytes.fromhex(WALLET["challenge"])
PIN_SET = WALLET["pin_set"]
NEW_K_PIN = bytes.fromhex(PIN_SET["new_k_pin"])
STEP_UP = WALLET["step_up"]
CONTENT = consent_content(
    device_ref=DEVICE_REF,
    payment_id=bytes.fromhex(STEP_UP["payment_id"]),
    amount_minor=STEP_UP["amount"],
    currency=STEP_UP["currency"],
    merchant=STEP_UP["merchant"],
    is_yes=STEP_UP["decision"] == 1,
)
MESSAGES = {
    "enrol": enrol_message(
        realm=REALM,
        challenge=CHALLENGE,
        activation_digest=hashlib.sha256(WALLET["activation_code"].encode()).digest(),
        public_key=DEVICE_PUBLIC,
    ),
    "session": session_message(realm=REALM, device_ref=DEVICE_REF, challenge=CHALLENGE),
    "pin_set": pin_set_message(realm=REALM, sealed=bytes.fromhex(PIN_SET["sealed"])),
    "step_up": step_up_message(realm=REALM, content=CONTENT),
}


@pytest.mark.parametrize("name", MESSAGES)
def test_builds_and_signs_the_published_message(name: str) -> None:
    message = MESSAGES[name]

    assert message.hex() == WALLET[name]["message"]
    assert sign_message(DEVICE_KEY, message).hex() == WALLET[name]["signature"]
    assert verify_signature(DEVICE_PUBLIC, message, bytes.fromhex(WALLET[name]["signature"]))


@pytest.mark.parametrize("name", MESSAGES)
def test_a_signature_fits_no_other_message(name: str) -> None:
    signature = bytes.fromhex(WALLET[name]["signature"])

    accepted = [other for other, message in MESSAGES.items() if verify_signature(DEVICE_PUBLIC, message, signature)]

    assert accepted == [name]


def test_verifies_a_signed_document() -> None:
    vector = WALLET["signed_document"]

    message = document_message(Label(vector["label"]), realm=REALM, document=bytes.fromhex(vector["document"]))

    assert message.hex() == vector["message"]
    assert verify_signature(bytes.fromhex(vector["public_key"]), message, bytes.fromhex(vector["signature"]))


def test_a_document_is_not_signed_under_the_label_of_another_use() -> None:
    with pytest.raises(CodeError, match="malformed"):
        document_message(Label.ENROL, realm=REALM, document=b"{}")


def test_proofs_of_the_pin_are_the_published_ones() -> None:
    session = session_pin_ok(k_pin=K_PIN, realm=REALM, device_ref=DEVICE_REF, challenge=CHALLENGE)
    consent = consent_pin_ok(k_pin=K_PIN, realm=REALM, content=CONTENT)
    change = pin_change_proof(old_k_pin=K_PIN, new_k_pin=NEW_K_PIN, challenge=CHALLENGE)

    assert is_same_proof(session, bytes.fromhex(WALLET["session"]["pin_ok"]))
    assert is_same_proof(consent, bytes.fromhex(STEP_UP["pin_ok"]))
    assert is_same_proof(change, bytes.fromhex(PIN_SET["old_proof"]))
    assert not is_same_proof(session, consent)


def test_seals_the_published_pin_setting() -> None:
    stretched = stretch_pin(PIN_SET["new_pin"], realm=REALM, device_ref=DEVICE_REF)
    setting = PinSetting(
        pin_epoch=PIN_SET["pin_epoch"],
        k_pin=derive_k_pin(K_DEV, stretched),
        challenge=CHALLENGE,
        old_proof=bytes.fromhex(PIN_SET["old_proof"]),
    )
    info = pin_set_info(realm=REALM, kid=KID, device_ref=DEVICE_REF)

    plaintext = pack_pin_setting(setting)
    sealed = seal_with(
        bytes.fromhex(PIN_SET["ephemeral_private"]), server_public=SERVER_PUBLIC, info=info, plaintext=plaintext
    )

    assert (setting.k_pin, info.hex()) == (NEW_K_PIN, PIN_SET["info"])
    assert (plaintext.hex(), sealed.hex()) == (PIN_SET["plaintext"], PIN_SET["sealed"])
    assert unpack_pin_setting(unseal(sealed, private_key=SERVER_KEY, info=info)) == setting


def test_a_pin_setting_opens_for_its_own_device_only() -> None:
    sealed = seal(bytes(100), server_key=SERVER_PUBLIC, info=pin_set_info(realm=REALM, kid=KID, device_ref=DEVICE_REF))

    with pytest.raises(CodeError, match="unreadable"):
        unseal(sealed, private_key=SERVER_KEY, info=pin_set_info(realm=REALM, kid=KID, device_ref=bytes(8)))


def test_a_pin_verifier_is_bound_to_the_published_bytes() -> None:
    aad = pin_verifier_aad(
        realm=REALM,
        device_ref=DEVICE_REF,
        pin_epoch=1,
        customer=bytes.fromhex(WALLET["customer"]),
        public_key=DEVICE_PUBLIC,
    )

    assert aad.hex() == WALLET["pin_verifier_aad"]


def test_a_handover_names_both_devices_the_key_and_the_challenge() -> None:
    new_ref = bytes(range(8))

    message = handover_message(
        realm=REALM,
        old_device_ref=DEVICE_REF,
        new_device_ref=new_ref,
        new_public_key=DEVICE_PUBLIC,
        challenge=CHALLENGE,
    )

    key_digest = hashlib.sha256(DEVICE_PUBLIC).digest()
    assert message == b"mpay/v1 handover\0" + REALM + DEVICE_REF + new_ref + key_digest + CHALLENGE


def test_a_no_is_another_message_than_a_yes() -> None:
    no = consent_content(
        device_ref=DEVICE_REF,
        payment_id=bytes.fromhex(STEP_UP["payment_id"]),
        amount_minor=STEP_UP["amount"],
        currency=STEP_UP["currency"],
        merchant=STEP_UP["merchant"],
        is_yes=False,
    )

    assert (no[:-1], no[-1:]) == (CONTENT[:-1], b"\0")


@pytest.mark.parametrize("length", [0, 31, 33])
def test_a_challenge_of_another_length_is_malformed(length: int) -> None:
    with pytest.raises(CodeError, match="malformed"):
        session_message(realm=REALM, device_ref=DEVICE_REF, challenge=bytes(length))
