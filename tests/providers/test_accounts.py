import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction
from pytest_django import Settings

from apps.audit.models import Record
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from apps.keys.errors import KeysUnavailable
from apps.providers.errors import InvalidProviderAccount, ProviderCodeTaken, UnknownProviderAccount
from apps.providers.models import ProviderAccount
from apps.providers.operations import change_provider_account, create_provider_account, set_enabled
from apps.providers.registry import breaker_for, connector_for, credential_of
from tests.providers import scripted

CREDENTIAL = "the bank knows us by this"
BANK = {"base_url": "https://bank.example:8443"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def bank(now: datetime, by: Actor) -> ProviderAccount:
    return create_provider_account(
        code="bank", name="Bank", connector="corebank", settings=BANK, credential=Secret(CREDENTIAL), by=by, now=now
    )


@pytest.fixture
def scripted_account(settings: Settings, now: datetime, by: Actor) -> ProviderAccount:
    scripted.reset()
    settings.CONNECTORS = {"scripted": "tests.providers.scripted.open_line"}
    return create_provider_account(
        code="s", name="S", connector="scripted", settings={}, credential=Secret("one"), by=by, now=now
    )


def test_the_credential_rests_sealed_and_opens_for_its_own_account_only(
    bank: ProviderAccount, now: datetime, by: Actor
) -> None:
    other = create_provider_account(
        code="other", name="O", connector="sandbox", settings={}, credential=Secret("theirs"), by=by, now=now
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(account::text, '') FROM providers_provideraccount account")
        (dump,) = cursor.fetchone()
    stolen = ProviderAccount(id=other.id, kek_id=bank.kek_id, nonce=bank.nonce)
    stolen.wrapped_credential = bank.wrapped_credential

    assert CREDENTIAL not in dump
    assert CREDENTIAL.encode().hex() not in dump
    assert credential_of(ProviderAccount.objects.get(id=bank.id)).reveal() == CREDENTIAL
    with pytest.raises(KeysUnavailable):
        credential_of(stolen)


@pytest.mark.parametrize(
    "wrong",
    [
        {"code": "Bank"},
        {"code": ""},
        {"code": "-bank"},
        {"code": "b" * 32},
        {"code": "bank\n"},
        {"name": " "},
        {"connector": "carrier-pigeon"},
        {"credential": Secret("")},
        {"settings": {}},
        {"settings": {"base_url": "ftp://bank.example"}},
        {"settings": {"base_url": "https://bank.example/api"}},
        {"settings": {"base_url": "https://bank.example:port"}},
        {"settings": {"base_url": "https://user:secret@bank.example"}},
        {"connector": "sandbox", "settings": {"currency": "XXX"}},
    ],
)
def test_an_account_that_could_not_be_called_is_refused(wrong: dict[str, object], now: datetime, by: Actor) -> None:
    fields: dict[str, object] = {"code": "bank", "name": "Bank", "connector": "corebank", "settings": BANK}
    with pytest.raises(InvalidProviderAccount):
        create_provider_account(**{**fields, "credential": Secret("c"), "by": by, "now": now} | wrong)  # type: ignore[arg-type]

    assert not ProviderAccount.objects.exists()
    assert not Record.objects.exists()


def test_a_code_is_taken_once(bank: ProviderAccount, now: datetime, by: Actor) -> None:
    with pytest.raises(ProviderCodeTaken):
        create_provider_account(
            code="bank", name="Another", connector="sandbox", settings={}, credential=Secret("c"), by=by, now=now
        )


def test_a_change_opens_a_new_line_and_closes_the_circuit(
    scripted_account: ProviderAccount, now: datetime, by: Actor
) -> None:
    line, breaker = connector_for(scripted_account), breaker_for(scripted_account)
    same_line = connector_for(ProviderAccount.objects.get())

    changed = change_provider_account(
        account_id=scripted_account.id, settings={"currency": "EUR"}, credential=Secret("two"), by=by, now=now
    )
    new_line = connector_for(changed)

    assert same_line is line
    assert new_line is not line
    assert breaker_for(changed) is not breaker
    assert scripted.opened[-1] == ({"currency": "EUR"}, "two")
    # A row read before the change does not bring the old line back.
    assert connector_for(scripted_account) is new_line


def test_a_change_to_what_is_there_changes_nothing(bank: ProviderAccount, now: datetime, by: Actor) -> None:
    again = change_provider_account(
        account_id=bank.id, settings=dict(BANK), credential=Secret(CREDENTIAL), by=by, now=now
    )

    assert (again.version, bytes(again.nonce)) == (1, bytes(bank.nonce))
    assert not Record.objects.filter(action="provider.changed").exists()


def test_a_change_says_in_the_trail_what_was_changed_and_not_to_what(
    bank: ProviderAccount, now: datetime, by: Actor
) -> None:
    change_provider_account(account_id=bank.id, settings=BANK, credential=Secret("new one"), by=by, now=now)

    (trace,) = Record.objects.filter(action="provider.changed")
    assert (trace.subject, trace.facts) == ("provider:bank", {"settings": False, "credential": True})


def test_of_many_threads_one_opens_the_line(scripted_account: ProviderAccount) -> None:
    with ThreadPoolExecutor(16) as pool:
        lines = set(pool.map(lambda _: id(connector_for(scripted_account)), range(32)))

    assert len(lines) == 1
    # Once to see at creation whether it can be opened, once to use it.
    assert len(scripted.opened) == 2


def test_switching_is_for_a_reason_and_leaves_one_trace(bank: ProviderAccount, now: datetime, by: Actor) -> None:
    for _ in range(2):
        set_enabled(account_id=bank.id, is_enabled=False, reason="bank is moving", by=by, now=now)
    off = ProviderAccount.objects.get()
    on = set_enabled(account_id=bank.id, is_enabled=True, reason="moved", by=by, now=now)

    assert (off.is_enabled, off.disabled_reason) == (False, "bank is moving")
    assert (on.is_enabled, on.disabled_reason) == (True, "")
    assert Record.objects.filter(action="provider.disabled", reason="bank is moving").count() == 1
    with pytest.raises(InvalidProviderAccount):
        set_enabled(account_id=bank.id, is_enabled=False, reason=" ", by=by, now=now)
    with pytest.raises(UnknownProviderAccount):
        set_enabled(account_id=uuid7(), is_enabled=False, reason="x", by=by, now=now)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE providers_provideraccount SET code = 'bench'",
        "UPDATE providers_provideraccount SET connector = 'sandbox'",
        "DELETE FROM providers_provideraccount",
    ],
)
def test_the_database_keeps_an_account_under_its_code(bank: ProviderAccount, statement: str) -> None:
    with pytest.raises(DatabaseError, match=r"never removed|keeps its code"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_refuses_a_bad_code_and_a_route_that_is_off_for_no_reason(bank: ProviderAccount) -> None:
    with pytest.raises(IntegrityError, match="provider_code_is_a_slug"), transaction.atomic():
        ProviderAccount.objects.create(
            code="a b",
            name="A",
            connector="sandbox",
            kek_id="k",
            nonce=b"",
            wrapped_credential=b"",
            created_at=bank.created_at,
        )
    with pytest.raises(IntegrityError, match="provider_is_off_for_a_reason"), transaction.atomic():
        ProviderAccount.objects.update(is_enabled=False)


def test_an_operator_opens_a_route_and_moves_it_by_one_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "client.key"
    key.write_text("first\n")

    def run(port: int, *more: str) -> dict[str, object]:
        call_command(
            "create_provider_account", "--code", "bank", "--connector", "corebank", "--base-url",
            f"http://127.0.0.1:{port}", "--credential-file", str(key), "--json", *more,
        )  # fmt: skip
        answer: dict[str, object] = json.loads(capsys.readouterr().out)
        return answer

    first, again, moved = run(4001), run(4001), run(4002)
    key.write_text("second\n")
    renewed = run(4002)

    assert [answer["version"] for answer in (first, again, moved, renewed)] == [1, 1, 2, 3]
    account = ProviderAccount.objects.get()
    assert (account.settings, credential_of(account).reveal()) == ({"base_url": "http://127.0.0.1:4002"}, "second")
    assert first["provider_account"] == "bank"


def test_the_command_switches_a_route_on_only_when_asked(
    bank: ProviderAccount, tmp_path: Path, now: datetime, by: Actor, capsys: pytest.CaptureFixture[str]
) -> None:
    key = tmp_path / "client.key"
    key.write_text(CREDENTIAL)
    set_enabled(account_id=bank.id, is_enabled=False, reason="credentials refused", by=by, now=now)
    arguments = ["create_provider_account", "--code", "bank", "--connector", "corebank", "--credential-file", str(key)]

    call_command(*arguments)
    still_off = ProviderAccount.objects.get().is_enabled
    call_command(*arguments, "--enable")

    assert not still_off
    assert ProviderAccount.objects.get().is_enabled
    assert CREDENTIAL not in capsys.readouterr().out


def test_a_mistyped_command_says_what_is_wrong_without_a_traceback(bank: ProviderAccount, tmp_path: Path) -> None:
    key = tmp_path / "client.key"
    key.write_text("k")
    with pytest.raises(CommandError, match="another connector is another account"):
        call_command(
            "create_provider_account", "--code", "bank", "--connector", "sandbox", "--credential-file", str(key)
        )
    with pytest.raises(CommandError, match="No such file"):
        call_command(
            "create_provider_account", "--code", "b", "--connector", "sandbox", "--credential-file", "/nowhere"
        )
    with pytest.raises(CommandError, match="base_url is missing"):
        call_command("create_provider_account", "--code", "b", "--connector", "corebank", "--credential-file", str(key))
