import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from pytest_django import Settings

from apps.audit.models import Record
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.providers import breaker
from apps.providers.breaker import SILENCES_IN_A_ROW, State
from apps.providers.contract import (
    Approved,
    Authorise,
    Capture,
    CheckLiquidity,
    ConfigError,
    Declined,
    Inquire,
    InstrumentDescription,
    NeverHeardOf,
    NotSent,
    Outcome,
    Pending,
    Refund,
    Request,
    Reverse,
    Unknown,
    Verb,
    Void,
)
from apps.providers.models import CallOutcome, ProviderAccount, ProviderCall
from apps.providers.operations import (
    RouteSwitchedOff,
    call_provider,
    change_provider_account,
    create_provider_account,
    describe_instrument,
    record_call,
    set_enabled,
)
from apps.providers.reasons import DeclineReason
from apps.providers.registry import breaker_for
from tests.providers import scripted
from tests.providers.scripted import Script

TOKEN = "act_Zm9vYmFyYmF6cXV4MTIzNDU2Nzg5MDEy"

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def quiet_script() -> Iterator[None]:
    scripted.reset()
    yield
    scripted.reset()


@pytest.fixture
def account(settings: Settings, now: datetime, by: Actor) -> ProviderAccount:
    settings.CONNECTORS = {"scripted": "tests.providers.scripted.open_line"}
    return create_provider_account(
        code="bank", name="Bank", connector="scripted", settings={}, credential=Secret("c"), by=by, now=now
    )


def authorisation(amount: int = 1295) -> Authorise:
    return Authorise(
        reference=f"a-{uuid7()}",
        deadline_seconds=2,
        amount=Money(amount, "CHF"),
        instrument_token=Secret(TOKEN),
        merchant="Shop 12",
        expires_at=datetime.now(UTC) + timedelta(days=7),
    )


def say(outcome: Outcome) -> None:
    Script.authorise = lambda request: outcome


def fail(error: Exception) -> None:
    def raising(request: Authorise) -> Outcome:
        raise error

    Script.authorise = raising


def silence(account: ProviderAccount) -> None:
    say(Unknown("timeout"))
    for _ in range(SILENCES_IN_A_ROW):
        call_provider(account=account, request=authorisation())


def test_every_verb_reaches_the_connector(account: ProviderAccount) -> None:
    price = Money(1000, "CHF")

    def call(request: Request) -> object:
        return call_provider(account=account, request=request).outcome

    def named(name: str) -> dict[str, object]:
        return {"reference": f"{name}-{uuid7()}", "deadline_seconds": 2, "amount": price}

    hold = call(authorisation(1000))
    assert isinstance(hold, Approved)
    captured = call(Capture(**named("c"), hold=hold.reference, final=False))  # type: ignore[arg-type]
    assert isinstance(captured, Approved)
    rest: list[Request] = [
        CheckLiquidity(**named("l"), instrument_token=Secret(TOKEN)),  # type: ignore[arg-type]
        Refund(**named("r"), capture=captured.reference),  # type: ignore[arg-type]
        Void(**named("v"), hold=hold.reference),  # type: ignore[arg-type]
        Reverse(**named("x"), original_reference="never"),  # type: ignore[arg-type]
    ]
    assert [type(call(request)) for request in rest] == [Approved] * 4
    assert call(Inquire(**named("i"), verb=Verb.AUTHORISE)) == NeverHeardOf()  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("outcome", "word", "detail"),
    [
        (Approved("hld_1"), CallOutcome.APPROVED, ""),
        (Declined(DeclineReason.INSUFFICIENT_FUNDS, "51"), CallOutcome.DECLINED, "insufficient_funds (51)"),
        (Pending("p"), CallOutcome.PENDING, ""),
        (Unknown("timeout"), CallOutcome.UNKNOWN, "timeout"),
        (NotSent("refused"), CallOutcome.NOT_SENT, "refused"),
    ],
)
def test_a_call_leaves_one_row_when_it_is_recorded(
    account: ProviderAccount, outcome: Outcome, word: CallOutcome, detail: str, django_assert_num_queries
) -> None:  # type: ignore[no-untyped-def]
    say(outcome)
    request = authorisation()

    called = call_provider(account=account, request=request)
    unsaved = ProviderCall.objects.count()
    with django_assert_num_queries(1):
        record_call(called.call)

    row = ProviderCall.objects.get()
    assert (called.outcome, unsaved) == (outcome, 0)
    assert (row.account, row.reference, row.verb) == (account, request.reference, "authorise")
    assert (row.outcome, row.detail) == (word, detail)
    assert 0 <= row.latency_ms < 2000


