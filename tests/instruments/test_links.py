from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from apps.audit.models import Record
from apps.customers.models import Customer
from apps.customers.operations import move_customer
from apps.customers.states import CustomerStatus
from apps.instruments.errors import (
    CurrencyNotSupported,
    CustomerNotActive,
    HandlesExhausted,
    InvalidLinkParameters,
    LinkExpired,
    NoProvider,
    ProviderAway,
    TokenRefused,
    TokenUnusable,
    UnknownLink,
)
from apps.instruments.models import Instrument, InstrumentLink, Kind
from apps.instruments.operations import Link, complete_link, move_instrument, start_link
from apps.instruments.operations.links import LINK_LIFETIME
from apps.instruments.queries import instrument_token
from apps.instruments.states import InstrumentStatus
from apps.kernel.actors import Actor
from apps.kernel.errors import DomainError, Unavailable
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from apps.keys.errors import KeysUnavailable
from apps.providers.contract import ConfigError, Description, InstrumentDescription
from apps.providers.models import ProviderAccount, ProviderCall
from apps.providers.operations import set_enabled
from apps.providers.registry import connector_for

TOKEN = "act_Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MDEy"
Linking = Callable[[Customer, str], Instrument]

pytestmark = pytest.mark.django_db(transaction=True)


def start(customer: Customer, by: Actor, now: datetime, provider_code: str | None = None) -> Link:
    return start_link(customer_id=customer.id, kind=Kind.BANK_ACCOUNT, provider_code=provider_code, by=by, now=now)


def complete(started: Link, customer: Customer, by: Actor, now: datetime, **parameters: str) -> Instrument:
    return complete_link(link_id=started.id, customer_id=customer.id, parameters=parameters, by=by, now=now)


def describe_as(account: ProviderAccount, monkeypatch: pytest.MonkeyPatch, answer: Description | Exception) -> None:
    def describe(token: Secret[str], *, deadline_seconds: float) -> Description:
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(connector_for(account), "describe_instrument", describe)


def test_the_first_account_gets_handle_one_and_is_the_default(
    alice: Customer, link: Linking, bank: ProviderAccount, now: datetime
) -> None:
    first, second = link(alice, TOKEN), link(alice, "another")

    assert (first.handle, first.is_default, first.status, first.currency) == (1, True, "active", "CHF")
    assert (second.handle, second.is_default) == (2, False)
    assert (first.provider_account_id, first.kind) == (bank.id, "bank_account")
    assert first.label.startswith("Sandbox ...")
    assert Customer.objects.get(id=alice.id).established_at == now


def test_the_token_rests_sealed_for_its_row_and_customer_and_is_nowhere_else(
    alice: Customer, bob: Customer, link: Linking
) -> None:
    instrument, of_bob = link(alice, TOKEN), link(bob, TOKEN)
    tables = ["instruments_instrument", "instruments_instrumentlink", "audit_record", "providers_providercall"]
    dump = ""
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(f"SELECT string_agg(t::text, '') FROM {table} t")  # noqa: S608 -- our own names
            dump += cursor.fetchone()[0]
    stolen = Instrument(id=instrument.id, customer_id=bob.id, kek_id=instrument.kek_id, nonce=instrument.nonce)
    stolen.wrapped_token = instrument.wrapped_token

    assert TOKEN not in dump
    assert TOKEN.encode().hex() not in dump
    assert instrument_token(Instrument.objects.get(id=instrument.id)).reveal() == TOKEN
    # Nobody sees in the database that two customers share an account.
    assert bytes(instrument.token_digest) != bytes(of_bob.token_digest)
    with pytest.raises(KeysUnavailable):
        instrument_token(stolen)


def test_completed_twice_it_is_the_same_instrument(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime
) -> None:
    started = start(alice, by, now)

    first = complete(started, alice, by, now, account_token=TOKEN)
    second = complete(started, alice, by, now + timedelta(days=1), account_token="another")

    assert second.id == first.id
    assert Instrument.objects.count() == 1
    assert Record.objects.filter(action="instrument.linked").count() == 1


def test_a_token_linked_already_is_the_instrument_that_it_was(alice: Customer, link: Linking) -> None:
    first = link(alice, TOKEN)

    assert link(alice, TOKEN).id == first.id
    assert Record.objects.filter(action="instrument.linked_again", subject=first.public_id).count() == 1


