"""Whatever tills, clocks and banks do in whatever order, the rows say what a simple model says, and so do the books.

The model is driven by what the bank really answered. `--hypothesis-seed=N` plays other games than the usual ones.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any, Final

import pytest
from django.db.models import Sum
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from apps.fraud.facts import Facts
from apps.fraud.models import Assessment, Verdict
from apps.kernel.money import Money
from apps.kernel.transitions import WrongState
from apps.ledger.queries import balance, broken_journals
from apps.limits.models import DayCounter, Scope
from apps.merchants.models import TillKind
from apps.merchants.operations import change_merchant
from apps.providers.breaker import CircuitBreaker
from apps.providers.connectors.sandbox import SandboxConnector
from apps.providers.contract import (
    Approved,
    Declined,
    NeverHeardOf,
    NotSent,
    Pending,
    Request,
    Unknown,
    Verb,
)
from apps.providers.operations import calls as calls_module
from apps.providers.reasons import DeclineReason
from apps.providers.registry import connector_for
from apps.transactions.errors import AmountTooLarge
from apps.transactions.models import Operation, Payment, PaymentEvent, Refund
from apps.transactions.operations import cancel_payment, capture_payment, carry_out_operation, watch_payments
from apps.transactions.operations import start as start_module
from apps.transactions.operations.refund import RefundWish, refund_payment
from apps.transactions.operations.review import decide_review
from apps.transactions.requests import Sale
from apps.transactions.states import (
    FIRST,
    LIVE_REFUNDS,
    MOVES,
    OFF,
    CaptureMode,
    CaptureStatus,
    OperationStatus,
    RefundFacet,
    RefundStatus,
    Status,
)
from tests.cast import STAFF, WRONG_PIN, make_phone
from tests.shop import Shop, link_account, make_bank, make_shop, moment
from tests.transactions.bank import VERBS
from tests.transactions.counter import BEAT

OPEN: Final = (OperationStatus.QUEUED, OperationStatus.SENT, OperationStatus.UNKNOWN)
ENDS: Final = (Status.CAPTURED, Status.DECLINED, Status.CANCELLED, Status.EXPIRED)
NO: Final = {
    "authorise": Declined(DeclineReason.INSUFFICIENT_FUNDS, "no"),
    "capture": Declined(DeclineReason.HOLD_CLOSED, "no"),
    "refund": Declined(DeclineReason.NOT_PERMITTED, "no"),
    "void": Declined(DeclineReason.NOT_PERMITTED, "no"),
    "reverse": Declined(DeclineReason.NOT_PERMITTED, "no"),
}
# How the bank takes the next message. `deaf` never gets it, `mute` does the work and its answer is lost, `late` gets it
# when it catches up, `dead` and `gone` kill our worker before and after the work.
MOODS: Final = ("fine", "fine", "fine", "no", "deaf", "mute", "late", "away", "busy", "dead", "gone")
PLENTY: Final = Money(50_000_000_000, "CHF")


class WorkerDied(BaseException):
    """The process that was talking to the bank is gone."""


class MoodyBank:
    """The sandbox behind a line that fails as it is told."""

    def __init__(self) -> None:
        self.mood = "fine"
        self.said: list[object] = []
        self._late: list[Callable[[], object]] = []

    def install(self, monkeypatch: pytest.MonkeyPatch) -> None:
        for verb in VERBS:
            monkeypatch.setattr(SandboxConnector, verb, self._line(verb, getattr(SandboxConnector, verb)))
        # No amount means anything here: it is the line that fails.
        monkeypatch.setattr("apps.providers.connectors.sandbox.connector.fault_of", lambda amount: None)
        monkeypatch.setattr("apps.providers.connectors.sandbox.books.decline_of", lambda amount: None)

    def reset(self) -> None:
        self.mood = "fine"
        self._late.clear()

    def catch_up(self) -> None:
        """Do what arrived late."""
        while self._late:
            self._late.pop(0)()

    def _line(self, verb: str, itself: Callable[..., object]) -> Callable[..., object]:
        def ask(connector: SandboxConnector, request: Request) -> object:
            mood, self.mood = self.mood, "fine"
            said = self._answer(mood, verb, lambda: itself(connector, request))
            self.said.append(said)
            return said

        return ask

    def _answer(self, mood: str, verb: str, work: Callable[[], object]) -> object:
        match mood:
            case "no" if verb in NO:
                return NO[verb]
            case "deaf":
                return Unknown("lost")
            case "mute":
                work()
                return Unknown("its answer was lost")
            case "late" if verb != "inquire":
                self._late.append(work)
                return Unknown("late")
            case "away":
                return NotSent("connection refused")
            case "busy":
                return Pending("later")
            case "dead":
                raise WorkerDied
            case "gone":
                work()
                raise WorkerDied
            case _:
                return work()


@dataclass
class Expected:
    """What the model believes of one payment."""

    row: Payment
    status: Status
    is_automatic: bool = False
    authorised: int = 0
    captured: int = 0
    released: int = 0
    refunded: int = 0
    reserved: int = 0
    # Captured for the merchant, and refused by the provider.
    refused: int = 0
    limits: int = 0

    @property
    def rest(self) -> int:
        return self.authorised - self.captured - self.released

    @property
    def refundable(self) -> int:
        return max(self.captured - self.refused - self.refunded - self.reserved, 0)

    def end(self, status: Status) -> None:
        self.status, self.limits = status, 0

    def release(self, amount: int) -> None:
        self.released += amount
        self.limits -= amount

    def amounts(self) -> tuple[object, ...]:
        return (
            self.status,
            self.authorised,
            self.captured,
            self.released,
            self.refunded,
            self.reserved,
            self.limits,
        )


@dataclass
class World:
    """What all games of one run share: the database, the bank's line, and what fraud says."""

    bank: MoodyBank = field(default_factory=MoodyBank)
    verdict: Verdict = Verdict.PASS
    games: int = 0


