"""What a merchant demands of its tills besides their key."""

import json
from datetime import datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction
from django.utils import timezone

from apps.audit.models import Record
from apps.kernel.ids import uuid7
from apps.merchants.errors import TillsLockedOut, UnknownMerchant
from apps.merchants.models import Merchant, Mode, Till, TillProof
from apps.merchants.operations import (
    create_till,
    issue_till_key,
    register_certificate,
    register_signing_key,
    require_till_proof,
    revoke_till_keys,
)
from tests.merchants import credentials
from tests.shop import STAFF, Shop, make_shop

DAY = timedelta(days=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def shop(now: datetime) -> Shop:
    """A shop with two tills in use."""
    shop = make_shop(now=now)
    issue(shop.till, now)
    return shop


@pytest.fixture
def till_2(shop: Shop, now: datetime) -> Till:
    till = create_till(store_id=shop.store.id, name="Kasse 2", by=STAFF, now=now)
    issue(till, now)
    return till


def issue(till: Till, now: datetime) -> None:
    issue_till_key(till_id=till.id, mode=Mode.LIVE, overlap=DAY, by=STAFF, now=now)


def sign(till: Till, now: datetime) -> None:
    request = credentials.request_for(till.public_id, credentials.new_key())
    register_signing_key(till_id=till.id, request=request, overlap=DAY, by=STAFF, now=now)


def show(till: Till, now: datetime) -> None:
    certificate = credentials.pem(credentials.certificate_for(credentials.new_key()))
    register_certificate(till_id=till.id, certificate=certificate, overlap=DAY, by=STAFF, now=now)


def require(shop: Shop, proof: TillProof, now: datetime, *, locks_out: bool = False) -> Merchant:
    return require_till_proof(merchant_id=shop.merchant.id, proof=proof, locks_out=locks_out, by=STAFF, now=now)


def demanded(shop: Shop) -> str:
    return Merchant.objects.get(id=shop.merchant.id).till_proof


def test_a_new_merchant_demands_the_key_alone(shop: Shop) -> None:
    assert demanded(shop) == TillProof.KEY


def test_tills_that_have_nothing_registered_are_named_and_nothing_changes(
    shop: Shop, till_2: Till, now: datetime
) -> None:
    sign(till_2, now)

    with pytest.raises(TillsLockedOut, match=shop.till.public_id) as refused:
        require(shop, TillProof.SIGNED, now)

    assert refused.value.facts["tills"] == [shop.till.public_id]
    assert demanded(shop) == TillProof.KEY
    assert not Record.objects.filter(action="merchant.till_proof_required").exists()


@pytest.mark.parametrize(
    ("proof", "registered"),
    [(TillProof.SIGNED, (sign,)), (TillProof.CERTIFICATE, (show,)), (TillProof.BOTH, (sign, show))],
)
def test_every_till_needs_what_is_demanded_and_no_more(  # type: ignore[no-untyped-def]
    proof: TillProof, registered, shop: Shop, now: datetime
) -> None:
    for register in registered:
        with pytest.raises(TillsLockedOut):
            require(shop, proof, now)
        register(shop.till, now)

    assert require(shop, proof, now).till_proof == demanded(shop) == proof


def test_tills_that_nobody_uses_are_not_locked_out(shop: Shop, till_2: Till, now: datetime) -> None:
    sign(shop.till, now)
    revoke_till_keys(till_id=till_2.id, reason="lost", by=STAFF, now=now)
    closed = create_till(store_id=shop.store.id, name="Kasse 3", by=STAFF, now=now)
    issue(closed, now)
    Till.objects.filter(id=closed.id).update(closed_at=now)
    issue(make_shop(now=now).till, now)

    assert require(shop, TillProof.SIGNED, now).till_proof == TillProof.SIGNED


def test_whoever_means_it_locks_them_out_and_the_trail_says_whom(shop: Shop, now: datetime) -> None:
    for _ in range(2):
        require(shop, TillProof.BOTH, now, locks_out=True)

    kept = Record.objects.get(action="merchant.till_proof_required")
    assert kept.facts == {"from": "key", "to": "both", "locked_out": [shop.till.public_id]}


def test_the_key_alone_is_always_enough_to_go_back_to(shop: Shop, now: datetime) -> None:
    require(shop, TillProof.BOTH, now, locks_out=True)

    assert require(shop, TillProof.KEY, now).till_proof == demanded(shop) == TillProof.KEY


def test_nobody_demands_anything_for_a_merchant_that_is_none(now: datetime) -> None:
    with pytest.raises(UnknownMerchant):
        require_till_proof(merchant_id=uuid7(), proof=TillProof.KEY, by=STAFF, now=now)


def test_the_database_refuses_a_demand_that_it_does_not_know(shop: Shop) -> None:
    with pytest.raises(IntegrityError, match="merchant_till_proof_is_known"), transaction.atomic():
        Merchant.objects.update(till_proof="password")


def test_an_operator_demands_it_by_command(shop: Shop, now: datetime, capsys: pytest.CaptureFixture[str]) -> None:
    merchant, till = shop.merchant.public_id, shop.till.public_id

    with pytest.raises(CommandError, match=till):
        call_command("require_till_proof", merchant, "signed")
    call_command("require_till_proof", merchant, "signed", "--force", "--json")
    assert json.loads(capsys.readouterr().out) == {"merchant": merchant, "proof": "signed", "locked_out": [till]}
    sign(shop.till, now)
    call_command("require_till_proof", merchant, "signed", "--json")
    assert json.loads(capsys.readouterr().out)["locked_out"] == []
    call_command("require_till_proof", merchant, "key")
    assert "must present: key" in capsys.readouterr().out
    with pytest.raises(CommandError, match="no such merchant"):
        call_command("require_till_proof", "mer_00000000000000000000000000", "key")
