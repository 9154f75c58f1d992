"""The instrument that the customer signed as second choice."""

from datetime import datetime

import pytest

from apps.cases.models import Case
from apps.instruments.models import Instrument
from apps.instruments.operations import move_instrument
from apps.instruments.states import InstrumentStatus
from apps.kernel.money import Money
from apps.ledger.queries import trial_balance
from apps.limits.models import DayCounter, Scope
from apps.limits.operations import set_payment_limit
from apps.providers.contract import Approved, Declined, InquiryOutcome, NeverHeardOf, NotSent, Unknown
from apps.providers.models import ProviderCall
from apps.providers.reasons import DeclineReason
from apps.transactions.models import Attempt, Operation, Payment
from apps.transactions.operations.carry_out import settle_operation
from apps.transactions.queries import whole_payment
from apps.transactions.states import OperationStatus, Status
from tests.cast import STAFF, Phone
from tests.shop import Shop, carry_out_all, link_account, make_bank

NO = Declined(DeclineReason.INSUFFICIENT_FUNDS)


@pytest.fixture
def second(phone: Phone, now: datetime) -> Instrument:
    """Another account of the same customer, at another bank."""
    return link_account(phone, make_bank(now=now, code="other"), now=now)


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Let the banks say exactly this, in this order."""
    outcomes: list[object] = []
    for verb in ("authorise", "inquire"):
        monkeypatch.setattr(
            f"apps.providers.connectors.sandbox.SandboxConnector.{verb}", lambda self, request: outcomes.pop(0)
        )
    return outcomes


def sell(shop: Shop, phone: Phone, now: datetime, *, fallback: int = 2) -> Payment:
    payment = shop.sell(phone, 1000, now=now, code=phone.make_code(now=now, instrument=1, fallback=fallback))
    return carry_out_all(payment.id, now=now)


@pytest.mark.parametrize("no", [NO, NotSent("circuit open"), Declined(DeclineReason.PROVIDER_UNAVAILABLE)])
def test_a_certain_no_goes_on_to_the_second_choice(
    no: object, shop: Shop, phone: Phone, second: Instrument, now: datetime, scripted: list[object]
) -> None:
    scripted += [no, Approved("hold-2")]

    payment = sell(shop, phone, now)

    assert (payment.status, payment.instrument_id, payment.fallback_id) == (Status.AUTHORISED, second.id, None)
    attempts = list(Attempt.objects.filter(payment=payment).order_by("number"))
    assert [attempt.number for attempt in attempts] == [1, 2]
    assert (attempts[0].hold_reference, attempts[1].hold_reference) == ("", "hold-2")
    assert trial_balance()["CHF"] == {"holds:other": 1000, "holds_contra:other": -1000}


def test_the_second_choice_is_captured_where_it_was_held(
    shop: Shop, phone: Phone, second: Instrument, now: datetime, scripted: list[object]
) -> None:
    scripted += [NO, Approved("hold-2")]
    payment = sell(shop, phone, now)

    shop.capture(payment, now=now)

    assert trial_balance()["CHF"]["provider_receivable:other"] == 1000
    assert Operation.objects.get(payment=payment, verb="capture").target == "hold-2"


def test_silence_is_no_certain_no(
    shop: Shop, phone: Phone, second: Instrument, now: datetime, scripted: list[object]
) -> None:
    scripted += [Unknown("timeout")]

    payment = shop.sell(phone, 1000, now=now, code=phone.make_code(now=now, instrument=1, fallback=2))

    assert payment.status == Status.UNKNOWN
    assert Operation.objects.filter(payment=payment).count() == 1


def late_call(shop: Shop, now: datetime) -> ProviderCall:
    return ProviderCall(account=shop.bank, reference="x", verb="authorise", outcome="approved", latency_ms=1, at=now)


@pytest.mark.parametrize("again", [NO, Unknown("timeout"), NeverHeardOf(), NotSent("circuit open"), None])
def test_a_slow_worker_with_the_first_banks_no_leaves_the_second_alone(
    again: InquiryOutcome | None,
    shop: Shop,
    phone: Phone,
    second: Instrument,
    now: datetime,
    scripted: list[object],
) -> None:
    scripted += [NO]
    payment = shop.sell(phone, 1000, now=now, code=phone.make_code(now=now, instrument=1, fallback=2))
    before = whole_payment(payment.id)

    settle_operation(Operation.objects.get(payment=payment, attempt__number=1), again, late_call(shop, now), now)

    after = whole_payment(payment.id)
    assert (after.status, after.version) == (Status.AUTHORISING, before.version)
    scripted += [Approved("hold-2")]
    assert carry_out_all(payment.id, now=now).status == Status.AUTHORISED


@pytest.mark.parametrize("is_second_done", [False, True])
def test_a_yes_of_the_first_bank_after_its_no_is_undone_and_the_second_is_left_alone(
    is_second_done: bool, shop: Shop, phone: Phone, second: Instrument, now: datetime, scripted: list[object]
) -> None:
    scripted += [NO]
    payment = shop.sell(phone, 1000, now=now, code=phone.make_code(now=now, instrument=1, fallback=2))
    if is_second_done:
        scripted += [Approved("hold-2")]
        carry_out_all(payment.id, now=now)
    first = Operation.objects.get(payment=payment, attempt__number=1)

    for _ in range(2):
        settle_operation(first, Approved("hold-1"), late_call(shop, now), now)

    undoing = Operation.objects.get(payment=payment, verb__in=["void", "reverse"])
    assert undoing.attempt_id == first.attempt_id
    assert Case.objects.get().kind == "late_approval"
    if not is_second_done:
        scripted += [Approved("hold-2")]
    done = carry_out_all(payment.id, now=now)
    assert (done.status, done.authorised_minor) == (Status.AUTHORISED, 1000)
    assert trial_balance()["CHF"] == {"holds:other": 1000, "holds_contra:other": -1000}
    assert Operation.objects.get(id=undoing.id).status == OperationStatus.SUCCEEDED


def test_both_saying_no_declines_with_the_second_ones_reason(
    shop: Shop, phone: Phone, second: Instrument, now: datetime, scripted: list[object]
) -> None:
    scripted += [NO, Declined(DeclineReason.BLOCKED_INSTRUMENT)]

    payment = sell(shop, phone, now)

    assert (payment.status, payment.decline_code) == (Status.DECLINED, "blocked_instrument")
    assert not DayCounter.objects.exclude(used_minor=0).exists()


def test_whom_one_bank_suspects_is_not_sent_to_the_next(
    shop: Shop, phone: Phone, second: Instrument, now: datetime, scripted: list[object]
) -> None:
    scripted += [Declined(DeclineReason.SUSPECTED_FRAUD)]

    assert sell(shop, phone, now).status == Status.DECLINED


def test_a_second_choice_that_may_not_pay_is_none(
    shop: Shop, phone: Phone, second: Instrument, now: datetime, scripted: list[object]
) -> None:
    scripted += [NO, NO]
    set_payment_limit(scope=Scope.INSTRUMENT, subject_id=second.id, limit=Money(999, "CHF"), by=STAFF, now=now)
    limited = sell(shop, phone, now)
    move_instrument(
        instrument_id=second.id,
        customer_id=phone.customer.id,
        to=InstrumentStatus.SUSPENDED,
        reason="asked",
        by=STAFF,
        now=now,
    )
    suspended = shop.sell(phone, 1001, now=now, code=phone.make_code(now=now, instrument=1, fallback=2))

    assert {limited.decline_code, suspended.decline_code} == {"insufficient_funds"}


def test_the_day_is_counted_on_the_instrument_that_paid(
    shop: Shop, phone: Phone, second: Instrument, now: datetime, scripted: list[object]
) -> None:
    first = Instrument.objects.get(customer=phone.customer, handle=1)
    for instrument in (first, second):
        set_payment_limit(
            scope=Scope.INSTRUMENT, subject_id=instrument.id, per_day=Money(5000, "CHF"), by=STAFF, now=now
        )
    scripted += [NO, Approved("hold-2")]

    payment = sell(shop, phone, now)
    used = {row.subject_id: row.used_minor for row in DayCounter.objects.filter(scope=Scope.INSTRUMENT)}
    shop.cancel(payment, now=now)
    carry_out_all(payment.id, now=now)

    assert used == {first.id: 0, second.id: 1000}
    assert not DayCounter.objects.exclude(used_minor=0).exists()
    assert not Operation.objects.exclude(status__in=[OperationStatus.SUCCEEDED, OperationStatus.FAILED]).exists()
