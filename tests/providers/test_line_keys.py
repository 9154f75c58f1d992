"""Our keys on a line: sealed, exchanged, rotated without a lost payment, watched until they end."""

import json
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.audit.models import Record
from apps.cases.models import Case
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from apps.keys.errors import KeysUnavailable
from apps.outbox.models import Message
from apps.providers.contract import Approved, Authorise, NotSent
from apps.providers.errors import (
    InvalidLineCertificate,
    InvalidProviderAccount,
    LastLineKey,
    LineKeyInUse,
    UnknownLineKey,
)
from apps.providers.models import LineKey, LinePurpose, ProviderAccount
from apps.providers.operations import (
    LineRequest,
    add_line_key,
    call_provider,
    create_provider_account,
    install_line_keys,
    look_at_servers,
    request_line_keys,
    retire_line_key,
    retire_older_line_keys,
    trust_provider,
    use_certificate,
    use_signing_key,
    watch_certificates,
)
from apps.providers.queries import expiring_line_keys, own_keys, private_line_key, usable_line_keys, waiting_line_keys
from apps.providers.tasks import watch_certificates as watch_certificates_daily
from tests.providers.certificates import CLIENT, Authority
from tests.providers.lines import client_key, secured_bank
from tests.providers.test_tls import authorisation
from tests.simulators.bank_process import BankProcess

pytestmark = pytest.mark.django_db(transaction=True)

YEAR = timedelta(days=365)


@pytest.fixture(scope="module")
def bank_core(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BankProcess]:
    with secured_bank(tmp_path_factory.mktemp("bank")) as bank:
        yield bank


@pytest.fixture
def account(bank_core: BankProcess, now: datetime, by: Actor) -> ProviderAccount:
    return create_provider_account(
        code="bank",
        name="Bank",
        connector="corebank",
        settings={"base_url": bank_core.line_url},
        credential=client_key(bank_core),
        by=by,
        now=now,
    )


def enrolled(bank: BankProcess, asked: LineRequest) -> dict[str, Any]:
    """Let the bank take what we ask for, and return its answer."""
    fields = {"name": "mpayment", "csr": asked.csr, "signing_keys": dict(asked.signing_keys)}
    status, answer = bank.call("POST", "/v1/admin/clients", fields)
    assert status == 201, answer
    return answer


def exchange(bank: BankProcess, account: ProviderAccount, by: Actor, *, renew: bool = False) -> None:
    """Do all that an operator does to open a line, or to change our keys on it."""
    now = datetime.now(UTC)
    answer = enrolled(bank, request_line_keys(account_id=account.id, renew=renew, by=by, now=now))
    trust(account, answer, by)
    install_line_keys(
        account_id=account.id,
        certificate=answer["certificate"],
        accepted=answer["accepted"],
        lifetime=YEAR,
        by=by,
        now=now,
    )


def trust(account: ProviderAccount, answer: dict[str, Any], by: Actor) -> None:
    line = {member: answer[member] for member in ("ca", "pins", "signing_keys")}
    trust_provider(account_id=account.id, line=line, by=by, now=datetime.now(UTC))


def pay(bank: BankProcess, token: str | None = None) -> object:
    account = ProviderAccount.objects.get(code="bank")
    request: Authorise = authorisation(token or bank.open_account())
    return call_provider(account=account, request=request).outcome


def test_an_account_without_keys_sends_nothing_and_pays_once_they_are_exchanged(
    bank_core: BankProcess, account: ProviderAccount, by: Actor
) -> None:
    before = pay(bank_core)

    exchange(bank_core, account, by)

    assert isinstance(before, NotSent)
    assert isinstance(pay(bank_core), Approved)


def test_private_keys_rest_sealed_and_open_for_their_own_row_only(
    account: ProviderAccount, now: datetime, by: Actor
) -> None:
    key = add_line_key(account_id=account.id, purpose=LinePurpose.SIGNING, by=by, now=now)
    other = add_line_key(account_id=account.id, purpose=LinePurpose.TLS, by=by, now=now)
    private_key = private_line_key(LineKey.objects.get(id=key.id)).reveal()
    scalar = private_key.private_numbers().private_value.to_bytes(32)

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(key::text, '') FROM providers_linekey key")
        (dump,) = cursor.fetchone()

    assert scalar.hex() not in dump
    assert private_key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption()).hex() not in dump
    other.kek_id, other.nonce, other.wrapped_private_key = key.kek_id, key.nonce, key.wrapped_private_key
    with pytest.raises(KeysUnavailable):
        private_line_key(other)