class LifeOfPayments(RuleBasedStateMachine):
    """One shop, one customer, one bank; several payments at a time."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.world.games += 1
        self.world.bank.reset()
        self.now = moment()
        self.bank = make_bank(now=self.now, code=f"bank-{self.world.games}")
        self.phone = make_phone(now=self.now)
        link_account(self.phone, self.bank, now=self.now)
        self.payments: list[Expected] = []
        self.wrong_pins = 0
        self.calls: list[Callable[[], bool]] = []

    @initialize(kind=st.sampled_from([TillKind.ATTENDED, TillKind.SELF_CHECKOUT]))
    def open_shop(self, kind: TillKind) -> None:
        shop = make_shop(now=self.now, kind=kind, limit=PLENTY)
        self.shop = Shop(shop.merchant, shop.store, shop.till, self.bank)
        change_merchant(merchant_id=shop.merchant.id, per_day_limit=PLENTY, by=STAFF, now=self.now)
        self.point = self.shop.point

    # What a till does

    @rule(
        amount=st.sampled_from([1, 2, 500, 1000, 99_999]),
        verdict=st.sampled_from([Verdict.PASS, Verdict.PASS, Verdict.PASS, Verdict.REVIEW, Verdict.BLOCK]),
        is_automatic=st.booleans(),
    )
    def scan(self, amount: int, verdict: Verdict, is_automatic: bool) -> None:
        self._scan(amount, verdict, is_automatic)

    def _scan(self, amount: int, verdict: Verdict, is_automatic: bool) -> None:
        self.world.verdict = verdict
        mode = CaptureMode.AUTOMATIC if is_automatic else CaptureMode.MANUAL
        row = self._start(self.phone.make_code(now=self.now), amount, capture_mode=mode)
        status = {Verdict.PASS: Status.AUTHORISING, Verdict.REVIEW: Status.IN_REVIEW}.get(verdict, Status.DECLINED)
        limits = 0 if status == Status.DECLINED else row.amount_minor
        self.payments.append(Expected(row, status, is_automatic, limits=limits))

    @rule(amount=st.sampled_from([1, 500, 1000]), mood=st.sampled_from(MOODS))
    def sell(self, amount: int, mood: str) -> None:
        self._scan(amount, Verdict.PASS, False)
        self._carry_out(Operation.objects.get(payment=self.payments[-1].row), mood)

    @rule(amount=st.sampled_from([500, 1000]), part=st.sampled_from([None, 2]), is_final=st.booleans())
    def sell_and_capture(self, amount: int, part: int | None, is_final: bool) -> None:
        self._scan(amount, Verdict.PASS, False)
        self._carry_out(Operation.objects.get(payment=self.payments[-1].row), "fine")
        self._capture(self.payments[-1], part, is_final, False)

    @precondition(lambda self: len(self.payments) % 3)
    @rule(what=st.sampled_from(["pin", "cap", "age", "instrument"]))
    def scan_what_may_not_pay(self, what: str) -> None:
        if what == "pin" and self.wrong_pins:
            what = "cap"
        self.wrong_pins += what == "pin"
        claims: dict[str, Any] = {
            "pin": {"pin": WRONG_PIN},
            "cap": {"cap": 1},
            "age": {"issued_at": int(self.now.timestamp()) - 301},
            "instrument": {"instrument": 200},
        }[what]
        row = self._start(self.phone.make_code(now=self.now, **claims), 1000)
        self.payments.append(Expected(row, Status.DECLINED))

    def _start(self, code: str, amount: int, **sale: Any) -> Payment:
        # No two of a game are alike, or the cashier would be asked.
        amount += 200_000 * len(self.payments)
        key, reference = self.shop.key(), f"R-{len(self.payments)}"
        wanted = Sale(amount=Money(amount, "CHF"), reference=reference, **sale)
        started = self.shop.start_sale(code, wanted, now=self.now, key=key)
        self.calls.append(lambda: self.shop.start_sale(code, wanted, now=self.now, key=key).is_replay)
        return Payment.objects.get(id=started.payment_id)

    @precondition(lambda self: self.payments)
    @rule(
        pick=st.integers(0, 9), part=st.sampled_from([None, 1, 2, 3]), is_final=st.booleans(), is_too_much=st.booleans()
    )
    def capture(self, pick: int, part: int | None, is_final: bool, is_too_much: bool) -> None:
        self._capture(self._pick(pick, Status.AUTHORISED, Status.CAPTURED), part, is_final, is_too_much)

    def _capture(self, payment: Expected, part: int | None, is_final: bool, is_too_much: bool) -> None:
        row, rest = self._row(payment), payment.rest
        wanted = rest + 1 if is_too_much and part is None else None if part is None else max(rest // part, 1)
        has_hold = payment.status in (Status.AUTHORISED, Status.CAPTURED) and rest > 0
        is_open = has_hold and row.hold_expires_at is not None and row.hold_expires_at > self.now
        key = self.shop.key()

        def ask() -> bool:
            return capture_payment(
                payment_id=row.id,
                amount=None if wanted is None else Money(wanted, "CHF"),
                is_final=is_final,
                point=self.point,
                key=key,
                by=self.shop.actor,
                now=self.now,
            ).is_replay

        if not is_open:
            is_repeated = payment.status == Status.CAPTURED and not rest and wanted in (None, payment.captured)
            if not is_repeated:
                with pytest.raises(WrongState):
                    ask()
            else:
                ask()
            return
        if wanted is not None and wanted > rest:
            with pytest.raises(AmountTooLarge):
                ask()
            return
        ask()
        self.calls.append(ask)
        taken = rest if wanted is None else wanted
        payment.status, payment.captured = Status.CAPTURED, payment.captured + taken
        if is_final:
            payment.release(rest - taken)

    @precondition(lambda self: self.payments)
    @rule(pick=st.integers(0, 9), only_rest=st.booleans())
    def cancel(self, pick: int, only_rest: bool) -> None:
        payment = self._pick(pick)
        row, key = self._row(payment), self.shop.key()
        authorise = Operation.objects.filter(payment=row, verb=Verb.AUTHORISE).last()

        def ask() -> bool:
            return cancel_payment(
                payment_id=row.id, point=self.point, only_rest=only_rest, key=key, by=self.shop.actor, now=self.now
            ).is_replay

        ask()
        self.calls.append(ask)
        match payment.status:
            case Status.IN_REVIEW:
                payment.end(Status.CANCELLED)
            case Status.AUTHORISING if authorise is not None and authorise.status == OperationStatus.QUEUED:
                payment.end(Status.CANCELLED)
            case Status.AUTHORISING | Status.UNKNOWN | Status.AUTHORISED:
                payment.status = Status.REVERSING
            case Status.CAPTURED:
                payment.release(payment.rest)
                payment.reserved += 0 if only_rest else payment.refundable

    @precondition(lambda self: self.payments)
    @rule(pick=st.integers(0, 9), part=st.sampled_from([1, 2, 5]), is_too_much=st.booleans())
    def refund(self, pick: int, part: int, is_too_much: bool) -> None:
        payment = self._pick(pick, Status.CAPTURED)
        left = payment.refundable
        wanted, key = left + 1 if is_too_much and part == 1 else max(left // part, 1), self.shop.key()

        def ask() -> bool:
            return refund_payment(
                payment_id=payment.row.id,
                wish=RefundWish(amount=Money(wanted, "CHF")),
                point=self.point,
                key=key,
                by=self.shop.actor,
                now=self.now,
            ).is_replay

        if payment.status != Status.CAPTURED or wanted > left:
            with pytest.raises((WrongState, AmountTooLarge)):
                ask()
            return
        ask()
        self.calls.append(ask)
        payment.reserved += wanted

    @precondition(lambda self: self.calls)
    @rule(pick=st.integers(0, 30))
    def repeat(self, pick: int) -> None:
        assert self.calls[pick % len(self.calls)]()

    # What staff do

    @precondition(lambda self: any(payment.status == Status.IN_REVIEW for payment in self.payments))
    @rule(is_release=st.booleans())
    def review(self, is_release: bool) -> None:
        payment = next(payment for payment in self.payments if payment.status == Status.IN_REVIEW)
        deadline = self._row(payment).deadline_at

        def decide() -> None:
            decide_review(payment_id=payment.row.id, is_release=is_release, reason="seen", by=BEAT, now=self.now)

        if deadline is not None and deadline <= self.now:
            with pytest.raises(WrongState):
                decide()
            payment.end(Status.DECLINED)
            return
        decide()
        if is_release:
            payment.status = Status.AUTHORISING
        else:
            payment.end(Status.DECLINED)

    # What workers and the bank do

    @precondition(lambda self: self.payments)
    @rule(pick=st.integers(0, 9), mood=st.sampled_from(MOODS))
    def carry_out(self, pick: int, mood: str) -> None:
        mine = Operation.objects.filter(payment__merchant=self.shop.merchant, status__in=OPEN).order_by("id")
        due = list(mine)
        if due:
            self._carry_out(due[pick % len(due)], mood)

    @precondition(lambda self: self.payments)
    @rule(pick=st.integers(0, 9))
    def carry_out_all_of_one(self, pick: int) -> None:
        payment = self._pick(pick)
        for operation in Operation.objects.filter(payment=payment.row, status__in=OPEN).order_by("id"):
            self._carry_out(operation, "fine")

    def _carry_out(self, operation: Operation, mood: str) -> None:
        payment = next(payment for payment in self.payments if payment.row.id == operation.payment_id)
        row, waiting = self._row(payment), self._refunds_behind(operation)
        self.world.bank.said.clear()
        self.world.bank.mood = mood
        try:
            carry_out_operation(operation_id=operation.id, now=self.now)
        except WorkerDied:
            self.world.bank.said.clear()
        if self.world.bank.said:
            operation.tries += 1
            self._settled(payment, row, operation, self.world.bank.said[0], waiting)

    def _refunds_behind(self, capture: Operation) -> int:
        behind = Operation.objects.filter(target=capture.reference, verb=Verb.REFUND, status=OperationStatus.QUEUED)
        return int(behind.aggregate(total=Sum("amount_minor"))["total"] or 0)

    def _settled(self, payment: Expected, row: Payment, operation: Operation, said: object, waiting: int) -> None:
        match Verb(operation.verb), said:
            case Verb.AUTHORISE, _:
                self._authorised(payment, row, operation, said)
            case Verb.CAPTURE, Declined():
                payment.refused += operation.amount_minor
                payment.reserved -= waiting
            case Verb.REFUND, Approved():
                payment.reserved -= operation.amount_minor
                payment.refunded += operation.amount_minor
            case Verb.REFUND, Declined():
                payment.reserved -= operation.amount_minor
            case ((Verb.VOID | Verb.REVERSE), (Approved() | Declined())) if said not in NO.values():
                if payment.status == Status.REVERSING:
                    payment.released += payment.rest
                    payment.end(Status.CANCELLED)

    def _authorised(self, payment: Expected, row: Payment, operation: Operation, said: object) -> None:
        if payment.status not in (Status.AUTHORISING, Status.UNKNOWN):
            return
        match said:
            case Approved():
                payment.authorised = row.amount_minor
                is_late = operation.created_at + timedelta(seconds=30) <= self.now
                if is_late or (payment.is_automatic and row.answer_until <= self.now):
                    payment.status = Status.REVERSING
                elif payment.is_automatic:
                    payment.status, payment.captured = Status.CAPTURED, row.amount_minor
                else:
                    payment.status = Status.AUTHORISED
            case Declined():
                payment.end(Status.DECLINED)
            case NotSent() if operation.tries == 1:
                payment.end(Status.DECLINED)
            case NeverHeardOf():
                payment.status = Status.REVERSING
            case _:
                payment.status = Status.UNKNOWN

    @rule()
    def the_bank_catches_up(self) -> None:
        self.world.bank.catch_up()

    # What the clock does

    @rule(seconds=st.sampled_from([1.5, 4, 11, 13, 20, 46, 900, 90_000, 700_000]))
    def time_passes(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        for payment in self.payments:
            self._miss(payment)
        watch_payments(now=self.now)

    def _miss(self, payment: Expected) -> None:
        row = self._row(payment)
        if row.deadline_at is None or row.deadline_at > self.now:
            return
        match payment.status:
            case Status.IN_REVIEW:
                payment.end(Status.DECLINED)
            case Status.AUTHORISING if Operation.objects.filter(payment=row, status=OperationStatus.QUEUED).exists():
                payment.end(Status.CANCELLED)
            case Status.AUTHORISED if row.hold_expires_at is not None and row.hold_expires_at <= self.now:
                payment.released = payment.authorised
                payment.end(Status.EXPIRED)
            case Status.AUTHORISING | Status.UNKNOWN | Status.AUTHORISED:
                payment.status = Status.REVERSING
            case Status.CAPTURED:
                payment.release(payment.rest)

    # What is never false

    @invariant()
    def nothing_is_ever_false(self) -> None:
        self.the_rows_say_what_the_model_says()
        self.the_books_say_the_same()
        self.every_change_has_its_event_and_every_move_is_allowed()
        self.nothing_that_is_open_is_forgotten()
        self.refunds_add_up()
        self.the_limits_count_what_is_used()

    def the_rows_say_what_the_model_says(self) -> None:
        rows = {row.id: row for row in Payment.objects.filter(merchant=self.shop.merchant)}
        assert len(rows) == len(self.payments)
        for payment in self.payments:
            row = rows[payment.row.id]
            found = (
                row.status,
                row.authorised_minor,
                row.captured_minor,
                row.released_minor,
                row.refunded_minor,
                row.refund_reserved_minor,
                row.limits_reserved_minor,
            )
            assert found == payment.amounts()
            assert row.refunded_minor + row.refund_reserved_minor + row.lost_minor <= row.captured_minor
            assert row.captured_minor + row.released_minor <= row.authorised_minor <= row.amount_minor
            payment.row = row

    def the_books_say_the_same(self) -> None:
        code, merchant = self.bank.code, self.shop.merchant.id
        held = sum(payment.rest for payment in self.payments)
        owed = sum(payment.captured - payment.refunded for payment in self.payments)
        accounts = {
            f"holds:{code}": held,
            f"holds_contra:{code}": -held,
            f"provider_receivable:{code}": owed,
            f"merchant_payable:{merchant}": -owed,
        }
        assert {name: balance(account=name, currency="CHF").amount for name in accounts} == accounts

    def every_change_has_its_event_and_every_move_is_allowed(self) -> None:
        events = PaymentEvent.objects.filter(payment__merchant=self.shop.merchant).order_by("version")
        history: dict[object, list[tuple[int, Status]]] = {payment.row.id: [] for payment in self.payments}
        for payment_id, version, status in events.values_list("payment_id", "version", "status"):
            history[payment_id].append((version, Status(status)))
        for payment in self.payments:
            events_of = history[payment.row.id]
            assert [version for version, _ in events_of] == list(range(1, payment.row.version + 1))
            assert events_of[0][1] in FIRST
            for (_, before), (_, after) in pairwise(events_of):
                assert before == after or after in MOVES[before]
            assert events_of[-1][1] == payment.row.status

    def nothing_that_is_open_is_forgotten(self) -> None:
        operations = Operation.objects.filter(payment__merchant=self.shop.merchant)
        assert not operations.filter(status__in=OPEN, next_check_at=None).exists()
        captures: dict[object, set[str]] = {}
        for payment_id, status in operations.filter(verb=Verb.CAPTURE).values_list("payment_id", "status"):
            captures.setdefault(payment_id, set()).add(status)
        for payment in self.payments:
            assert payment.row.capture_status in self._fitting(captures.get(payment.row.id, set()))

    def _fitting(self, statuses: set[str]) -> set[CaptureStatus]:
        if not statuses:
            return {CaptureStatus.NONE}
        if OperationStatus.FAILED in statuses:
            return {CaptureStatus.FAILED}
        if OperationStatus.UNKNOWN in statuses:
            return {CaptureStatus.SENT, CaptureStatus.QUEUED}
        if statuses & {OperationStatus.SENT, OperationStatus.QUEUED}:
            return {CaptureStatus.QUEUED, CaptureStatus.SENT}
        return {CaptureStatus.SUCCEEDED}

    def refunds_add_up(self) -> None:
        refunds = Refund.objects.filter(payment__merchant=self.shop.merchant)
        statuses: dict[object, set[str]] = {}
        for payment_id, status in refunds.values_list("payment_id", "status"):
            statuses.setdefault(payment_id, set()).add(status)
        for payment in self.payments:
            of = statuses.get(payment.row.id, set())
            if of & LIVE_REFUNDS:
                facet = RefundFacet.PENDING
            elif payment.refunded:
                facet = RefundFacet.FULL if payment.refunded == payment.captured else RefundFacet.PARTIAL
            else:
                facet = RefundFacet.FAILED if RefundStatus.FAILED in of else RefundFacet.NONE
            assert payment.row.refund_status == facet

    def the_limits_count_what_is_used(self) -> None:
        used: dict[object, int] = {}
        for payment in self.payments:
            used[payment.row.business_date] = used.get(payment.row.business_date, 0) + payment.limits
        for scope, subject in ((Scope.MERCHANT, self.shop.merchant.id), (Scope.DEVICE, self.phone.identity.id)):
            counters = DayCounter.objects.filter(scope=scope, subject_id=subject)
            counted = dict(counters.values_list("day", "used_minor"))
            assert {day: minor for day, minor in counted.items() if minor} == {
                day: minor for day, minor in used.items() if minor
            }

    # And in the end

    def teardown(self) -> None:
        """Everything heals: then nothing is open, and the bank's books say what ours say."""
        if not hasattr(self, "shop"):
            return
        self.world.bank.mood = "fine"
        self.world.bank.catch_up()
        for _ in range(12):
            # Beyond the end of every hold, and then as often as it takes.
            self.time_passes(700_000)
            for payment in self.payments:
                for operation in Operation.objects.filter(payment=payment.row, status__in=OPEN).order_by("id"):
                    self._carry_out(operation, "fine")
            if all(payment.status in ENDS and not payment.rest for payment in self.payments):
                break
        self.nothing_is_ever_false()
        assert not Operation.objects.filter(payment__merchant=self.shop.merchant, status__in=OPEN).exists()
        assert {payment.status for payment in self.payments} <= set(ENDS)
        assert broken_journals() == []
        self._compare_with_the_bank()

    def _compare_with_the_bank(self) -> None:
        connector = connector_for(self.bank)
        assert isinstance(connector, SandboxConnector)
        books = connector._books
        booked = sum(line.amount.amount for _, line in books.lines)
        ours = sum(payment.captured - payment.refused - payment.refunded for payment in self.payments)
        assert booked == ours
        # Where the bank refused a capture, it is for people to find out what it holds.
        kept = {
            f"hold_{operation.reference}"
            for payment in self.payments
            if payment.refused
            for operation in Operation.objects.filter(payment=payment.row, verb=Verb.AUTHORISE)
        }
        assert not [name for name, hold in books._holds.items() if hold.is_open and hold.left and name not in kept]

    # Helpers

    def _pick(self, number: int, *preferred: Status) -> Expected:
        fitting = [payment for payment in self.payments if payment.status in preferred] or self.payments
        return fitting[number % len(fitting)]

    def _row(self, payment: Expected) -> Payment:
        return Payment.objects.get(id=payment.row.id)


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, settings: Any) -> World:
    """A bank whose circuit stays closed, and rules that say what the game wants."""
    world = World()
    world.bank.install(monkeypatch)
    monkeypatch.setattr(calls_module, "breaker_for", lambda account: CircuitBreaker(monotonic=time.monotonic))

    def assess(*, facts: Facts, now: datetime) -> Assessment:
        return Assessment.objects.create(
            payment_id=facts.payment, facts=facts.as_document(), verdict=world.verdict, score=1, reasons=[], at=now
        )

    monkeypatch.setattr(start_module, "assess", assess)
    settings.SOFTWARE_DEVICE_LIMIT = settings.SOFTWARE_DEVICE_DAY_LIMIT = PLENTY
    return world


@pytest.mark.timeout(170)
def test_no_order_of_events_breaks_a_payment(world: World, pytestconfig: pytest.Config) -> None:
    LifeOfPayments.world = world
    is_seeded = pytestconfig.getoption("--hypothesis-seed", default=None) is not None

    run_state_machine_as_test(
        LifeOfPayments,
        settings=settings(
            max_examples=25,
            stateful_step_count=30,
            derandomize=not is_seeded,
            database=None,
            deadline=None,
            print_blob=False,
            phases=(Phase.generate, Phase.shrink),
            suppress_health_check=list(HealthCheck),
        ),
    )

    from collections import Counter

    print(
        "STAT",
        Counter(Payment.objects.values_list("status", flat=True)),
        Counter(PaymentEvent.objects.values_list("kind", flat=True)),
        Counter(Payment.objects.values_list("decline_detail", flat=True)),
    )
    assert world.games >= 25
    assert {*OFF, Status.CAPTURED} - {Status.REVERSING} <= set(Payment.objects.values_list("status", flat=True))