def test_linking_anew_is_no_way_around_a_suspension(alice: Customer, link: Linking, by: Actor, now: datetime) -> None:
    first = link(alice, TOKEN)
    move_instrument(
        instrument_id=first.id, customer_id=alice.id, to=InstrumentStatus.SUSPENDED, reason="fraud", by=by, now=now
    )

    again = link(alice, TOKEN)

    assert (again.id, again.status) == (first.id, "suspended")


def test_a_removed_account_linked_anew_gets_a_new_handle(
    alice: Customer, link: Linking, by: Actor, now: datetime
) -> None:
    first = link(alice, TOKEN)
    move_instrument(
        instrument_id=first.id, customer_id=alice.id, to=InstrumentStatus.REMOVED, reason="", by=by, now=now
    )

    again = link(alice, TOKEN)

    assert (again.handle, again.is_default) == (2, True)


def test_a_token_is_recognised_after_the_secret_key_was_changed(
    alice: Customer, link: Linking, settings: Settings
) -> None:
    first = link(alice, TOKEN)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "the next one"

    assert link(alice, TOKEN).id == first.id


def test_ten_links_that_come_back_at_once_get_ten_handles(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime
) -> None:
    links = [start(alice, by, now) for _ in range(10)]

    def finish(place: int) -> tuple[int, bool]:
        try:
            instrument = complete(links[place], alice, by, now, account_token=f"token-{place}")
            return instrument.handle, instrument.is_default
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        results = sorted(pool.map(finish, range(10)))

    assert [handle for handle, _ in results] == list(range(1, 11))
    assert sum(is_default for _, is_default in results) == 1


def test_one_link_completed_ten_times_at_once_is_one_instrument(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime
) -> None:
    started = start(alice, by, now)

    def finish(_: int) -> object:
        try:
            return complete(started, alice, by, now, account_token=TOKEN).id
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        assert len(set(pool.map(finish, range(10)))) == 1


@pytest.mark.parametrize(
    ("token", "error", "code"),
    [
        ("unknown-1", TokenRefused, "instrument_unknown_to_provider"),
        ("blocked-1", TokenUnusable, "instrument_unusable"),
        ("away-1", ProviderAway, "provider_unavailable"),
        ("silent-1", ProviderAway, "provider_unavailable"),
        ("", InvalidLinkParameters, "invalid_link_parameters"),
        ("a\x00b", InvalidLinkParameters, "invalid_link_parameters"),
        ("x" * 513, InvalidLinkParameters, "invalid_link_parameters"),
    ],
)
def test_what_cannot_pay_is_not_linked_and_the_link_stays_open(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime, token: str, error: type[DomainError], code: str
) -> None:
    started = start(alice, by, now)

    with pytest.raises(error) as refusal:
        complete(started, alice, by, now, account_token=token)

    assert refusal.value.code == code
    assert not Instrument.objects.exists()
    assert Customer.objects.get(id=alice.id).established_at is None
    assert complete(started, alice, by, now, account_token=TOKEN).handle == 1


def test_every_question_to_the_provider_is_in_the_call_log(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime
) -> None:
    started = start(alice, by, now)
    with pytest.raises(TokenRefused):
        complete(started, alice, by, now, account_token="unknown-1")
    complete(started, alice, by, now, account_token=TOKEN)

    rows = ProviderCall.objects.order_by("at", "id").values_list("reference", "outcome")
    assert list(rows) == [(f"link-{started.id}", "declined"), (f"link-{started.id}", "approved")]


