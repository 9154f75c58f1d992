"""What a provider may say to an authorisation, and above all what it may not say: nothing is ever guessed."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from apps.ledger.queries import trial_balance
from apps.outbox.models import Message
from apps.providers.contract import Approved, Declined, NeverHeardOf, NotSent, Pending, Unknown, Verb
from apps.providers.models import ProviderAccount, ProviderCall
from apps.providers.reasons import DeclineReason
from apps.transactions.models import Operation, Payment, PaymentEvent
from apps.transactions.operations import carry_out_operation, meet_deadline, watch_payments
from apps.transactions.operations.carry_out import settle_operation
from apps.transactions.states import OperationStatus, Status
from tests.cast import Phone
from tests.shop import Shop, carry_out_all, open_operations

LOST = 9904  # never arrives; inquiries have never heard of it
SILENT_YES = 9902  # done, but the answer is lost
SILENT_NO = 9903
LATE = 9909  # arrives after the first inquiry
REFUSED_CONNECTION = 9901
PENDING = 9905
REJECTED_US = 9906


def at(now: datetime, seconds: float) -> datetime:
    return now + timedelta(seconds=seconds)


def look(payment_id: UUID, now: datetime) -> Payment:
    """The clock ticks, and the workers carry out what it rang for."""
    watch_payments(now=now)
    return carry_out_all(payment_id, now=now)


@pytest.mark.parametrize(
    ("amount", "code"), [(9911, "insufficient_funds"), (9913, "blocked_instrument"), (9920, "provider_unavailable")]
)
def test_a_certain_no_declines_for_its_reason(amount: int, code: str, shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, amount, now=now)

    assert (payment.status, payment.decline_code, payment.deadline_at) == (Status.DECLINED, code, None)
    assert open_operations(payment.id) == []
    assert trial_balance() == {}


def test_a_message_that_certainly_was_not_sent_declines(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, REFUSED_CONNECTION, now=now)

    assert (payment.status, payment.decline_code) == (Status.DECLINED, "provider_unavailable")


def test_a_provider_that_rejects_us_declines_and_its_route_is_off(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, REJECTED_US, now=now)
    next_one = shop.sell(phone, 100, now=now)

    assert (payment.status, payment.decline_code) == (Status.DECLINED, "provider_unavailable")
    assert not ProviderAccount.objects.get(id=shop.bank.id).is_enabled
    assert next_one.decline_code == "instrument_unusable"


def test_silence_is_unknown_and_never_a_no(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, SILENT_YES, now=now)

    assert payment.status == Status.UNKNOWN
    operation = Operation.objects.get(payment=payment)
    assert (operation.status, operation.tries) == (OperationStatus.UNKNOWN, 1)
    assert operation.next_check_at is not None
    assert abs((operation.next_check_at - now).total_seconds() - 1) < 0.5
    assert payment.deadline_at == at(now, 45)


def test_an_inquiry_finds_the_yes_and_the_sale_goes_on(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, SILENT_YES, now=now)

    assert not carry_out_operation(operation_id=open_operations(payment.id)[0].id, now=at(now, 0.5))
    found = look(payment.id, at(now, 2))

    assert (found.status, found.authorised_minor) == (Status.AUTHORISED, SILENT_YES)
    assert list(ProviderCall.objects.order_by("at").values_list("verb", "outcome")) == [
        ("describe_instrument", "approved"),
        ("authorise", "unknown"),
        ("inquire", "approved"),
    ]


def test_an_inquiry_finds_the_no(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, SILENT_NO, now=now)

    found = look(payment.id, at(now, 2))

    assert (found.status, found.decline_code) == (Status.DECLINED, "do_not_honour")


def test_a_pending_answer_is_asked_about(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, PENDING, now=now)
    assert payment.status == Status.UNKNOWN

    assert look(payment.id, at(now, 2)).status == Status.AUTHORISED


def test_a_yes_that_is_found_after_thirty_seconds_is_given_back(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, SILENT_YES, now=now)

    off = look(payment.id, at(now, 31))
    done = carry_out_all(payment.id, now=at(now, 32))

    assert off.status == Status.REVERSING
    assert (done.status, done.authorised_minor, done.released_minor) == (Status.CANCELLED, SILENT_YES, SILENT_YES)
    assert trial_balance()["CHF"] == {"holds:bank": 0, "holds_contra:bank": 0}


def test_never_heard_of_is_no_proof_and_shuts_the_door(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, LATE, now=now)

    off = look(payment.id, at(now, 2))
    assert off.status == Status.REVERSING
    done = carry_out_all(payment.id, now=at(now, 3))

    assert done.status == Status.CANCELLED
    assert not open_operations(payment.id)
    assert trial_balance() == {}


def test_at_the_deadline_an_unknown_sale_is_reversed(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, LOST, now=now)

    meet_deadline(payment_id=payment.id, now=at(now, 44.9))
    assert Payment.objects.get(id=payment.id).status == Status.UNKNOWN
    meet_deadline(payment_id=payment.id, now=at(now, 45))
    meet_deadline(payment_id=payment.id, now=at(now, 45))

    assert Payment.objects.get(id=payment.id).status == Status.REVERSING
    assert [operation.verb for operation in open_operations(payment.id)] == [Verb.AUTHORISE, Verb.REVERSE]
    assert carry_out_all(payment.id, now=at(now, 46)).status == Status.CANCELLED


def test_at_the_deadline_a_message_that_nobody_sent_is_withdrawn(shop: Shop, phone: Phone, now: datetime) -> None:
    started = shop.start(phone.make_code(now=now), now=now)

    meet_deadline(payment_id=started.payment_id, now=at(now, 45))

    assert Payment.objects.get(id=started.payment_id).status == Status.CANCELLED
    assert Operation.objects.get().status == OperationStatus.WITHDRAWN
    assert started.operation_id is not None
    assert not carry_out_operation(operation_id=started.operation_id, now=at(now, 46))


def test_a_worker_that_died_in_mid_call_is_noticed_and_the_provider_asked(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    started = shop.start(phone.make_code(now=now), now=now)
    Operation.objects.update(status=OperationStatus.SENT, tries=1, sent_at=now, next_check_at=at(now, 10))

    assert watch_payments(now=at(now, 9)) == 0
    off = look(started.payment_id, at(now, 11))

    # The sandbox never got it, and that is no proof: the reversal goes out.
    assert off.status == Status.REVERSING
    assert carry_out_all(started.payment_id, now=at(now, 12)).status == Status.CANCELLED


def test_a_lost_doorbell_is_rung_again_once(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.start(phone.make_code(now=now), now=now)
    Message.objects.filter(done_at=None).update(tries=1, done_at=now)

    assert watch_payments(now=at(now, 4)) == 1
    assert watch_payments(now=at(now, 5)) == 0
    assert Message.objects.filter(done_at=None, topic="transactions.carry_out").count() == 1


def test_a_message_is_carried_out_once_however_many_take_it_up(shop: Shop, phone: Phone, now: datetime) -> None:
    started = shop.start(phone.make_code(now=now), now=now)
    assert started.operation_id is not None

    results = [carry_out_operation(operation_id=started.operation_id, now=now) for _ in range(3)]

    assert results == [True, False, False]
    assert ProviderCall.objects.filter(verb="authorise").count() == 1


@pytest.fixture
def scripted(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Let the bank say exactly this, in this order: outcomes that the sandbox has no amount for."""
    outcomes: list[object] = []

    def answer(self: object, request: object) -> object:
        return outcomes.pop(0)

    for verb in ("authorise", "inquire", "reverse", "void", "capture"):
        monkeypatch.setattr(f"apps.providers.connectors.sandbox.SandboxConnector.{verb}", answer)
    return outcomes


