import json
from datetime import datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from pytest_django import Settings

from apps.demo.operations import seed_bank, seed_customers, seed_retailer
from apps.demo.retailer import CUSTOMERS, LEGAL_NAME
from apps.devices.models import ActivationCode, ActivationSource
from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.keys.operations import create_missing_keys
from apps.merchants.models import Merchant, Store, Till
from apps.merchants.queries import till_key_for
from apps.operators.roles import Role
from apps.providers.models import ProviderAccount
from apps.providers.registry import credential_of

BANK = "http://127.0.0.1:8002"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def now() -> datetime:
    return timezone.now()


@pytest.fixture
def key_file(tmp_path: Path) -> Path:
    path = tmp_path / "bank.key"
    path.write_text("the bank knows us by this\n")
    return path


@pytest.fixture(autouse=True)
def demo(settings: Settings) -> None:
    settings.DEMO = True
    settings.OUTBOX_DOORBELL = ""


def seed(*options: str) -> dict[str, Any]:
    out = StringIO()
    call_command("seed_demo", "--json", *options, stdout=out)
    printed: dict[str, Any] = json.loads(out.getvalue())
    return printed


def test_prints_all_that_a_demo_needs(key_file: Path, now: datetime) -> None:
    create_missing_keys(now=now, by=Actor("system", "test"))

    printed = seed("--bank-url", BANK, "--bank-key-file", str(key_file))

    assert printed.keys() == {"tills", "activation_codes", "customers", "logins", "realm_root"}
    assert {till["mode"] for till in printed["tills"]} == {"live", "test"}
    assert all(till_key_for(till["key"], now=now) is not None for till in printed["tills"])
    assert [customer["email"] for customer in printed["customers"]] == [plan.email for plan in CUSTOMERS]
    assert printed["activation_codes"] == [customer["activation_code"] for customer in printed["customers"]]
    assert [login["role"] for login in printed["logins"]] == list(Role)
    assert len(printed["realm_root"]) == 87


def test_a_second_run_finds_everything_and_changes_nothing(key_file: Path, tmp_path: Path) -> None:
    options = ("--bank-url", BANK, "--bank-key-file", str(key_file), "--known", str(tmp_path / "card.json"))
    first = seed(*options)
    (tmp_path / "card.json").write_text(json.dumps(first))
    counts = [model.objects.count() for model in (Store, Till, ActivationCode, ProviderAccount)]
    version = ProviderAccount.objects.get(code="bank").version

    assert seed(*options) == first

    assert [model.objects.count() for model in (Store, Till, ActivationCode, ProviderAccount)] == counts
    assert Merchant.objects.filter(legal_name=LEGAL_NAME).count() == 1
    assert ProviderAccount.objects.get(code="bank").version == version


def test_without_the_card_everybody_gets_new_keys_and_the_old_ones_end(now: datetime) -> None:
    (first, *_) = seed_retailer(known_keys={}, now=now)
    before = seed_customers(known_codes=(), now=now)

    (second, *_) = seed_retailer(known_keys={}, now=now)
    after = seed_customers(known_codes=(), now=now)

    assert till_key_for(first.key.reveal(), now=now) is None
    assert till_key_for(second.key.reveal(), now=now) is not None
    assert {customer.activation_code.reveal() for customer in before}.isdisjoint(
        customer.activation_code.reveal() for customer in after
    )
    assert ActivationCode.objects.filter(revoked_at=None).count() == len(CUSTOMERS)


def test_letters_bring_activation_codes(now: datetime) -> None:
    seed_customers(known_codes=(), now=now)

    assert set(ActivationCode.objects.values_list("source", flat=True)) == {ActivationSource.LETTER}


@pytest.mark.parametrize("change", ["used_at", "revoked_at", "expires_at"])
def test_only_a_code_that_no_longer_works_is_renewed(now: datetime, change: str) -> None:
    known = [customer.activation_code.reveal() for customer in seed_customers(known_codes=(), now=now)]
    moment = now + timedelta(hours=1) if change == "expires_at" else now
    ActivationCode.objects.filter(lookup=known[1][:6]).update(**{change: moment})

    renewed = [customer.activation_code.reveal() for customer in seed_customers(known_codes=known, now=now)]

    assert [before == after for before, after in zip(known, renewed, strict=True)] == [True, False, True]
    assert renewed[1] not in known


def test_a_bank_that_moved_is_known_at_its_new_address(now: datetime) -> None:
    seed_bank(base_url=BANK, credential=Secret("first key"), now=now)

    seed_bank(base_url="http://127.0.0.1:9002", credential=Secret("second key"), now=now)

    bank = ProviderAccount.objects.get(code="bank")
    assert bank.settings == {"base_url": "http://127.0.0.1:9002"}
    assert credential_of(bank).reveal() == "second key"
    assert set(ProviderAccount.objects.values_list("code", "connector")) == {
        ("bank", "corebank"),
        ("sandbox", "sandbox"),
    }


def test_hands_out_nothing_where_it_is_no_demo(settings: Settings) -> None:
    settings.DEMO = False

    with pytest.raises(CommandError, match="DEMO=1"):
        seed()

    assert not Merchant.objects.exists()


@pytest.mark.parametrize("text", ["", "[]", '{"tills": []}', '{"tills": [{"id": 1}], "activation_codes": []}'])
def test_a_card_that_is_none_is_named_and_kept(tmp_path: Path, text: str) -> None:
    card = tmp_path / "card.json"
    card.write_text(text)

    with pytest.raises(CommandError, match=r"card\.json"):
        seed("--known", str(card))

    assert card.read_text() == text


def test_a_bank_needs_a_key_that_can_be_read(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="--bank-key-file"):
        seed("--bank-url", BANK)
    with pytest.raises(CommandError, match="cannot be read"):
        seed("--bank-url", BANK, "--bank-key-file", str(tmp_path / "nowhere"))
