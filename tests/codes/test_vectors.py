"""The published codes, decided by the product on the real database."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from pytest_django import Settings

from apps.codes.refusals import Refusal
from apps.devices.models import Device
from apps.devices.pin import wrap_pin_key
from apps.kernel.ids import from_public_id
from apps.keys.kek import key_encryption_keys
from apps.keys.models import CodeKey
from apps.merchants.models import Till
from apps.paycode.keys import code_key_aad
from tests.cast import make_customer
from tests.codes.desk import reason, show
from tests.paycode.known import (
    DEVICE_PUBLIC,
    DEVICE_REF,
    K_PIN,
    KID,
    NOW,
    REALM,
    SERVER_KEY,
    SERVER_PUBLIC,
    TILL_ID,
    VALID,
    VECTORS,
    opened,
    titles,
)
from tests.shop import Shop, make_shop

YEAR = timedelta(days=365)


@pytest.fixture
def shop(settings: Settings) -> Shop:
    """The published till, realm and server key."""
    settings.REALM_ID = str(UUID(bytes=REALM))
    wrapped = key_encryption_keys().wrap(SERVER_KEY.private_bytes_raw(), code_key_aad(realm=REALM, kid=KID))
    CodeKey.objects.create(
        kid=KID,
        public_key=SERVER_PUBLIC,
        kek_id=wrapped.kek_id,
        nonce=wrapped.nonce,
        wrapped_private_key=wrapped.ciphertext,
        not_before=NOW - YEAR,
        not_after=NOW + YEAR,
        created_at=NOW,
        created_by="tests",
    )
    shop = make_shop(now=NOW)
    shop.till = Till.objects.create(
        id=from_public_id("til", TILL_ID), store=shop.store, name="published", created_at=NOW
    )
    return shop


def enrol(sync: bytes) -> Device:
    """The published phone, fresh, active, with its PIN set."""
    device = Device(
        customer=make_customer(now=NOW),
        device_ref=DEVICE_REF,
        public_key=DEVICE_PUBLIC,
        certificate=b"not looked at",
        name="published",
        platform="web",
        status="active",
        sync_current=sync,
        sync_changed_at=NOW,
        enrolled_at=NOW,
        activated_at=NOW,
        pin_epoch=1,
    )
    wrapped = wrap_pin_key(device, K_PIN, pin_epoch=1)
    device.pin_kek_id, device.pin_nonce, device.pin_wrapped = wrapped.kek_id, wrapped.nonce, wrapped.ciphertext
    device.save()
    return device


def told(shown: object) -> set[str]:
    """Return the true reason and what the till is told."""
    return {shown.reason, shown.shown_reason} if isinstance(shown, Refusal) else {"accepted"}


@pytest.mark.parametrize("vector", VALID, ids=titles(VALID))
def test_accepts_every_published_good_code(vector: dict[str, Any], shop: Shop) -> None:
    claims = opened(vector["text"]).claims
    enrol(claims.sync)

    shown = show(shop, vector["text"], now=NOW, is_training=claims.is_training, purpose=claims.purpose)

    # One of them was made without a PIN, which the default policy does not take.
    assert reason(shown) == ("accepted" if claims.verification else "pin_required")


@pytest.mark.parametrize("vector", VECTORS["invalid"], ids=titles(VECTORS["invalid"]))
def test_refuses_every_published_bad_code_for_its_reason(vector: dict[str, Any], shop: Shop) -> None:
    enrol(bytes.fromhex(VALID[0]["fields"]["sync"]))

    shown = show(shop, vector["text"], now=NOW)

    assert vector["error"] in told(shown)


def test_decides_the_published_sequence_on_one_device(shop: Shop) -> None:
    codes = VECTORS["sequence"]["codes"]
    enrol(opened(codes[0]["text"]).claims.sync)

    results = [reason(show(shop, code["text"], now=NOW)) for code in codes]

    assert results == [code["result"] for code in codes]


def test_a_malleated_code_counts_as_the_code_that_it_copies(shop: Shop) -> None:
    malleated = VECTORS["malleated"]["text"]
    body = opened(malleated).body
    original = next(vector for vector in VALID if vector["body"] == body.hex())
    enrol(opened(malleated).claims.sync)

    results = [reason(show(shop, text, now=NOW)) for text in (original["text"], malleated)]

    assert results == ["accepted", "already_used"]