def test_a_key_waits_until_the_provider_has_taken_it(
    bank_core: BankProcess, account: ProviderAccount, by: Actor, now: datetime
) -> None:
    exchange(bank_core, account, by)
    in_use = [key.key_id for key in own_keys(account.id).signing]

    asked = request_line_keys(account_id=account.id, renew=True, by=by, now=now)
    # The bank's own rotation meanwhile: its answer names no key of ours.
    trust(account, enrolled(bank_core, LineRequest(None, {})), by)
    install_line_keys(account_id=account.id, certificate=None, accepted=[], lifetime=YEAR, by=by, now=now)

    assert [key.key_id for key in own_keys(account.id).signing] == in_use
    assert {key.key_id for key in waiting_line_keys(account.id).filter(purpose="signing")} == set(asked.signing_keys)
    assert isinstance(pay(bank_core), Approved)


def test_asking_twice_makes_no_second_key_and_the_bank_answers_the_same(
    bank_core: BankProcess, account: ProviderAccount, by: Actor, now: datetime
) -> None:
    first = request_line_keys(account_id=account.id, renew=False, by=by, now=now)
    again = request_line_keys(account_id=account.id, renew=False, by=by, now=now)

    assert first.signing_keys == again.signing_keys
    assert enrolled(bank_core, first) == enrolled(bank_core, again)
    exchange(bank_core, account, by)
    later = datetime.now(UTC)
    assert request_line_keys(account_id=account.id, renew=False, by=by, now=later) == LineRequest(None, {})
    assert LineKey.objects.count() == 2