def test_a_late_yes_does_not_revive_a_sale_and_is_undone(
    shop: Shop, phone: Phone, now: datetime, scripted: list[object]
) -> None:
    scripted += [Unknown("timeout")]
    payment = shop.sell(phone, 1000, now=now)
    shop.cancel(payment, now=at(now, 1))
    scripted += [Approved("hold-1"), Approved("reversal-1")]
    authorise, reverse = open_operations(payment.id)
    Operation.objects.filter(id=authorise.id).update(next_check_at=at(now, 1))

    carry_out_operation(operation_id=authorise.id, now=at(now, 2))
    still_off = Payment.objects.get(id=payment.id)
    carry_out_operation(operation_id=reverse.id, now=at(now, 3))

    assert still_off.status == Status.REVERSING
    assert PaymentEvent.objects.filter(payment=payment, kind="payment.late_approval").count() == 1
    assert Payment.objects.get(id=payment.id).status == Status.CANCELLED


def test_a_yes_after_the_reversal_was_acknowledged_is_reversed_again(
    shop: Shop, phone: Phone, now: datetime, scripted: list[object]
) -> None:
    scripted += [Unknown("timeout"), Approved("reversal-1")]
    payment = shop.sell(phone, 1000, now=now)
    authorise = Operation.objects.get(payment=payment)
    shop.cancel(payment, now=at(now, 1))
    carry_out_operation(operation_id=open_operations(payment.id)[1].id, now=at(now, 2))
    assert Payment.objects.get(id=payment.id).status == Status.CANCELLED
    scripted += [Approved("reversal-2")]

    call = ProviderCall(account=shop.bank, reference="x", verb="inquire", outcome="approved", latency_ms=1, at=now)
    settle_operation(authorise, Approved("hold-1"), call, at(now, 3))
    carry_out_all(payment.id, now=at(now, 4))

    assert Payment.objects.get(id=payment.id).status == Status.CANCELLED
    undone = Operation.objects.filter(payment=payment, verb__in=[Verb.REVERSE, Verb.VOID])
    assert undone.filter(status=OperationStatus.SUCCEEDED).count() == 2


