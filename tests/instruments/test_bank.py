"""From the operator's command to a hold at the bank: the whole line, with the bank as a process of its own."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command

from apps.customers.models import Customer
from apps.instruments.errors import ProviderAway, TokenRefused, TokenUnusable
from apps.instruments.models import Instrument, Kind
from apps.instruments.operations import complete_link, start_link
from apps.instruments.queries import instrument_token, payable
from apps.kernel.actors import Actor
from apps.kernel.money import Money
from apps.providers.contract import Approved, Authorise
from apps.providers.models import ProviderAccount
from apps.providers.operations import call_provider
from tests.simulators.bank_process import BankProcess

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bank_core(tmp_path: Path) -> Iterator[BankProcess]:
    process = BankProcess(tmp_path / "bank").start()
    call_command(
        "create_provider_account", "--code", "bank", "--connector", "corebank", "--base-url",
        f"http://127.0.0.1:{process.port}", "--credential-file", str(process.directory / "client.key"), "--json",
    )  # fmt: skip
    yield process
    process.kill()


def link(customer: Customer, token: str, by: Actor, now: datetime) -> Instrument:
    started = start_link(customer_id=customer.id, kind=Kind.BANK_ACCOUNT, provider_code="bank", by=by, now=now)
    return complete_link(
        link_id=started.id, customer_id=customer.id, parameters={"account_token": token}, by=by, now=now
    )


def test_an_account_linked_at_the_bank_pays(alice: Customer, bank_core: BankProcess, by: Actor, now: datetime) -> None:
    token = bank_core.open_account(2_000)
    link(alice, token, by, now)

    instrument = payable(alice.id, 0, now=now)
    assert instrument is not None
    request = Authorise(
        reference="pay-1",
        deadline_seconds=4,
        amount=Money(1295, "CHF"),
        instrument_token=instrument_token(instrument),
        merchant="Dorfladen AG",
        expires_at=now + timedelta(days=7),
    )
    called = call_provider(account=instrument.provider_account, request=request)

    assert isinstance(called.outcome, Approved)
    assert instrument.label == f"Bank ...{bank_core.account(token)['iban'][-4:]}"
    assert bank_core.account(token)["available"] == 705


def test_the_bank_has_the_last_word_on_what_is_linked(
    alice: Customer, bank_core: BankProcess, by: Actor, now: datetime
) -> None:
    with pytest.raises(TokenRefused):
        link(alice, "act_nobody", by, now)
    # A text that can be no token is the customer's mistake; it must not cost everybody the route.
    with pytest.raises(TokenRefused):
        link(alice, "no token at all", by, now)
    with pytest.raises(TokenUnusable):
        link(alice, bank_core.open_account(1, status="blocked"), by, now)
    token = bank_core.open_account(1)
    bank_core.kill()
    with pytest.raises(ProviderAway):
        link(alice, token, by, now)

    assert ProviderAccount.objects.get().is_enabled
    assert not Instrument.objects.exists()
