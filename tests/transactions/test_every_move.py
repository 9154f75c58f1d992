"""The table of moves, row by row: from which status, what happens, to which one, and what else."""

import re
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from apps.cases.models import Case
from apps.kernel.money import Money
from apps.ledger.models import Journal
from apps.ledger.queries import balance
from apps.merchants.models import TillKind
from apps.outbox.models import Message
from apps.pos_api.shapes import payment_shape
from apps.providers.contract import Approved, Declined, NeverHeardOf, NotSent, Pending, Unknown, Verb
from apps.providers.models import ProviderCall
from apps.providers.reasons import DeclineReason
from apps.transactions.models import Operation, Payment, Refund
from apps.transactions.operations import carry_out_operation, look_at_payment, meet_deadline, watch_payments
from apps.transactions.operations.carry_out import settle_operation
from apps.transactions.queries import whole_payment
from apps.transactions.states import (
    FIRST,
    MOVES,
    OPERATION_MOVES,
    REFUND_MOVES,
    Action,
    CaptureMode,
    CaptureStatus,
    OperationStatus,
    RefundFacet,
    Status,
)
from tests.cast import WRONG_PIN, Phone
from tests.shop import Shop, carry_out_all, link_account, make_bank, make_payer, make_shop, open_operations
from tests.transactions.bank import Bank
from tests.transactions.conftest import Judge, Verdict
from tests.transactions.counter import at, buy, confirm, consent, kinds_of, refund, review

NO = Declined(DeclineReason.INSUFFICIENT_FUNDS, "no_funds")
SILENCES = [Unknown("timeout"), Unknown("503"), Unknown("connection reset"), Unknown("half a body"), Pending("later")]


def held(shop: Shop, phone: Phone, now: datetime, fraud_says: Judge) -> Payment:
    fraud_says(Verdict.REVIEW)
    return shop.sell(phone, 1000, now=now)


def asked(shop: Shop, phone: Phone, now: datetime, fraud_says: Judge) -> Payment:
    fraud_says(Verdict.CONSENT)
    return shop.sell(phone, 1000, now=now)


def doubled(shop: Shop, phone: Phone, now: datetime, fraud_says: Judge) -> Payment:
    shop.cancel(shop.sell(phone, 1, now=now), now=now)
    shop.sell(phone, 1000, now=now)
    return shop.sell(phone, 1000, now=now)


Waiting = Callable[[Shop, Phone, datetime, Judge], Payment]


def started(shop: Shop, phone: Phone, now: datetime) -> Payment:
    return Payment.objects.get(id=shop.start(phone.make_code(now=now), 1000, now=now).payment_id)