@pytest.mark.parametrize(
    "outcome",
    [Unknown("garbage"), NotSent("circuit open"), Pending("x"), NeverHeardOf(), Declined(DeclineReason.NOT_PERMITTED)],
)
def test_an_undoing_is_repeated_until_it_is_proven(
    outcome: object, shop: Shop, phone: Phone, now: datetime, scripted: list[object]
) -> None:
    scripted += [Approved("hold-1"), outcome, Approved("void-1")]
    payment = shop.sell(phone, 1000, now=now)
    shop.cancel(payment, now=now)

    stuck = carry_out_all(payment.id, now=now)
    assert stuck.status == Status.REVERSING
    assert not carry_out_operation(operation_id=open_operations(payment.id)[0].id, now=at(now, 4))
    done = look(payment.id, at(now, 6))

    assert done.status == Status.CANCELLED
    assert Operation.objects.get(payment=payment, verb=Verb.VOID).tries == 2


def test_a_hold_that_the_provider_no_longer_has_is_undone(
    shop: Shop, phone: Phone, now: datetime, scripted: list[object]
) -> None:
    scripted += [Approved("hold-1"), Declined(DeclineReason.HOLD_EXPIRED)]
    payment = shop.sell(phone, 1000, now=now)
    shop.cancel(payment, now=now)

    assert carry_out_all(payment.id, now=now).status == Status.CANCELLED


def test_inquiries_follow_the_timetable(shop: Shop, phone: Phone, now: datetime, scripted: list[object]) -> None:
    scripted += [Unknown("timeout")] * 9
    payment = shop.sell(phone, 1000, now=now)
    pauses = []

    for _ in range(5):
        operation = Operation.objects.get(payment=payment)
        assert operation.next_check_at is not None
        assert operation.unknown_since is not None
        pauses.append(round((operation.next_check_at - operation.unknown_since).total_seconds()))
        carry_out_operation(operation_id=operation.id, now=operation.next_check_at)

    assert pauses == [1, 3, 6, 10, 20]
    assert Payment.objects.get(id=payment.id).status == Status.UNKNOWN
    meet_deadline(payment_id=payment.id, now=at(now, 45))
    assert Payment.objects.get(id=payment.id).status == Status.REVERSING
