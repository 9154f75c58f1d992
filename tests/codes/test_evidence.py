"""What is kept of a spent code can be verified years later, and shows whatever was changed in it."""

from datetime import UTC, datetime

import pytest

from apps.codes.models import SpentCode
from apps.codes.queries import code_spent_for, verify_evidence
from apps.devices.models import Device
from tests.cast import make_phone
from tests.shop import Shop, make_payer


@pytest.fixture
def spent(shop: Shop, now: datetime) -> SpentCode:
    payment = shop.sell(make_payer(shop, now=now), 1295, now=now)
    found = code_spent_for(kind="payment", subject_id=payment.id)
    assert found is not None
    return found


def test_the_evidence_of_a_sale_is_sound(spent: SpentCode, now: datetime) -> None:
    proved = verify_evidence(spent)

    assert (proved.is_signed, proved.is_its_own, proved.is_sound) == (True, True, True)
    assert proved.issued_at == now.astimezone(UTC)


def test_another_body_is_not_what_was_signed(spent: SpentCode) -> None:
    body = bytearray(bytes(spent.body))
    body[-1] ^= 1
    spent.body = bytes(body)

    assert not verify_evidence(spent).is_signed


def test_another_key_realm_or_counter_does_not_fit(spent: SpentCode, now: datetime) -> None:
    other: Device = make_phone(now=now).device()
    own, spent.device = spent.device, other
    assert (verify_evidence(spent).is_signed, verify_evidence(spent).is_its_own) == (False, False)

    spent.device, spent.counter = own, spent.counter + 1
    assert (verify_evidence(spent).is_signed, verify_evidence(spent).is_sound) == (True, False)


def test_what_is_no_body_at_all_proves_nothing(spent: SpentCode) -> None:
    spent.body = b"short"

    assert not verify_evidence(spent).is_sound