class Load:
    """Somebody pays all the time; what came of it is counted at the end."""

    def __init__(self, bank: BankProcess) -> None:
        self._bank, self._token = bank, bank.open_account(10_000_000)
        self._stop = threading.Event()
        self.outcomes: list[object] = []
        self._threads = [threading.Thread(target=self._work) for _ in range(4)]

    def _work(self) -> None:
        try:
            while not self._stop.is_set():
                self.outcomes.append(pay(self._bank, self._token))
        finally:
            connection.close()

    def __enter__(self) -> "Load":
        for thread in self._threads:
            thread.start()
        self.wait()
        return self

    def wait(self) -> None:
        """Wait until everybody has paid some more."""
        until = len(self.outcomes) + 12
        deadline = datetime.now(UTC) + timedelta(seconds=20)
        while len(self.outcomes) < until and datetime.now(UTC) < deadline:
            self._stop.wait(0.01)

    def __exit__(self, *exception: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def test_our_keys_are_rotated_under_load_without_a_lost_payment(
    bank_core: BankProcess, account: ProviderAccount, by: Actor
) -> None:
    exchange(bank_core, account, by)
    old = {key.fingerprint for key in usable_line_keys(account.id, now=datetime.now(UTC))}

    with Load(bank_core) as load:
        exchange(bank_core, account, by, renew=True)
        load.wait()
        both = usable_line_keys(account.id, now=datetime.now(UTC)).count()
        retired = retire_older_line_keys(account_id=account.id, by=by, now=datetime.now(UTC))
        load.wait()
        for key in retired:
            name = key.fingerprint if key.purpose == LinePurpose.TLS else key.key_id
            assert bank_core.call("POST", "/v1/admin/clients/revocations", {"revoke": name})[0] == 200
        load.wait()

    assert both == 4
    assert {key.fingerprint for key in retired} == old
    assert all(isinstance(outcome, Approved) for outcome in load.outcomes), load.outcomes


def test_the_bank_s_keys_are_rotated_under_load_without_a_lost_payment(
    bank_core: BankProcess, account: ProviderAccount, by: Actor
) -> None:
    exchange(bank_core, account, by)
    nothing = LineRequest(None, {})

    with Load(bank_core) as load:
        announced = bank_core.call("POST", "/v1/admin/keys/next")[1]
        trust(account, announced, by)
        load.wait()
        assert bank_core.call("POST", "/v1/admin/keys/use")[0] == 200
        load.wait()
        trust(account, enrolled(bank_core, nothing), by)
        load.wait()

    assert (len(announced["pins"]), len(announced["signing_keys"])) == (2, 2)
    assert len(ProviderAccount.objects.get().settings["line"]["pins"]) == 1
    assert all(isinstance(outcome, Approved) for outcome in load.outcomes), load.outcomes


def test_the_line_is_opened_anew_when_a_key_takes_over_by_time(
    bank_core: BankProcess, account: ProviderAccount, by: Actor
) -> None:
    exchange(bank_core, account, by)
    ended = usable_line_keys(account.id, now=datetime.now(UTC)).get(purpose="signing")
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE providers_linekey DISABLE TRIGGER provider_line_key_stays")
        cursor.execute("UPDATE providers_linekey SET not_after = now() + interval '1.5 s' WHERE id = %s", [ended.id])
        cursor.execute("ALTER TABLE providers_linekey ENABLE ALWAYS TRIGGER provider_line_key_stays")
    before = pay(bank_core)

    threading.Event().wait(1.6)

    assert isinstance(before, Approved)
    assert pay(bank_core) == NotSent("no signing key of ours is valid")


def test_a_certificate_goes_with_its_own_key_only(account: ProviderAccount, by: Actor, now: datetime) -> None:
    key = add_line_key(account_id=account.id, purpose=LinePurpose.TLS, by=by, now=now)
    signing = add_line_key(account_id=account.id, purpose=LinePurpose.SIGNING, by=by, now=now)
    authority = Authority.new()

    def certify(row: LineKey, first: float = -1, last: float = 24) -> bytes:
        lifetime = (now + timedelta(hours=first), now + timedelta(hours=last))
        private_key = private_line_key(row).reveal()
        return authority.certify(private_key, usage=CLIENT, lifetime=lifetime).public_bytes(Encoding.DER)

    for wrong in (b"", certify(signing), certify(key, -2, -1), certify(key, 1, 2)):
        with pytest.raises(InvalidLineCertificate):
            use_certificate(line_key_id=key.id, certificate=wrong, by=by, now=now)
    with pytest.raises(UnknownLineKey):
        use_certificate(line_key_id=signing.id, certificate=certify(signing), by=by, now=now)
    with pytest.raises(UnknownLineKey):
        use_certificate(line_key_id=uuid7(), certificate=b"", by=by, now=now)
    with pytest.raises(UnknownLineKey):
        use_signing_key(line_key_id=key.id, lifetime=YEAR, by=by, now=now)
    good = certify(key)
    used = use_certificate(line_key_id=key.id, certificate=good, by=by, now=now)
    assert use_certificate(line_key_id=key.id, certificate=good, by=by, now=now) == used
    with pytest.raises(LineKeyInUse):
        use_certificate(line_key_id=key.id, certificate=certify(key), by=by, now=now)


def test_the_last_usable_key_is_not_retired(account: ProviderAccount, by: Actor, now: datetime) -> None:
    first, second = (
        use_signing_key(
            line_key_id=add_line_key(account_id=account.id, purpose=LinePurpose.SIGNING, by=by, now=now).id,
            lifetime=YEAR,
            by=by,
            now=now + timedelta(seconds=n),
        )
        for n in range(2)
    )
    later = now + timedelta(minutes=1)

    for _ in range(2):
        retire_line_key(line_key_id=first.id, by=by, now=later)
    with pytest.raises(LastLineKey):
        retire_line_key(line_key_id=second.id, by=by, now=later)

    assert [key.key_id for key in own_keys(account.id).signing] == [second.key_id]
    assert Record.objects.filter(action="provider.line_key_retired").count() == 1


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM providers_linekey",
        "UPDATE providers_linekey SET purpose = 'tls'",
        "UPDATE providers_linekey SET public_key = ''",
        "UPDATE providers_linekey SET wrapped_private_key = ''",
        "UPDATE providers_linekey SET not_after = not_after + interval '1 year'",
        "UPDATE providers_linekey SET not_before = NULL, not_after = NULL",
        "UPDATE providers_linekey SET fingerprint = 'x'",
    ],
)
def test_the_database_keeps_a_key_as_it_is(account: ProviderAccount, by: Actor, now: datetime, statement: str) -> None:
    key = add_line_key(account_id=account.id, purpose=LinePurpose.SIGNING, by=by, now=now)
    use_signing_key(line_key_id=key.id, lifetime=YEAR, by=by, now=now)

    with pytest.raises(DatabaseError, match=r"never removed|never changes|as it is"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_keeps_a_retired_key_retired_and_wants_a_certificate_for_tls(
    account: ProviderAccount, by: Actor, now: datetime
) -> None:
    key = add_line_key(account_id=account.id, purpose=LinePurpose.SIGNING, by=by, now=now)
    tls = add_line_key(account_id=account.id, purpose=LinePurpose.TLS, by=by, now=now)
    retire_line_key(line_key_id=key.id, by=by, now=now)

    with pytest.raises(DatabaseError, match="stays retired"), transaction.atomic():
        LineKey.objects.filter(id=key.id).update(retired_at=None)
    with pytest.raises(IntegrityError, match="certificate_in_use"), transaction.atomic():
        LineKey.objects.filter(id=tls.id).update(not_before=now, not_after=now + YEAR)
    with pytest.raises(IntegrityError, match="has_a_lifetime"), transaction.atomic():
        LineKey.objects.filter(id=tls.id).update(not_after=now)


def test_a_key_that_ends_opens_a_case_and_later_an_alarm(
    bank_core: BankProcess, account: ProviderAccount, by: Actor
) -> None:
    exchange(bank_core, account, by)
    ends = usable_line_keys(account.id, now=datetime.now(UTC)).get(purpose="signing").not_after
    assert ends is not None

    calm = watch_certificates(now=ends - timedelta(days=40))
    warned = watch_certificates(now=ends - timedelta(days=20))
    alarmed = watch_certificates(now=ends - timedelta(days=6))

    assert calm == []
    assert {case.subject: case.severity for case in warned} == {"bank signing": "warning", "bank tls": "warning"}
    assert {case.severity for case in alarmed} == {"alarm"}
    assert Case.objects.filter(kind="certificate_expires").count() == 2


def test_a_key_that_another_outlasts_worries_nobody(account: ProviderAccount, by: Actor, now: datetime) -> None:
    for lifetime in (timedelta(days=10), YEAR):
        key = add_line_key(account_id=account.id, purpose=LinePurpose.SIGNING, by=by, now=now)
        use_signing_key(line_key_id=key.id, lifetime=lifetime, by=by, now=now)

    assert list(expiring_line_keys(within=timedelta(days=30), now=now)) == []
    assert watch_certificates(now=now) == []


def test_the_bank_s_authority_is_watched_as_well(
    bank_core: BankProcess, account: ProviderAccount, by: Actor, now: datetime
) -> None:
    authority = Authority.new()
    answer = enrolled(bank_core, LineRequest(None, {}))
    trust(account, {**answer, "ca": authority.pem}, by)

    (case,) = watch_certificates(now=authority.certificate.not_valid_after_utc - timedelta(days=3))

    assert (case.subject, case.severity, case.remedy) == ("bank authority", "alarm", "trust_bank")


def test_a_trust_that_cannot_be_read_changes_nothing(account: ProviderAccount, by: Actor, now: datetime) -> None:
    with pytest.raises(InvalidProviderAccount):
        trust_provider(account_id=account.id, line={"ca": "x"}, by=by, now=now)

    assert ProviderAccount.objects.get().version == account.version


def test_an_operator_opens_and_rotates_a_line_by_commands(
    bank_core: BankProcess, account: ProviderAccount, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def run(*command: str) -> dict[str, Any]:
        call_command(*command)
        printed: dict[str, Any] = json.loads(capsys.readouterr().out)
        return printed

    def answer_to(asked: dict[str, Any]) -> str:
        file = tmp_path / "answer.json"
        file.write_text(json.dumps(enrolled(bank_core, LineRequest(asked["csr"], asked["signing_keys"]))))
        return str(file)

    created = run("create_line_keys", "--account", "bank")
    repeated = run("create_line_keys", "--account", "bank")
    first = run("trust_bank", "--account", "bank", "--answer", answer_to(created), "--json")
    again = run("trust_bank", "--account", "bank", "--answer", str(tmp_path / "answer.json"), "--json")
    paid = pay(bank_core)
    rotated = run("rotate_line_keys", "--account", "bank")
    second = run("trust_bank", "--account", "bank", "--answer", answer_to(rotated), "--days", "30", "--json")
    retired = run("rotate_line_keys", "--account", "bank", "--retire-older")

    assert x509.load_pem_x509_csr(created["csr"].encode()).is_signature_valid
    assert created["signing_keys"] == repeated["signing_keys"] != rotated["signing_keys"]
    assert (len(first["installed"]), again["installed"], len(second["installed"])) == (2, [], 2)
    assert sorted(retired["retired"]) == sorted(first["installed"])
    assert isinstance(paid, Approved)
    assert isinstance(pay(bank_core), Approved)


def test_trust_may_come_from_files_and_options(
    bank_core: BankProcess, account: ProviderAccount, tmp_path: Path, by: Actor, now: datetime
) -> None:
    answer = enrolled(bank_core, request_line_keys(account_id=account.id, renew=False, by=by, now=now))
    (tmp_path / "ca.pem").write_text(answer["ca"])
    (tmp_path / "ours.pem").write_text(answer["certificate"])

    call_command(
        "trust_bank", "--account", "bank", "--ca-file", str(tmp_path / "ca.pem"), "--pin", answer["pins"][0],
        *(f"--signing-key={key_id}={key}" for key_id, key in answer["signing_keys"].items()),
        "--certificate-file", str(tmp_path / "ours.pem"), "--accepted", answer["accepted"][0],
    )  # fmt: skip

    assert isinstance(pay(bank_core), Approved)


def test_a_mistyped_command_says_what_is_wrong(account: ProviderAccount, tmp_path: Path) -> None:
    for command in ("create_line_keys", "rotate_line_keys", "trust_bank"):
        with pytest.raises(CommandError, match="no provider account 'nobody'"):
            call_command(command, "--account", "nobody")
    with pytest.raises(CommandError, match="give --answer"):
        call_command("trust_bank", "--account", "bank")
    (tmp_path / "answer.json").write_text("[]")
    with pytest.raises(CommandError, match="no JSON object"):
        call_command("trust_bank", "--account", "bank", "--answer", str(tmp_path / "answer.json"))
    with pytest.raises(CommandError, match="No such file"):
        call_command("trust_bank", "--account", "bank", "--answer", "/nowhere")
    with pytest.raises(CommandError, match="at least 1"):
        call_command("trust_bank", "--account", "bank", "--days", "0")


def test_neither_audit_nor_log_hold_a_private_key(
    bank_core: BankProcess, account: ProviderAccount, by: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    exchange(bank_core, account, by)
    pay(bank_core)

    kept = str([record.facts for record in Record.objects.all()]) + caplog.text
    assert "PRIVATE" not in kept
    assert client_key(bank_core).reveal() not in kept
    assert isinstance(own_keys(account.id).tls[0].private_key, Secret)


def test_the_certificate_that_the_bank_shows_is_watched_thirty_days_ahead(
    bank_core: BankProcess, account: ProviderAccount, by: Actor
) -> None:
    exchange(bank_core, account, by)

    (served,) = look_at_servers()
    days = [served.not_after - timedelta(days=ahead) for ahead in (31, 30, 6)]
    calm, warned, alarmed = (watch_certificates(served=[served], now=moment) for moment in days)

    assert served.account == account
    assert timedelta(days=700) < served.not_after - datetime.now(UTC) < timedelta(days=731)
    assert [case.subject for case in calm if "server" in case.subject] == []
    assert {case.subject: case.severity for case in warned}["bank server"] == "warning"
    assert {case.subject: case.severity for case in alarmed}["bank server"] == "alarm"
    assert Message.objects.filter(topic="mail.alert", arguments__subject="bank server").count() == 1


def test_a_server_that_is_away_or_not_the_bank_is_no_news_for_the_calendar(
    bank_core: BankProcess, account: ProviderAccount, by: Actor
) -> None:
    assert look_at_servers() == []
    exchange(bank_core, account, by)
    line = ProviderAccount.objects.get().settings["line"]
    trust_provider(account_id=account.id, line={**line, "pins": ["0" * 64]}, by=by, now=datetime.now(UTC))

    assert look_at_servers() == []
    with pytest.raises(RuntimeError, match="inside a transaction"), transaction.atomic():
        look_at_servers()


def test_the_daily_look_shakes_hands_and_opens_the_case(
    bank_core: BankProcess, account: ProviderAccount, by: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    exchange(bank_core, account, by)
    (served,) = look_at_servers()
    monkeypatch.setattr("apps.providers.tasks.timezone.now", lambda: served.not_after - timedelta(days=20))

    watch_certificates_daily()

    assert Case.objects.filter(kind="certificate_expires", subject="bank server").count() == 1


def test_keys_change_on_both_sides_between_and_during_purchases(
    bank_core: BankProcess, account: ProviderAccount, by: Actor
) -> None:
    """One customer pays before the change, while old and new are valid on both sides, and after the old are gone."""
    exchange(bank_core, account, by)
    token = bank_core.open_account(10_000)
    before = pay(bank_core, token)
    bank_core.call("POST", "/v1/admin/keys/next")
    exchange(bank_core, account, by, renew=True)
    both = pay(bank_core, token)
    bank_core.call("POST", "/v1/admin/keys/use")
    bank_changed = pay(bank_core, token)
    retired = retire_older_line_keys(account_id=account.id, by=by, now=datetime.now(UTC))
    for key in retired:
        revoked = key.fingerprint if key.purpose == LinePurpose.TLS else key.key_id
        assert bank_core.call("POST", "/v1/admin/clients/revocations", {"revoke": revoked})[0] == 200
    trust(account, enrolled(bank_core, LineRequest(None, {})), by)
    after = pay(bank_core, token)

    assert [type(each) for each in (before, both, bank_changed, after)] == [Approved] * 4
    assert len(retired) == 2