def silent(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> Payment:
    bank.says("authorise", Unknown("timeout"))
    payment = shop.sell(phone, 1000, now=now)
    assert payment.status == Status.UNKNOWN
    return payment


def inquire(payment: Payment, now: datetime) -> Payment:
    operation = Operation.objects.get(payment=payment, verb=Verb.AUTHORISE)
    assert carry_out_operation(operation_id=operation.id, now=now)
    return whole_payment(payment.id)


def asked_of_providers(payment: Payment) -> int:
    return Operation.objects.filter(payment=payment).count()


def told(payment: Payment) -> int:
    return Message.objects.filter(topic="confirmations.tell", arguments__payment_id=str(payment.id)).count()


# | - | the code, PIN, device, instrument or a limit says no | declined |


@pytest.mark.parametrize(
    ("claims", "code", "is_spent"),
    [
        ({"issued_at": 1_700_000_000}, "expired", False),
        ({"pin": WRONG_PIN}, "pin_wrong", True),
        ({"sync": b"\1\2\3\4"}, "rejected", True),
        ({"instrument": 9}, "instrument_unusable", True),
        ({"cap": 999}, "over_cap", True),
    ],
)
def test_a_no_of_ours_is_declined_and_no_provider_is_called(
    claims: Mapping[str, object],
    code: str,
    is_spent: bool,
    shop: Shop,
    phone: Phone,
    now: datetime,
    bank: Bank,
) -> None:
    text = phone.make_code(now=now, **claims)  # type: ignore[arg-type]  # as make_code takes

    payment = shop.sell(phone, 1000, now=now, code=text)

    assert (payment.status, payment.decline_code, payment.ended_at) == (Status.DECLINED, code, now)
    assert bank.asked == []
    again = shop.sell(phone, 1000, now=now, code=text)
    assert (again.decline_code in ("already_used", "rejected")) == is_spent


# | - | fraud rules hold it | in_review |


@pytest.mark.parametrize(("kind", "seconds"), [(TillKind.ATTENDED, 20), (TillKind.SELF_CHECKOUT, 86_400)])
def test_what_fraud_holds_is_in_review_and_the_till_sees_processing(
    kind: TillKind, seconds: int, now: datetime, fraud_says: Judge, bank: Bank
) -> None:
    shop = make_shop(now=now, kind=kind)

    payment = held(shop, make_payer(shop, now=now), now, fraud_says)

    assert (payment.status, payment.deadline_at) == (Status.IN_REVIEW, at(now, seconds))
    assert payment_shape(payment)["status"] == "processing"
    assert bank.asked == []


# | - | fraud rules or limits want the customer's consent | action_required |


def test_what_wants_the_customers_consent_asks_a_phone_that_is_online(
    shop: Shop, phone: Phone, now: datetime, fraud_says: Judge, online: None
) -> None:
    payment = asked(shop, phone, now, fraud_says)

    assert (payment.status, payment.action, payment.deadline_at) == (
        Status.ACTION_REQUIRED,
        Action.CUSTOMER_CONSENT,
        at(now, 30),
    )


def test_without_a_phone_that_is_online_it_is_declined(
    shop: Shop, phone: Phone, now: datetime, fraud_says: Judge
) -> None:
    payment = asked(shop, phone, now, fraud_says)

    assert (payment.status, payment.decline_code) == (Status.DECLINED, "consent_unavailable")


# | - | looks like a duplicate sale | action_required |


def test_what_looks_like_a_duplicate_asks_the_cashier(
    shop: Shop, phone: Phone, now: datetime, fraud_says: Judge
) -> None:
    payment = doubled(shop, phone, now, fraud_says)

    assert (payment.status, payment.action, payment.deadline_at) == (
        Status.ACTION_REQUIRED,
        Action.CASHIER_CONFIRM,
        at(now, 60),
    )


# | -, in_review (released), action_required (consented, confirmed) | attempt and operation committed | authorising |


@pytest.mark.usefixtures("online", "impatient")
@pytest.mark.parametrize(
    ("waiting", "say_yes"),
    [
        (held, lambda shop, phone, payment, now: review(payment, now=now)),
        (asked, lambda shop, phone, payment, now: consent(phone, payment, now=now)),
        (doubled, lambda shop, phone, payment, now: confirm(shop, payment, now=now)),
    ],
)
def test_a_yes_of_the_person_asks_the_provider(
    waiting: Waiting,
    say_yes: Callable[[Shop, Phone, Payment, datetime], object],
    shop: Shop,
    phone: Phone,
    now: datetime,
    fraud_says: Judge,
) -> None:
    payment = waiting(shop, phone, now, fraud_says)
    assert asked_of_providers(payment) == 0

    say_yes(shop, phone, payment, at(now, 15))

    going_on = whole_payment(payment.id)
    assert (going_on.status, going_on.action, going_on.deadline_at) == (Status.AUTHORISING, "", at(now, 60))
    (operation,) = open_operations(payment.id)
    assert (operation.verb, operation.status) == (Verb.AUTHORISE, OperationStatus.QUEUED)


def test_what_nobody_must_be_asked_about_begins_at_the_provider(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = started(shop, phone, now)

    assert (payment.status, payment.deadline_at) == (Status.AUTHORISING, at(now, 45))
    assert [operation.status for operation in open_operations(payment.id)] == [OperationStatus.QUEUED]


# | in_review, action_required | refused, or the deadline passed | declined |


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize(
    ("waiting", "say_no", "code", "detail"),
    [
        (held, lambda phone, payment, now: review(payment, is_release=False, now=now), "rejected", "fraud_blocked"),
        (held, lambda phone, payment, now: watch_payments(now=at(now, 20)), "rejected", "fraud_blocked"),
        (
            asked,
            lambda phone, payment, now: consent(phone, payment, is_yes=False, now=now),
            "customer_refused",
            "customer_refused",
        ),
        (asked, lambda phone, payment, now: watch_payments(now=at(now, 30)), "consent_timeout", "consent_timeout"),
        (doubled, lambda phone, payment, now: watch_payments(now=at(now, 60)), "confirm_timeout", "confirm_timeout"),
    ],
)
def test_a_no_of_the_person_or_the_clock_declines(
    waiting: Waiting,
    say_no: Callable[[Phone, Payment, datetime], object],
    code: str,
    detail: str,
    shop: Shop,
    phone: Phone,
    now: datetime,
    fraud_says: Judge,
) -> None:
    payment = waiting(shop, phone, now, fraud_says)

    say_no(phone, payment, now)

    declined = whole_payment(payment.id)
    assert (declined.status, declined.decline_code, declined.decline_detail) == (Status.DECLINED, code, detail)
    assert (declined.action, declined.deadline_at) == ("", None)
    assert asked_of_providers(payment) == 0


# | in_review, action_required | the till cancels | cancelled |


@pytest.mark.usefixtures("online")
@pytest.mark.parametrize("waiting", [held, asked, doubled])
def test_what_waits_for_a_person_and_is_cancelled_was_never_at_a_provider(
    waiting: Waiting, shop: Shop, phone: Phone, now: datetime, fraud_says: Judge
) -> None:
    payment = waiting(shop, phone, now, fraud_says)

    off = shop.cancel(payment, now=now).payment

    assert (off.status, off.action, off.deadline_at, off.ended_at) == (Status.CANCELLED, "", None, now)
    assert asked_of_providers(payment) == 0


# | authorising | provider says yes | authorised |


def test_a_yes_is_authorised_with_a_hold_that_ends(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = started(shop, phone, now)

    done = carry_out_all(payment.id, now=now)

    assert (done.status, done.authorised_minor) == (Status.AUTHORISED, 1000)
    assert done.hold_expires_at == now + timedelta(days=7)
    assert done.deadline_at is not None
    assert (done.deadline_at - now).total_seconds() == pytest.approx(45, abs=0.5)
    assert balance(account="holds:bank", currency="CHF") == Money(1000, "CHF")


@pytest.mark.parametrize(("seconds", "status"), [(8, Status.CAPTURED), (9, Status.REVERSING)])
def test_an_automatic_capture_happens_only_while_the_till_listens(
    seconds: float, status: Status, shop: Shop, phone: Phone, now: datetime
) -> None:
    begun = shop.start(phone.make_code(now=now), 1000, now=now, capture_mode=CaptureMode.AUTOMATIC)
    assert begun.operation_id is not None

    carry_out_operation(operation_id=begun.operation_id, now=at(now, seconds - 0.9))

    assert whole_payment(begun.payment_id).status == status


def test_every_look_of_the_till_moves_the_moment_on(shop: Shop, phone: Phone, now: datetime) -> None:
    begun = shop.start(phone.make_code(now=now), 1000, now=now, capture_mode=CaptureMode.AUTOMATIC)
    look_at_payment(payment_id=begun.payment_id, point=shop.point, wait_seconds=0, now=at(now, 7))
    assert begun.operation_id is not None

    carry_out_operation(operation_id=begun.operation_id, now=at(now, 14))

    assert whole_payment(begun.payment_id).status == Status.CAPTURED


# | authorising | a certain no | declined, or authorising again with the fallback |


def test_a_certain_no_declines_with_its_normalised_reason(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    bank.says("authorise", NO)

    payment = shop.sell(phone, 1000, now=now)

    assert (payment.status, payment.decline_code) == (Status.DECLINED, "insufficient_funds")
    assert payment.attempts.get().raw_reason == "no_funds"
    assert not open_operations(payment.id)


@pytest.mark.parametrize("no", [NO, NotSent("circuit open")])
def test_after_it_the_fallback_that_the_customer_signed_is_tried(
    no: object, shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    second = link_account(phone, make_bank(now=now, code="other"), now=now)
    bank.says("authorise", no)

    code = phone.make_code(now=now, instrument=1, fallback=second.handle)
    payment = shop.sell(phone, 1000, now=now, code=code)

    assert (payment.status, payment.instrument_id, payment.deadline_at) == (
        Status.AUTHORISING,
        second.id,
        at(now, 45),
    )
    assert carry_out_all(payment.id, now=now).status == Status.AUTHORISED
    assert kinds_of(payment) == ["payment.started", "payment.fallback", "payment.authorised"]


# | authorising | certainly not sent | declined |


def test_what_was_certainly_not_sent_declines(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    bank.says("authorise", NotSent("connection refused"))

    payment = shop.sell(phone, 1000, now=now)

    assert (payment.status, payment.decline_code) == (Status.DECLINED, "provider_unavailable")


# | authorising | timeout after sending, 5xx, connection lost, unreadable answer | unknown |


@pytest.mark.parametrize("silence", SILENCES)
def test_silence_is_unknown_and_asked_about_with_the_same_reference(
    silence: object, shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    bank.says("authorise", silence)
    payment = shop.sell(phone, 1000, now=now)
    assert (payment.status, payment.deadline_at) == (Status.UNKNOWN, at(now, 45))
    bank.keeps_saying("inquire", Pending("later"))

    asked_at = []
    operation = Operation.objects.get(payment=payment)
    for _ in range(5):
        assert operation.next_check_at is not None
        asked_at.append(round((operation.next_check_at - now).total_seconds()))
        carry_out_operation(operation_id=operation.id, now=operation.next_check_at)
        operation.refresh_from_db()

    assert asked_at == [1, 3, 6, 10, 20]
    assert {request.reference for _, request in bank.asked} == {operation.reference}
    assert whole_payment(payment.id).status == Status.UNKNOWN


# | unknown | inquiry: yes, age up to 30 s | authorised |
# | unknown | inquiry: yes, older | reversing |


@pytest.mark.parametrize(
    ("seconds", "status"), [(1.5, Status.AUTHORISED), (29.5, Status.AUTHORISED), (30.1, Status.REVERSING)]
)
def test_a_yes_that_is_found_counts_for_thirty_seconds(
    seconds: float, status: Status, shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = silent(shop, phone, now, bank)
    bank.says("inquire", Approved("hold-1"))

    found = inquire(payment, at(now, seconds))

    assert (found.status, found.authorised_minor) == (status, 1000)
    if status == Status.REVERSING:
        (undoing,) = open_operations(payment.id)
        assert (undoing.verb, undoing.target) == (Verb.VOID, "hold-1")


# | unknown | inquiry: no | declined |


def test_a_no_that_is_found_declines(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = silent(shop, phone, now, bank)
    bank.says("inquire", NO)

    found = inquire(payment, at(now, 2))

    assert (found.status, found.decline_code, found.deadline_at) == (Status.DECLINED, "insufficient_funds", None)
    assert not open_operations(payment.id)


# | unknown | inquiry: never heard of it | reversing |


def test_never_heard_of_it_is_no_proof(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = silent(shop, phone, now, bank)
    bank.says("inquire", NeverHeardOf())

    found = inquire(payment, at(now, 2))

    assert found.status == Status.REVERSING
    assert [operation.verb for operation in open_operations(payment.id)] == [Verb.AUTHORISE, Verb.REVERSE]


# | authorising, unknown | the till cancels, or 45 s passed, however often the till still polls | reversing |


@pytest.mark.parametrize("how", ["cancel", "deadline"])
@pytest.mark.parametrize("status", [Status.AUTHORISING, Status.UNKNOWN])
def test_what_is_not_known_in_time_is_reversed_durably_before_anybody_is_told(
    status: Status, how: str, shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    if status == Status.UNKNOWN:
        payment = silent(shop, phone, now, bank)
    else:
        payment = started(shop, phone, now)
        # A worker has it in hand, and died.
        Operation.objects.filter(payment=payment).update(
            status=OperationStatus.SENT, tries=1, sent_at=now, next_check_at=at(now, 10)
        )
    if how == "cancel":
        shop.cancel(payment, now=at(now, 5))
    else:
        look_at_payment(payment_id=payment.id, point=shop.point, wait_seconds=0, now=at(now, 44))
        meet_deadline(payment_id=payment.id, now=at(now, 45))

    off = whole_payment(payment.id)
    assert (off.status, off.deadline_at) == (Status.REVERSING, None)
    reverse = Operation.objects.get(payment=payment, verb=Verb.REVERSE)
    assert (reverse.status, reverse.target) == (
        OperationStatus.QUEUED,
        Operation.objects.get(payment=payment, verb=Verb.AUTHORISE).reference,
    )
    assert Message.objects.filter(arguments__operation_id=str(reverse.id), done_at=None).exists()
    assert payment_shape(off)["status"] == "cancelled"


@pytest.mark.parametrize("how", ["cancel", "deadline"])
def test_what_no_worker_has_taken_up_is_withdrawn_and_off_at_once(
    how: str, shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = started(shop, phone, now)

    if how == "cancel":
        shop.cancel(payment, now=now)
    else:
        meet_deadline(payment_id=payment.id, now=at(now, 45))

    assert whole_payment(payment.id).status == Status.CANCELLED
    assert Operation.objects.get().status == OperationStatus.WITHDRAWN
    assert bank.asked == []


# | authorised | captured, in full or in part, up to the hold, not expired | captured |


@pytest.mark.parametrize("amount", [1, 600, 1000])
def test_a_capture_up_to_the_hold_is_captured_in_one_commit(
    amount: int, shop: Shop, phone: Phone, now: datetime
) -> None:
    payment = shop.sell(phone, 1000, now=now)

    done = shop.capture(payment, amount, now=now).payment

    assert (done.status, done.captured_minor, done.released_minor) == (Status.CAPTURED, amount, 1000 - amount)
    assert (done.capture_status, done.deadline_at) == (CaptureStatus.QUEUED, None)
    assert Journal.objects.filter(kind="capture", subject=payment.public_id).count() == 1
    assert balance(account="provider_receivable:bank", currency="CHF") == Money(amount, "CHF")
    assert Operation.objects.filter(payment=payment, verb=Verb.CAPTURE, amount_minor=amount).count() == 1
    assert told(payment) == 1


# | captured, rest of the hold kept | a further capture | captured |


def test_a_further_capture_takes_from_the_kept_rest(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now)
    kept = shop.capture(payment, 300, now=now, is_final=False).payment
    assert (kept.remaining_minor, kept.deadline_at) == (700, kept.hold_expires_at)

    done = shop.capture(payment, 200, now=now).payment

    assert (done.status, done.captured_minor, done.released_minor) == (Status.CAPTURED, 500, 500)
    assert Journal.objects.filter(kind="capture", subject=payment.public_id).count() == 2
    assert Operation.objects.filter(payment=payment, verb=Verb.CAPTURE).count() == 2
    assert told(payment) == 2


# | authorised | the till cancels | reversing |
# | authorised | attended sale, and neither captured nor asked about within confirm_within | reversing |


def test_an_authorised_sale_that_is_cancelled_is_reversed(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now)

    off = shop.cancel(payment, now=now).payment

    assert (off.status, off.deadline_at) == (Status.REVERSING, None)
    (undoing,) = open_operations(payment.id)
    assert (undoing.verb, undoing.amount_minor) == (Verb.VOID, 1000)


@pytest.mark.parametrize("seconds", [15, 45, 900])
def test_an_attended_sale_that_nobody_confirms_is_reversed(
    seconds: int, shop: Shop, phone: Phone, now: datetime
) -> None:
    payment = shop.sell(phone, 1000, now=now, confirm_within_seconds=seconds)

    watch_payments(now=at(now, seconds - 0.5))
    before = whole_payment(payment.id).status
    watch_payments(now=at(now, seconds + 0.5))

    assert (before, whole_payment(payment.id).status) == (Status.AUTHORISED, Status.REVERSING)


def test_asking_keeps_it_alive(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now)
    for seconds in (40, 80, 120):
        look_at_payment(payment_id=payment.id, point=shop.point, wait_seconds=0, now=at(now, seconds))

    watch_payments(now=at(now, 164))

    assert whole_payment(payment.id).status == Status.AUTHORISED


@pytest.mark.parametrize("kind", [TillKind.SELF_CHECKOUT, TillKind.VENDING, TillKind.WEB])
def test_an_unattended_sale_waits_for_as_long_as_its_hold(kind: TillKind, now: datetime) -> None:
    shop = make_shop(now=now, kind=kind)
    payment = shop.sell(make_payer(shop, now=now), 1000, now=now)

    watch_payments(now=now + timedelta(days=6))

    assert whole_payment(payment.id).status == Status.AUTHORISED


# | authorised | `expires_at` passed | expired |


def test_a_hold_that_ends_is_expired_and_voided_anyway(now: datetime) -> None:
    shop = make_shop(now=now, kind=TillKind.VENDING)
    payment = shop.sell(make_payer(shop, now=now), 1000, now=now)
    assert payment.hold_expires_at is not None

    watch_payments(now=payment.hold_expires_at)

    off = whole_payment(payment.id)
    assert (off.status, off.released_minor, off.deadline_at) == (Status.EXPIRED, 1000, None)
    assert [operation.verb for operation in open_operations(payment.id)] == [Verb.VOID]
    assert balance(account="holds:bank", currency="CHF") == Money(0, "CHF")


# | reversing | provider acknowledges, or says that it never existed once that can be believed | cancelled |


@pytest.mark.parametrize(
    "said", [Approved("undone"), Declined(DeclineReason.ALREADY_REVERSED), Declined(DeclineReason.HOLD_EXPIRED)]
)
def test_what_is_undone_is_cancelled(said: object, shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = silent(shop, phone, now, bank)
    shop.cancel(payment, now=at(now, 1))
    bank.says("reverse", Unknown("timeout"), said)

    waiting = carry_out_all(payment.id, now=at(now, 1))
    done = carry_out_all(payment.id, now=at(now, 7))

    assert (waiting.status, done.status) == (Status.REVERSING, Status.CANCELLED)
    assert not open_operations(payment.id)
    assert len(set(bank.references("reverse"))) == 1


def test_what_never_existed_is_cancelled_once_it_can_be_believed(
    shop: Shop, phone: Phone, now: datetime, bank: Bank
) -> None:
    payment = silent(shop, phone, now, bank)
    shop.cancel(payment, now=at(now, 1))
    bank.keeps_saying("reverse", Declined(DeclineReason.UNKNOWN_OPERATION))

    seen = [carry_out_all(payment.id, now=at(now, seconds)).status for seconds in (1, 7, 40)]

    assert seen == [Status.REVERSING, Status.REVERSING, Status.CANCELLED]


# | declined, cancelled, expired, reversing | a late yes or a late debit turns up | unchanged |


@pytest.mark.parametrize("status", [Status.DECLINED, Status.CANCELLED, Status.REVERSING])
def test_a_late_yes_revives_nothing(status: Status, shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = silent(shop, phone, now, bank)
    authorise = Operation.objects.get(payment=payment)
    if status == Status.DECLINED:
        bank.says("inquire", NO)
        inquire(payment, at(now, 2))
    else:
        bank.says("reverse", Approved("undone-1"))
        shop.cancel(payment, now=at(now, 2))
        if status == Status.CANCELLED:
            carry_out_all(payment.id, now=at(now, 3))
    assert whole_payment(payment.id).status == status

    call = ProviderCall(account=shop.bank, reference="x", verb="inquire", outcome="approved", latency_ms=1, at=now)
    settle_operation(authorise, Approved("hold-late"), call, at(now, 4))

    off = whole_payment(payment.id)
    assert (off.status, off.authorised_minor) == (status, 0)
    assert kinds_of(payment)[-1] == "payment.late_approval"
    assert Case.objects.get().kind == "late_approval"
    # Automatically undone.
    assert {operation.verb for operation in open_operations(payment.id)} <= {Verb.VOID, Verb.REVERSE}
    assert open_operations(payment.id)
    bank.says("reverse", Approved("undone-2"))
    bank.says("void", Approved("undone-2"))
    done = carry_out_all(payment.id, now=at(now, 5))
    assert done.status == (Status.CANCELLED if status == Status.REVERSING else status)
    assert not open_operations(payment.id)
    assert balance(account="holds:bank", currency="CHF") == Money(0, "CHF")


def test_a_yes_that_is_told_again_changes_nothing_of_what_has_expired(now: datetime) -> None:
    shop = make_shop(now=now, kind=TillKind.VENDING)
    payment = shop.sell(make_payer(shop, now=now), 1000, now=now)
    authorise = Operation.objects.get(payment=payment)
    watch_payments(now=now + timedelta(days=7))
    expired = carry_out_all(payment.id, now=now + timedelta(days=7))

    call = ProviderCall(account=shop.bank, reference="x", verb="inquire", outcome="approved", latency_ms=1, at=now)
    settle_operation(authorise, Approved(authorise.provider_reference), call, now + timedelta(days=8))

    after = whole_payment(payment.id)
    assert (after.status, after.version) == (Status.EXPIRED, expired.version)


# | captured | refunds, disputes, settlement | captured |


def test_refunds_move_the_facet_and_the_amounts_and_not_the_status(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = buy(shop, phone, 1000, now=now)

    facets = []
    for amount in (400, 600):
        facets.append(refund(shop, payment, amount, now=now).payment.refund_status)
        done = carry_out_all(payment.id, now=now)
        facets.append(done.refund_status)

    assert facets == [RefundFacet.PENDING, RefundFacet.PARTIAL, RefundFacet.PENDING, RefundFacet.FULL]
    assert (done.status, done.refunded_minor) == (Status.CAPTURED, 1000)
    assert Refund.objects.count() == 2


# The table in the code, and the one that PostgreSQL keeps


def source_of(function: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function])
        ((source,),) = cursor.fetchall()
    return str(source)


@pytest.mark.parametrize(
    ("function", "moves", "first"),
    [
        ("transactions_payment_moves", MOVES, FIRST),
        ("transactions_operation_moves", OPERATION_MOVES, {"queued"}),
        ("transactions_refund_moves", REFUND_MOVES, {"awaiting_approval", "queued"}),
    ],
)
def test_the_database_allows_exactly_the_moves_of_the_code(
    function: str, moves: Mapping[str, frozenset[str]], first: set[str]
) -> None:
    source = source_of(function)

    pairs = set(re.findall(r"\('(\w+)', '(\w+)'\)", source))
    begins = re.search(r"NEW\.status NOT IN \(([^)]*)\)", source)

    assert pairs == {(str(origin), str(target)) for origin, targets in moves.items() for target in targets}
    assert begins is not None
    assert set(re.findall(r"'(\w+)'", begins[1])) == {str(status) for status in first}


def test_every_status_has_a_row_in_the_table() -> None:
    assert set(MOVES) == set(Status)
    assert set(OPERATION_MOVES) == set(OperationStatus)
    assert {target for targets in MOVES.values() for target in targets} | FIRST == set(Status)


@pytest.mark.parametrize(
    "status", [Status.AUTHORISING, Status.AUTHORISED, Status.CAPTURED, Status.DECLINED, Status.CANCELLED]
)
def test_direct_sql_makes_no_other_move(status: Status, shop: Shop, phone: Phone, now: datetime) -> None:
    payment = {
        Status.AUTHORISING: lambda: started(shop, phone, now),
        Status.AUTHORISED: lambda: shop.sell(phone, 1000, now=now),
        Status.CAPTURED: lambda: buy(shop, phone, 1000, now=now),
        Status.DECLINED: lambda: shop.sell(phone, 9911, now=now),
        Status.CANCELLED: lambda: carry_out_all(shop.cancel(shop.sell(phone, 7, now=now), now=now).payment.id, now=now),
    }[status]()
    assert payment.status == status

    for target in set(Status) - MOVES[status] - {status}:
        with (
            pytest.raises(IntegrityError, match=f"{status} cannot become {target}"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute("UPDATE transactions_payment SET status = %s WHERE id = %s", [target, payment.id])