def test_a_provider_is_never_called_inside_a_transaction(account: ProviderAccount) -> None:
    with pytest.raises(RuntimeError, match="inside a transaction"), transaction.atomic():
        call_provider(account=account, request=authorisation())

    assert Script.calls == 0


def test_the_connection_is_given_back_while_the_bank_thinks(account: ProviderAccount) -> None:
    ProviderAccount.objects.count()
    assert connection.connection is not None

    call_provider(account=account, request=authorisation())

    assert not Script.had_connection


def test_nothing_that_a_provider_or_an_exception_says_puts_a_secret_into_the_log(
    account: ProviderAccount, caplog: pytest.LogCaptureFixture
) -> None:
    pan = "4242 4242 4242 4242"
    said: list[Outcome] = [
        Declined(DeclineReason.DO_NOT_HONOUR, f"card {pan} of {TOKEN}", mapped=False),
        Unknown(f"account {TOKEN}\x00 IBAN CH93 0076 2011 6238 5295 7 " + "x " * 300),
    ]
    for outcome in said:
        say(outcome)
        record_call(call_provider(account=account, request=authorisation()).call)
    fail(ValueError(f"cannot send {TOKEN}"))
    record_call(call_provider(account=account, request=authorisation()).call)

    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(call::text, '') FROM providers_providercall call")
        (dump,) = cursor.fetchone()
    logged = " ".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)
    for text in (dump, logged):
        assert TOKEN not in text
        assert "4242 4242" not in text
        assert "0076 2011" not in text
    assert "...4242" in dump


def test_a_connector_with_a_bug_leaves_the_outcome_unknown(
    account: ProviderAccount, caplog: pytest.LogCaptureFixture
) -> None:
    fail(KeyError("hold_id"))

    called = call_provider(account=account, request=authorisation())

    assert called.outcome == Unknown("connector failed: KeyError")
    (line,) = [record for record in caplog.records if record.message == "provider connector failed"]
    assert (line.levelno, line.__dict__["provider"]) == (logging.ERROR, "bank")


def test_a_reason_that_nobody_has_mapped_is_an_alarm(
    account: ProviderAccount, caplog: pytest.LogCaptureFixture
) -> None:
    say(Declined(DeclineReason.DO_NOT_HONOUR, "moon_phase", mapped=False))

    call_provider(account=account, request=authorisation())

    (line,) = [record for record in caplog.records if record.levelno == logging.ERROR]
    assert (line.message, line.__dict__["detail"]) == ("decline reason not mapped", "do_not_honour (moon_phase)")


def test_a_provider_that_rejects_us_switches_the_route_off_and_raises_the_alarm_once(
    account: ProviderAccount, caplog: pytest.LogCaptureFixture
) -> None:
    fail(ConfigError("the bank core refused our credentials: HTTP 401"))

    with pytest.raises(ConfigError) as rejection:
        call_provider(account=account, request=authorisation())
    # Another worker that read the row before.
    with pytest.raises(RouteSwitchedOff):
        call_provider(account=account, request=authorisation())

    assert isinstance(rejection.value, RouteSwitchedOff)
    record_call(rejection.value.call)
    assert ProviderCall.objects.get().outcome == CallOutcome.CONFIG_ERROR
    off = ProviderAccount.objects.get()
    assert (off.is_enabled, off.disabled_reason) == (False, "the bank core refused our credentials: HTTP 401")
    (trace,) = Record.objects.filter(action="provider.disabled")
    assert (trace.subject, trace.actor_id) == ("provider:bank", "call_provider")
    assert {record.levelno for record in caplog.records} == {logging.ERROR}


def test_the_training_route_stays_on_for_the_other_tills(account: ProviderAccount, settings: Settings) -> None:
    settings.TRAINING_PROVIDER = account.code
    fail(ConfigError("as the amount asked for"))

    with pytest.raises(RouteSwitchedOff):
        call_provider(account=account, request=authorisation())

    assert ProviderAccount.objects.get().is_enabled