def test_a_provider_that_rejects_us_is_away_for_the_customer(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    started = start(alice, by, now)
    describe_as(bank, monkeypatch, ConfigError("HTTP 401"))

    with pytest.raises(Unavailable):
        complete(started, alice, by, now, account_token=TOKEN)

    assert ProviderCall.objects.get().outcome == "config_error"
    assert not ProviderAccount.objects.get().is_enabled


def test_an_account_number_in_a_label_and_a_strange_currency_go_no_further(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    described = InstrumentDescription("Visa 4242 4242 4242 4242", "CHF", is_usable=True)
    describe_as(bank, monkeypatch, described)
    instrument = complete(start(alice, by, now), alice, by, now, account_token="a")
    describe_as(bank, monkeypatch, InstrumentDescription("Bank ...1", "SEK", is_usable=True))

    with pytest.raises(CurrencyNotSupported):
        complete(start(alice, by, now), alice, by, now, account_token="b")
    assert instrument.label == "Visa ...4242"


def test_a_link_is_its_customers_and_ends(
    alice: Customer, bob: Customer, bank: ProviderAccount, by: Actor, now: datetime
) -> None:
    started = start(alice, by, now)

    with pytest.raises(UnknownLink):
        complete(started, bob, by, now, account_token=TOKEN)
    with pytest.raises(LinkExpired):
        complete(started, alice, by, now + LINK_LIFETIME, account_token=TOKEN)
    with pytest.raises(UnknownLink):
        complete_link(link_id=uuid7(), customer_id=alice.id, parameters={"account_token": TOKEN}, by=by, now=now)
    assert started.expires_at == now + timedelta(minutes=30)


def test_a_provider_without_a_page_sends_nobody_anywhere(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime
) -> None:
    assert start(alice, by, now).link_url == ""


def test_a_link_is_completed_by_the_device_that_began_it(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime
) -> None:
    started = start(alice, Actor("device", "dev_1"), now)

    with pytest.raises(UnknownLink):
        complete(started, alice, Actor("device", "dev_2"), now, account_token=TOKEN)
    assert complete(started, alice, Actor("device", "dev_1"), now, account_token=TOKEN).handle == 1


def test_a_link_leads_to_a_provider_that_is_switched_on(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime
) -> None:
    with pytest.raises(NoProvider):
        start(alice, by, now, "elsewhere")
    set_enabled(account_id=bank.id, is_enabled=False, reason="moving", by=by, now=now)
    for code in ("bank", None):
        with pytest.raises(NoProvider):
            start(alice, by, now, code)

    assert not InstrumentLink.objects.exists()


def test_nobody_links_an_account_at_the_training_provider(
    alice: Customer, bank: ProviderAccount, settings: Settings, by: Actor, now: datetime
) -> None:
    settings.TRAINING_PROVIDER = bank.code

    for code in ("bank", None):
        with pytest.raises(NoProvider):
            start(alice, by, now, code)


def test_a_customer_who_was_frozen_on_the_way_links_nothing(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime
) -> None:
    started = start(alice, by, now)
    move_customer(customer_id=alice.id, to=CustomerStatus.FROZEN, reason="stolen", by=by, now=now)

    with pytest.raises(CustomerNotActive):
        complete(started, alice, by, now, account_token=TOKEN)
    with pytest.raises(CustomerNotActive):
        start(alice, by, now)


def test_the_256th_account_is_refused_because_no_handle_comes_back(
    alice: Customer, link: Linking, by: Actor, now: datetime
) -> None:
    first = link(alice, TOKEN)
    fields = {field.attname: getattr(first, field.attname) for field in Instrument._meta.concrete_fields}
    Instrument.objects.create(
        **fields
        | {
            "id": uuid7(),
            "handle": 255,
            "is_default": False,
            "token_digest": b"255",
            "status": "removed",
            "removed_at": now,
        }
    )

    with pytest.raises(HandlesExhausted) as refusal:
        link(alice, "another")

    assert refusal.value.code == "handles_exhausted"
    assert link(alice, TOKEN).id == first.id


def test_a_link_is_never_completed_inside_a_transaction(
    alice: Customer, bank: ProviderAccount, by: Actor, now: datetime
) -> None:
    started = start(alice, by, now)

    with pytest.raises(RuntimeError), transaction.atomic():
        complete(started, alice, by, now, account_token=TOKEN)


def test_the_database_completes_a_link_once(alice: Customer, bob: Customer, link: Linking) -> None:
    link(alice, TOKEN)
    for statement in (
        "SET completed_at = now()",
        f"SET customer_id = '{bob.id}'",
        "SET instrument_id = NULL",
        "SET refused_at = now()",
        "SET begun_by = 'device:dev_1'",
    ):
        with pytest.raises(DatabaseError, match="completed once"), connection.cursor() as cursor:
            cursor.execute(f"UPDATE instruments_instrumentlink {statement}")
