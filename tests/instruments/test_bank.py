"""From the operator's command to a hold at the bank: the whole line, with the bank and its page as a process."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from pytest_django import Settings

from apps.audit.models import Record
from apps.customers.models import Customer
from apps.instruments.errors import (
    CodeRefused,
    InvalidLinkParameters,
    LinkExpired,
    LinkRefused,
    NoProvider,
    ProviderAway,
    TokenUnusable,
    UnknownLink,
)
from apps.instruments.models import Instrument, InstrumentLink, Kind
from apps.instruments.operations import Link, complete_link, start_link
from apps.instruments.operations.links import LINK_LIFETIME
from apps.instruments.queries import instrument_token, payable
from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError
from apps.kernel.money import Money
from apps.providers.contract import Approved, Authorise
from apps.providers.models import ProviderAccount, ProviderCall
from apps.providers.operations import call_provider
from simulators.bank_customer import Login, decide
from tests.simulators.bank_process import BankProcess

pytestmark = pytest.mark.django_db(transaction=True)

RETURN = "https://shop.example/wallet/linked"


@pytest.fixture
def bank_core(tmp_path: Path, settings: Settings) -> Iterator[BankProcess]:
    settings.LINK_RETURN_URL = RETURN
    process = BankProcess(tmp_path / "bank", ("--page-port", "0")).start()
    process.register(RETURN)
    call_command(
        "create_provider_account", "--code", "bank", "--connector", "corebank", "--base-url",
        f"http://127.0.0.1:{process.port}", "--credential-file", str(process.directory / "client.key"), "--json",
    )  # fmt: skip
    yield process
    process.kill()


@pytest.fixture
def token(bank_core: BankProcess) -> str:
    """Return the administrator's token of Alice's account; the one that links is another."""
    return bank_core.open_account(2_000)


@pytest.fixture
def login(bank_core: BankProcess, token: str) -> Login:
    return bank_core.open_contract(token)


def start(customer: Customer, by: Actor, now: datetime) -> Link:
    return start_link(customer_id=customer.id, kind=Kind.BANK_ACCOUNT, provider_code="bank", by=by, now=now)


def complete(started: Link, customer: Customer, by: Actor, now: datetime, **back: str) -> Instrument:
    return complete_link(link_id=started.id, customer_id=customer.id, parameters=back, by=by, now=now)


def test_an_account_linked_at_the_bank_s_page_pays(
    alice: Customer, bank_core: BankProcess, token: str, login: Login, by: Actor, now: datetime
) -> None:
    started = start(alice, by, now)
    complete(started, alice, by, now, **decide(started.link_url, login))

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


def test_the_account_number_state_and_code_are_kept_nowhere(
    alice: Customer, bank_core: BankProcess, token: str, login: Login, by: Actor, now: datetime
) -> None:
    started = start(alice, by, now)
    back = decide(started.link_url, login)
    instrument = complete(started, alice, by, now, **back)
    dump = ""
    with connection.cursor() as cursor:
        for table in ("instruments_instrument", "instruments_instrumentlink", "audit_record", "providers_providercall"):
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")  # noqa: S608 -- our own names
            dump += cursor.fetchone()[0]

    for secret in (
        bank_core.account(token)["iban"],
        back["state"],
        back["code"],
        instrument_token(instrument).reveal(),
    ):
        assert secret not in dump
        assert secret.encode().hex() not in dump
    assert instrument.consent.startswith("cns_")


def test_completed_twice_and_linked_again_it_is_one_instrument(
    alice: Customer, bank_core: BankProcess, login: Login, by: Actor, now: datetime
) -> None:
    started, again = start(alice, by, now), start(alice, by, now)
    back = decide(started.link_url, login)

    first = complete(started, alice, by, now, **back)
    assert complete(started, alice, by, now, **back).id == first.id
    assert complete(again, alice, by, now, **decide(again.link_url, login)).id == first.id
    assert Instrument.objects.count() == 1


def test_whoever_says_no_at_the_bank_is_told_so_and_may_begin_again(
    alice: Customer, bank_core: BankProcess, login: Login, by: Actor, now: datetime
) -> None:
    started = start(alice, by, now)
    back = decide(started.link_url, login, is_yes=False)

    for _ in range(2):
        with pytest.raises(LinkRefused, match="nothing was linked"):
            complete(started, alice, by, now, **back)
    assert Record.objects.filter(action="instrument.link_refused").count() == 1
    another = start(alice, by, now)
    assert complete(another, alice, by, now, **decide(another.link_url, login)).handle == 1


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"state": "another"}, InvalidLinkParameters),
        ({"state": ""}, InvalidLinkParameters),
        ({"state": "\ud800"}, InvalidLinkParameters),
        ({"code": ""}, InvalidLinkParameters),
        ({"code": "a\nb"}, InvalidLinkParameters),
        ({"code": "x" * 600}, InvalidLinkParameters),
        ({"account_token": "act_of_somebody_else"}, InvalidLinkParameters),
        ({"code": "wrong"}, CodeRefused),
        ({"code": "falsch-ö"}, CodeRefused),
        ({"code": "x" * 200}, CodeRefused),
        ({"error": "server_error"}, ProviderAway),
    ],
)
def test_what_is_not_what_the_bank_sent_back_links_nothing(
    alice: Customer,
    bank_core: BankProcess,
    login: Login,
    by: Actor,
    now: datetime,
    changed: dict[str, str],
    error: type[DomainError],
) -> None:
    started = start(alice, by, now)
    back = decide(started.link_url, login)

    with pytest.raises(error):
        complete(started, alice, by, now, **back | changed)

    assert not Instrument.objects.exists()
    assert ProviderAccount.objects.get().is_enabled
    assert complete(started, alice, by, now, **back).handle == 1


def test_a_code_is_no_good_on_another_link_or_for_another_customer(
    alice: Customer, bob: Customer, bank_core: BankProcess, login: Login, by: Actor, now: datetime
) -> None:
    first, second, of_bob = start(alice, by, now), start(alice, by, now), start(bob, by, now)
    back, other = decide(first.link_url, login), decide(second.link_url, login)

    with pytest.raises(InvalidLinkParameters):
        complete(second, alice, by, now, **back)
    with pytest.raises(CodeRefused):
        complete(second, alice, by, now, state=other["state"], code=back["code"])
    with pytest.raises(UnknownLink):
        complete(first, bob, by, now, **back)
    with pytest.raises(InvalidLinkParameters):
        complete(of_bob, bob, by, now, **back)
    assert complete(first, alice, by, now, **back).handle == 1


def test_the_device_that_began_is_the_one_that_completes(
    alice: Customer, bank_core: BankProcess, login: Login, by: Actor, now: datetime
) -> None:
    started = start(alice, Actor("device", "dev_1"), now)
    back = decide(started.link_url, login)

    with pytest.raises(UnknownLink):
        complete(started, alice, Actor("device", "dev_2"), now, **back)
    with pytest.raises(LinkExpired):
        complete(started, alice, Actor("device", "dev_1"), now + LINK_LIFETIME, **back)
    assert complete(started, alice, Actor("device", "dev_1"), now, **back).handle == 1


@pytest.mark.parametrize("kind", ["drop_after", "garbage", "half_body", "error_500"])
def test_a_lost_answer_to_the_code_costs_nothing(
    alice: Customer, bank_core: BankProcess, login: Login, by: Actor, now: datetime, kind: str
) -> None:
    started = start(alice, by, now)
    back = decide(started.link_url, login)
    bank_core.order(on="redemption", kind=kind)

    with pytest.raises(ProviderAway):
        complete(started, alice, by, now, **back)

    assert complete(started, alice, by, now, **back).handle == 1
    outcomes = ProviderCall.objects.filter(verb="redeem_link").order_by("at").values_list("outcome", flat=True)
    assert list(outcomes) == ["unknown", "approved"]


def test_a_bank_that_lies_about_the_account_links_nothing(
    alice: Customer, bank_core: BankProcess, login: Login, by: Actor, now: datetime
) -> None:
    started = start(alice, by, now)
    back = decide(started.link_url, login)
    bank_core.order(on="redemption", kind="lie_id")

    with pytest.raises(ProviderAway):
        complete(started, alice, by, now, **back)
    assert not Instrument.objects.exists()


def test_an_account_that_was_blocked_on_the_way_is_not_linked(
    alice: Customer, bank_core: BankProcess, token: str, login: Login, by: Actor, now: datetime
) -> None:
    started = start(alice, by, now)
    back = decide(started.link_url, login)
    bank_core.call("POST", f"/v1/admin/accounts/{token}/status", {"status": "blocked"})

    with pytest.raises(TokenUnusable):
        complete(started, alice, by, now, **back)


def test_a_bank_that_is_away_or_does_not_know_our_page_costs_nobody_the_route(
    alice: Customer, bank_core: BankProcess, by: Actor, now: datetime, settings: Settings
) -> None:
    settings.LINK_RETURN_URL = "https://shop.example/elsewhere"
    with pytest.raises(ProviderAway):
        start(alice, by, now)
    settings.LINK_RETURN_URL = ""
    with pytest.raises(NoProvider):
        start(alice, by, now)
    settings.LINK_RETURN_URL = RETURN
    bank_core.kill()
    with pytest.raises(ProviderAway):
        start(alice, by, now)

    assert ProviderAccount.objects.get().is_enabled
    assert InstrumentLink.objects.filter(completed_at=None).count() == 3
