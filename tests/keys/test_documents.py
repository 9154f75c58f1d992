"""Signed documents and the realm."""

import base64
import json
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from apps.kernel.actors import Actor
from apps.keys.errors import KeysUnavailable, SignatureRefused
from apps.keys.models import Purpose, SigningKey
from apps.keys.operations import create_code_key, create_signing_key, realm_document, sign_document, verify_document
from apps.paycode.keys import Label

pytestmark = pytest.mark.django_db
RECEIPT = {"kind": "receipt", "merchant": "Käserei Brülisau", "amount": 4250}


def test_a_signed_document_verifies_and_carries_its_exact_bytes(now: datetime, by: Actor) -> None:
    key = create_signing_key(purpose=Purpose.RECEIPT, now=now, by=by)

    signed = sign_document(label=Label.RECEIPT, document=RECEIPT, purpose=Purpose.RECEIPT, now=now)

    assert signed["key"] == key.key_id
    assert verify_document(label=Label.RECEIPT, signed=signed, purpose=Purpose.RECEIPT) == RECEIPT
    assert base64.urlsafe_b64decode(signed["document"] + "==").decode() == (
        '{"kind":"receipt","merchant":"Käserei Brülisau","amount":4250}'
    )
    assert len(base64.urlsafe_b64decode(signed["signature"] + "==")) == 64


@pytest.mark.parametrize("member", ["document", "signature", "key"])
@pytest.mark.parametrize("change", ["A", "", "=", "é", "\x00"])
def test_a_changed_document_is_refused(now: datetime, by: Actor, member: str, change: str) -> None:
    create_signing_key(purpose=Purpose.RECEIPT, now=now, by=by)
    signed = sign_document(label=Label.RECEIPT, document=RECEIPT, purpose=Purpose.RECEIPT, now=now)
    signed[member] = change + signed[member][2:]

    with pytest.raises(SignatureRefused):
        verify_document(label=Label.RECEIPT, signed=signed, purpose=Purpose.RECEIPT)


def test_a_signature_of_another_purpose_is_refused(now: datetime, by: Actor) -> None:
    create_signing_key(purpose=Purpose.STOP, now=now, by=by)
    signed = sign_document(label=Label.STOP, document=RECEIPT, purpose=Purpose.STOP, now=now)

    with pytest.raises(SignatureRefused):
        verify_document(label=Label.RECEIPT, signed=signed, purpose=Purpose.RECEIPT)


def test_a_signature_of_another_realm_is_refused(now: datetime, by: Actor, settings: Settings) -> None:
    create_signing_key(purpose=Purpose.RECEIPT, now=now, by=by)
    signed = sign_document(label=Label.RECEIPT, document=RECEIPT, purpose=Purpose.RECEIPT, now=now)
    settings.REALM_ID = "00000000-0000-7000-8000-000000000000"

    with pytest.raises(SignatureRefused):
        verify_document(label=Label.RECEIPT, signed=signed, purpose=Purpose.RECEIPT)


def test_a_key_signs_under_no_other_label(now: datetime, by: Actor) -> None:
    create_signing_key(purpose=Purpose.RECEIPT, now=now, by=by)

    with pytest.raises(ValueError, match="does not sign"):
        sign_document(label=Label.REALM, document=RECEIPT, purpose=Purpose.RECEIPT, now=now)


def test_nothing_is_signed_without_a_valid_key(now: datetime, by: Actor) -> None:
    key = create_signing_key(purpose=Purpose.RECEIPT, now=now, by=by)

    with pytest.raises(KeysUnavailable):
        sign_document(label=Label.RECEIPT, document=RECEIPT, purpose=Purpose.RECEIPT, now=key.not_after)


def test_a_private_half_sealed_for_another_purpose_does_not_sign(now: datetime, by: Actor) -> None:
    receipt = create_signing_key(purpose=Purpose.RECEIPT, now=now, by=by)
    root = create_signing_key(purpose=Purpose.REALM_ROOT, now=now, by=by)
    SigningKey.objects.filter(id=root.id).update(nonce=receipt.nonce, wrapped_private_key=receipt.wrapped_private_key)

    with pytest.raises(KeysUnavailable):
        sign_document(label=Label.REALM, document=RECEIPT, purpose=Purpose.REALM_ROOT, now=now)


def test_a_receipt_outlives_the_key_that_signed_it(now: datetime, by: Actor) -> None:
    old = create_signing_key(purpose=Purpose.RECEIPT, now=now, by=by)
    signed = sign_document(label=Label.RECEIPT, document=RECEIPT, purpose=Purpose.RECEIPT, now=now)
    new = create_signing_key(purpose=Purpose.RECEIPT, now=old.not_after, by=by)

    ten_years_on = realm_document(now=old.not_after + timedelta(days=3652))

    assert verify_document(label=Label.RECEIPT, signed=signed, purpose=Purpose.RECEIPT) == RECEIPT
    assert [key["id"] for key in ten_years_on["receipt_keys"]] == [new.key_id, old.key_id]


def test_the_realm_tells_a_phone_what_it_needs(now: datetime, by: Actor) -> None:
    code_key = create_code_key(now=now, by=by)
    create_signing_key(purpose=Purpose.RECEIPT, now=now, by=by)

    realm = realm_document(now=now)

    assert set(realm) == {
        "realm", "version", "issued_at", "expires_at", "server_time", "code_keys", "receipt_keys", "pin_policy",
    }  # fmt: skip
    assert realm["realm"] == "107c2a5a-d7ee-4df5-8341-d6de111b7984"
    assert realm["server_time"] == "2026-11-24T09:30:00Z"
    assert [key["kid"] for key in realm["code_keys"]] == [1]
    assert base64.urlsafe_b64decode(realm["code_keys"][0]["public_key"] + "=") == bytes(code_key.public_key)
    assert "private" not in json.dumps(realm)


def test_the_version_of_the_realm_grows_with_every_key_and_never_falls(now: datetime, by: Actor) -> None:
    create_code_key(now=now, by=by)
    before = realm_document(now=now)["version"]
    create_code_key(now=now, by=by)

    assert realm_document(now=now)["version"] == before + 1
    assert realm_document(now=now + timedelta(days=500))["version"] == before + 1