def test_a_rejection_of_the_old_credential_does_not_switch_the_repaired_route_off(
    account: ProviderAccount, now: datetime, by: Actor
) -> None:
    change_provider_account(account_id=account.id, settings={}, credential=Secret("repaired"), by=by, now=now)
    fail(ConfigError("HTTP 401"))

    with pytest.raises(RouteSwitchedOff):
        call_provider(account=account, request=authorisation())

    assert ProviderAccount.objects.get().is_enabled


def test_a_route_that_is_switched_off_sends_nothing(account: ProviderAccount, now: datetime, by: Actor) -> None:
    off = set_enabled(account_id=account.id, is_enabled=False, reason="moving", by=by, now=now)

    called = call_provider(account=off, request=authorisation())

    assert (called.outcome, Script.calls) == (NotSent("switched off"), 0)


def test_a_route_whose_connector_cannot_be_built_sends_nothing(account: ProviderAccount, settings: Settings) -> None:
    settings.CONNECTORS = {}

    called = call_provider(account=account, request=authorisation())

    assert called.outcome == NotSent("no connector: ValueError")


def test_an_open_circuit_answers_at_once(account: ProviderAccount) -> None:
    silence(account)
    calls = Script.calls

    called = call_provider(account=account, request=authorisation())

    assert (called.outcome, Script.calls, Script.probes) == (NotSent("circuit open"), calls, 0)
    assert called.call.outcome == CallOutcome.NOT_SENT


def test_a_healthy_provider_is_tried_again_after_a_rest(
    account: ProviderAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(breaker, "REST_SECONDS", 0.0)
    silence(account)
    say(Approved("hld_1"))
    Script.is_healthy = False
    ill = call_provider(account=account, request=authorisation())
    Script.is_healthy = True

    well = call_provider(account=account, request=authorisation())

    assert (ill.outcome, well.outcome) == (NotSent("circuit open"), Approved("hld_1"))
    assert breaker_for(account).state is State.CLOSED


def test_of_many_callers_one_probes_an_ill_provider(account: ProviderAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(breaker, "REST_SECONDS", 0.0)
    silence(account)
    monkeypatch.setattr(breaker, "REST_SECONDS", 60.0)
    Script.is_healthy = False

    def call(_: int) -> object:
        try:
            return call_provider(account=account, request=authorisation()).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        outcomes = set(pool.map(call, range(16)))

    assert (outcomes, Script.probes) == ({NotSent("circuit open")}, 1)


def test_a_decline_never_opens_the_circuit(account: ProviderAccount) -> None:
    say(Declined(DeclineReason.INSUFFICIENT_FUNDS))

    for _ in range(20):
        call_provider(account=account, request=authorisation())

    assert breaker_for(account).state is State.CLOSED


def test_a_token_is_described_under_the_same_rules(account: ProviderAccount, now: datetime, by: Actor) -> None:
    def described(account: ProviderAccount, token: str) -> object:
        answer = describe_instrument(account=account, token=Secret(token), reference="link-1", deadline_seconds=2)
        record_call(answer.call)
        return answer.outcome

    known, unknown = described(account, TOKEN), described(account, "unknown-1")
    off = described(set_enabled(account_id=account.id, is_enabled=False, reason="x", by=by, now=now), TOKEN)

    assert isinstance(known, InstrumentDescription)
    assert isinstance(unknown, Declined)
    assert off == NotSent("switched off")
    rows = ProviderCall.objects.order_by("at", "id").values_list("verb", "reference", "outcome")
    assert list(rows) == [("describe_instrument", "link-1", word) for word in ("approved", "declined", "not_sent")]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE providers_providercall SET detail = 'nothing happened'",
        "DELETE FROM providers_providercall",
        "TRUNCATE providers_providercall",
    ],
)
def test_the_call_log_is_only_added_to(account: ProviderAccount, statement: str) -> None:
    record_call(call_provider(account=account, request=authorisation()).call)

    with pytest.raises(DatabaseError, match="only added to"), connection.cursor() as cursor:
        cursor.execute(statement)
