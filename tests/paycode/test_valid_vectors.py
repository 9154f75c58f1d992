"""Every published code is read, and made again, byte for byte."""

from typing import Any

import pytest

from apps.paycode.claims import Purpose, decode_claims, encode_claims
from apps.paycode.keys import Label, code_context, derive_k_pin, pos_tag, stretch_pin
from apps.paycode.layout import ADF, CONSTANT_PREFIX
from apps.paycode.seal import make_code, make_pin_proof, pack_plaintext, sign_body, write_payload, write_text
from apps.paycode.text import payload_of
from apps.paycode.unseal import is_pin_proved, is_signed_by
from tests.paycode.desk import Desk
from tests.paycode.hpke_reference import seal_with
from tests.paycode.known import (
    DEVICE_KEY,
    DEVICE_PUBLIC,
    DEVICE_REF,
    K_DEV,
    K_PIN,
    KID,
    REALM,
    SERVER_PUBLIC,
    TILL_ID,
    VALID,
    VECTORS,
    opened,
    titles,
)

each_valid_vector = pytest.mark.parametrize("vector", VALID, ids=titles(VALID))


@each_valid_vector
def test_reads_the_published_fields(vector: dict[str, Any]) -> None:
    claims = opened(vector["text"]).claims

    fields = {
        name: value.hex() if isinstance(value := getattr(claims, name), bytes) else value for name in vector["fields"]
    }
    assert fields == vector["fields"]


@each_valid_vector
def test_finds_body_proof_and_signature_in_their_places(vector: dict[str, Any]) -> None:
    code = opened(vector["text"])

    assert (code.body.hex(), code.pin_proof.hex(), code.signature.hex()) == (
        vector["body"],
        vector["pin_proof"],
        vector["signature"],
    )


@each_valid_vector
def test_believes_signature_and_proof(vector: dict[str, Any]) -> None:
    code = opened(vector["text"])

    assert is_signed_by(code, public_key=DEVICE_PUBLIC, realm=REALM)
    assert is_pin_proved(code, k_pin=K_PIN, realm=REALM)


@each_valid_vector
def test_makes_the_published_code_again(vector: dict[str, Any]) -> None:
    body = encode_claims(decode_claims(bytes.fromhex(vector["body"])))
    proof = make_pin_proof(body, k_pin=K_PIN, realm=REALM, kid=KID)
    signature = sign_body(body, device_key=DEVICE_KEY, realm=REALM, kid=KID)

    sealed = seal_with(
        bytes.fromhex(vector["ephemeral_private"]),
        server_public=SERVER_PUBLIC,
        info=code_context(Label.CODE_SEAL, REALM, KID),
        plaintext=pack_plaintext(body, proof, signature),
    )

    assert (body.hex(), proof.hex(), signature.hex()) == (vector["body"], vector["pin_proof"], vector["signature"])
    assert write_payload(KID, sealed).hex() == vector["payload"]
    assert write_text(KID, sealed) == vector["text"]
    assert payload_of(vector["text"]).hex() == vector["payload"]


@each_valid_vector
def test_a_code_sealed_by_the_product_says_the_same(vector: dict[str, Any]) -> None:
    claims = decode_claims(bytes.fromhex(vector["body"]))

    code = opened(make_code(claims, realm=REALM, kid=KID, server_key=SERVER_PUBLIC, device_key=DEVICE_KEY, k_pin=K_PIN))

    assert (code.claims, code.pin_proof.hex(), code.signature.hex()) == (
        claims,
        vector["pin_proof"],
        vector["signature"],
    )


@each_valid_vector
def test_accepts_a_valid_code_where_it_is_meant_to_be_shown(vector: dict[str, Any]) -> None:
    claims = opened(vector["text"]).claims
    desk = Desk(sync=claims.sync, purpose=claims.purpose, till_is_training=claims.is_training)

    assert desk.decide(vector["text"]) == "accepted"


@pytest.mark.parametrize("label", [Label.CODE_SEAL, Label.CODE_PIN, Label.CODE_SIG])
def test_contexts_are_the_published_ones(label: Label) -> None:
    assert code_context(label, REALM, KID).hex() == VECTORS["contexts"][label]


def test_constants_are_the_published_ones() -> None:
    assert CONSTANT_PREFIX.hex() == VECTORS["constant_prefix"]
    assert ADF.hex() == VECTORS["adf"]


def test_the_pin_becomes_the_published_key() -> None:
    stretched = stretch_pin(VECTORS["pin"], realm=REALM, device_ref=DEVICE_REF)

    assert stretched.hex() == VECTORS["pbkdf2_output"]
    assert derive_k_pin(K_DEV, stretched) == K_PIN


def test_a_till_has_the_tag_that_its_bound_code_carries() -> None:
    bound = opened(VALID[3]["text"]).claims

    assert pos_tag(realm=REALM, till_id=TILL_ID) == bound.pos_tag


def test_flags_and_cap_read_as_words() -> None:
    online, returning, training = (opened(VALID[index]["text"]).claims for index in (1, 4, 5))

    assert (online.made_online, online.is_training, online.cap_minor) == (True, False, 5000)
    assert (returning.purpose, returning.cap_minor) == (Purpose.RETURN, 0)
    assert (training.is_training, training.cap_minor) == (True, None)
