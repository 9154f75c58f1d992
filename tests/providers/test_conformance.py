"""One promise per test, kept by every connector alike."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.providers.connectors.corebank import CorebankConnector, connect
from apps.providers.connectors.sandbox import SandboxConnector
from apps.providers.contract import (
    Approved,
    Authorise,
    Capture,
    Connector,
    Declined,
    Inquire,
    InstrumentDescription,
    NeverHeardOf,
    NotSent,
    Refund,
    Reverse,
    Unknown,
    Verb,
    Void,
)
from apps.providers.reasons import DeclineReason
from tests.providers.lines import Client, client_key, enrol, secured_bank
from tests.simulators.bank_process import BankProcess


@dataclass(frozen=True)
class Party:
    """A connector with an account behind it that can pay."""

    connector: Connector
    token: str
    blocked_token: str = ""
    unknown_token: str = ""

    def authorisation(self, amount: int = 1295) -> Authorise:
        return Authorise(
            reference=f"a-{uuid7()}",
            deadline_seconds=2,
            amount=Money(amount, "CHF"),
            instrument_token=Secret(self.token),
            merchant="Shop 12",
            expires_at=datetime.now(UTC).replace(microsecond=0) + timedelta(days=7),
        )

    def hold(self, amount: int = 1295) -> str:
        return approved(self.connector.authorise(self.authorisation(amount)))

    def capture(self, amount: int = 1295) -> str:
        return approved(self.connector.capture(capture_of(self.hold(amount), amount)))


@dataclass(frozen=True)
class Branch:
    """A running bank, and who we are there: nobody in particular on a plain line."""

    process: BankProcess
    client: Client | None

    def connector(self) -> CorebankConnector:
        if self.client is not None:
            return self.client.connector(self.process)
        return connect({"base_url": self.process.line_url}, client_key(self.process))


@pytest.fixture(scope="session")
def plain_branch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branch]:
    bank = BankProcess(tmp_path_factory.mktemp("bank"), ("--magic",)).start()
    yield Branch(bank, None)
    bank.kill()


@pytest.fixture(scope="session")
def secured_branch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Branch]:
    with secured_bank(tmp_path_factory.mktemp("secured")) as bank:
        yield Branch(bank, enrol(bank))


@pytest.fixture(params=["plain", "secured"])
def branch(request: pytest.FixtureRequest) -> Branch:
    branch: Branch = request.getfixturevalue(f"{request.param}_branch")
    return branch


@pytest.fixture(params=["sandbox", "corebank", "secured corebank"])
def party(request: pytest.FixtureRequest) -> Iterator[Party]:
    if request.param == "sandbox":
        yield Party(SandboxConnector(now=lambda: datetime.now(UTC)), "token-of-alice", "blocked-1", "unknown-1")
        return
    name = "plain_branch" if request.param == "corebank" else "secured_branch"
    branch: Branch = request.getfixturevalue(name)
    bank, connector = branch.process, branch.connector()
    yield Party(connector, bank.open_account(10_000_000), bank.open_account(1, status="blocked"), "act_nobody")
    connector.close()


def approved(outcome: object) -> str:
    assert isinstance(outcome, Approved), outcome
    return outcome.reference


def capture_of(hold: str, amount: int, *, final: bool = True) -> Capture:
    return Capture(reference=f"c-{uuid7()}", deadline_seconds=2, amount=Money(amount, "CHF"), hold=hold, final=final)


def refund_of(capture: str, amount: int) -> Refund:
    return Refund(reference=f"r-{uuid7()}", deadline_seconds=2, amount=Money(amount, "CHF"), capture=capture)


def void_of(hold: str, amount: int = 1295) -> Void:
    return Void(reference=f"v-{uuid7()}", deadline_seconds=2, amount=Money(amount, "CHF"), hold=hold)


def reversal_of(original: Authorise | Capture) -> Reverse:
    return Reverse(
        reference=f"x-{uuid7()}", deadline_seconds=2, amount=original.amount, original_reference=original.reference
    )


def inquiry_about(original: Authorise | Capture, verb: Verb = Verb.AUTHORISE) -> Inquire:
    return Inquire(reference=original.reference, deadline_seconds=2, amount=original.amount, verb=verb)


def refused_because(outcome: object) -> DeclineReason:
    assert isinstance(outcome, Declined), outcome
    assert outcome.mapped
    return outcome.reason


def test_approves_with_the_amount_and_the_end_of_the_hold(party: Party) -> None:
    request = party.authorisation()

    outcome = party.connector.authorise(request)

    assert isinstance(outcome, Approved)
    assert (outcome.amount, outcome.expires_at) == (request.amount, request.expires_at)


@pytest.mark.parametrize(
    ("amount", "reason"),
    [
        (9911, DeclineReason.INSUFFICIENT_FUNDS),
        (9912, DeclineReason.LIMIT_EXCEEDED),
        (9913, DeclineReason.BLOCKED_INSTRUMENT),
        (9914, DeclineReason.SUSPECTED_FRAUD),
        (9915, DeclineReason.DO_NOT_HONOUR),
        (9916, DeclineReason.EXPIRED_INSTRUMENT),
        (9917, DeclineReason.AUTHENTICATION_REQUIRED),
        (9918, DeclineReason.INVALID_INSTRUMENT),
    ],
)
def test_declines_for_each_reason(party: Party, amount: int, reason: DeclineReason) -> None:
    outcome = party.connector.authorise(party.authorisation(amount))

    assert refused_because(outcome) is reason


def test_a_repetition_gets_the_same_answer(party: Party) -> None:
    request = party.authorisation()

    assert party.connector.authorise(request) == party.connector.authorise(request)


def test_a_repeated_refund_pays_once(party: Party) -> None:
    capture = party.capture(1000)
    request = refund_of(capture, 600)
    party.connector.refund(request)
    party.connector.refund(request)

    assert isinstance(party.connector.refund(refund_of(capture, 400)), Approved)


def test_captures_in_parts_up_to_the_hold_and_no_further(party: Party) -> None:
    hold = party.hold(1000)

    first = party.connector.capture(capture_of(hold, 600, final=False))
    too_much = party.connector.capture(capture_of(hold, 401, final=False))
    rest = party.connector.capture(capture_of(hold, 400))

    assert isinstance(first, Approved)
    assert refused_because(too_much) is DeclineReason.AMOUNT_EXCEEDED
    assert isinstance(rest, Approved)


def test_a_final_capture_closes_the_hold(party: Party) -> None:
    hold = party.hold(1000)
    party.connector.capture(capture_of(hold, 600))

    assert refused_because(party.connector.capture(capture_of(hold, 1))) is DeclineReason.HOLD_CLOSED


def test_refuses_to_refund_twice(party: Party) -> None:
    capture = party.capture(1000)
    party.connector.refund(refund_of(capture, 1000))

    assert refused_because(party.connector.refund(refund_of(capture, 1))) is DeclineReason.AMOUNT_EXCEEDED


def test_a_released_hold_cannot_be_captured(party: Party) -> None:
    hold = party.hold()

    released = party.connector.void(void_of(hold))

    assert isinstance(released, Approved)
    assert released.amount == Money(1295, "CHF")
    assert refused_because(party.connector.capture(capture_of(hold, 1295))) is DeclineReason.HOLD_CLOSED


def test_a_capture_of_a_hold_that_never_was_is_refused(party: Party) -> None:
    outcome = party.connector.capture(capture_of("hld_never", 1295))

    assert refused_because(outcome) is DeclineReason.UNKNOWN_OPERATION


def test_an_answer_that_is_lost_is_unknown_and_an_inquiry_finds_it(party: Party) -> None:
    request = party.authorisation(9902)

    outcome = party.connector.authorise(request)
    found = party.connector.inquire(inquiry_about(request))

    assert isinstance(outcome, Unknown)
    assert isinstance(found, Approved)
    assert party.connector.authorise(request) == found


def test_an_inquiry_about_a_stranger_is_never_heard_of(party: Party) -> None:
    assert party.connector.inquire(inquiry_about(party.authorisation())) == NeverHeardOf()


def test_a_hold_that_comes_after_its_reversal_is_refused(party: Party) -> None:
    request = party.authorisation()

    reversed_ = party.connector.reverse(reversal_of(request))
    late = party.connector.authorise(request)

    assert isinstance(reversed_, Approved)
    assert refused_because(late) is DeclineReason.ALREADY_REVERSED
    assert refused_because(party.connector.inquire(inquiry_about(request))) is DeclineReason.ALREADY_REVERSED


def test_the_reversal_of_an_unknown_hold_releases_it(party: Party) -> None:
    request = party.authorisation(9902)
    party.connector.authorise(request)

    reversed_ = party.connector.reverse(reversal_of(request))

    assert isinstance(reversed_, Approved)
    assert refused_because(party.connector.inquire(inquiry_about(request))) is DeclineReason.ALREADY_REVERSED


def test_a_reversed_capture_leaves_nothing_to_refund(party: Party) -> None:
    request = capture_of(party.hold(1000), 1000)
    capture = approved(party.connector.capture(request))

    party.connector.reverse(reversal_of(request))

    assert isinstance(party.connector.refund(refund_of(capture, 1)), Declined)


def test_the_statement_of_today_has_what_was_captured_and_refunded(party: Party) -> None:
    capture = party.capture(1000)
    refund = refund_of(capture, 300)
    party.connector.refund(refund)

    settlement = party.connector.fetch_settlement(datetime.now(UTC).date())

    ours = [(line.verb, line.amount.amount) for line in settlement.lines if line.provider_reference == capture]
    assert (Verb.CAPTURE, 1000) in ours
    assert any(line.reference == refund.reference and line.amount.amount == -300 for line in settlement.lines)
    assert not settlement.is_final


def test_says_what_a_token_stands_for_without_repeating_it(party: Party) -> None:
    description = party.connector.describe_instrument(Secret(party.token), deadline_seconds=2)

    assert isinstance(description, InstrumentDescription)
    assert (description.currency, description.is_usable) == ("CHF", True)
    assert re.fullmatch(r"\w+ \.\.\.\d{4}", description.label)
    assert party.token not in repr(description)


def test_a_blocked_account_is_described_as_one_that_cannot_pay(party: Party) -> None:
    description = party.connector.describe_instrument(Secret(party.blocked_token), deadline_seconds=2)

    assert isinstance(description, InstrumentDescription)
    assert not description.is_usable


def test_a_token_of_nobody_is_an_invalid_instrument(party: Party) -> None:
    outcome = party.connector.describe_instrument(Secret(party.unknown_token), deadline_seconds=2)

    assert refused_because(outcome) is DeclineReason.INVALID_INSTRUMENT


@pytest.mark.parametrize("text", ["", "a b", "x" * 129, "é", "act\n1", "\ud800"])
def test_a_text_that_can_be_no_token_does_not_switch_the_route_off(branch: Branch, text: str) -> None:
    outcome = branch.connector().describe_instrument(Secret(text), deadline_seconds=2)

    assert refused_because(outcome) is DeclineReason.INVALID_INSTRUMENT


@pytest.mark.parametrize("kind", ["drop_before", "error_500", "garbage", "half_body"])
def test_a_description_that_is_lost_is_unknown(branch: Branch, kind: str) -> None:
    token = Secret(branch.process.open_account(1))
    branch.process.order(on="description", kind=kind)

    first = branch.connector().describe_instrument(token, deadline_seconds=2)
    again = branch.connector().describe_instrument(token, deadline_seconds=2)

    assert isinstance(first, Unknown)
    assert isinstance(again, InstrumentDescription)


def test_is_healthy(party: Party) -> None:
    assert party.connector.health()


@pytest.mark.parametrize(
    "kind", ["drop_before", "drop_after", "error_500", "garbage", "half_body", "slow_drip", "delay", "late_yes"]
)
def test_no_fault_of_the_bank_is_taken_for_a_no(branch: Branch, kind: str) -> None:
    connector = branch.connector()
    party = Party(connector, branch.process.open_account(10_000))
    branch.process.order(on="hold", kind=kind, milliseconds=1500)
    request = replace(party.authorisation(), deadline_seconds=0.7)

    first = connector.authorise(request)
    repeated = connector.authorise(replace(request, deadline_seconds=4))

    assert isinstance(first, Unknown)
    assert isinstance(repeated, Approved)


def test_a_request_that_arrives_twice_holds_the_money_once(branch: Branch) -> None:
    token = branch.process.open_account(10_000)
    branch.process.order(on="hold", kind="duplicate")

    outcome = branch.connector().authorise(Party(branch.connector(), token).authorisation(1295))

    assert isinstance(outcome, Approved)
    assert branch.process.account(token)["available"] == 10_000 - 1295


def test_a_bank_that_is_not_there_is_proven_not_sent(party: Party) -> None:
    connector = connect({"base_url": "http://127.0.0.1:1"}, Secret("nobody listens"))
    calls: list[Callable[[], object]] = [
        lambda: connector.authorise(party.authorisation()),
        lambda: connector.inquire(inquiry_about(party.authorisation())),
        lambda: connector.describe_instrument(Secret(party.token), deadline_seconds=2),
    ]

    assert all(isinstance(call(), NotSent) for call in calls)
    assert not connector.health()
