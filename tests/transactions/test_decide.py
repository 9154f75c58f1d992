"""How a payment begins: at the provider, or with somebody who is asked first."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from apps.fraud.models import Assessment, Verdict
from apps.merchants.models import Mode, TillKind
from apps.merchants.operations import change_merchant, create_store, create_till
from apps.transactions.models import Operation, Payment
from apps.transactions.operations.decide import SECOND_PAYMENT
from apps.transactions.states import Action, Status
from tests.cast import STAFF, Phone
from tests.shop import Shop, carry_out_all, make_bank, make_payer, make_shop
from tests.transactions.counter import at, confirm, consent, review


def suspicions(payment: Payment) -> list[str]:
    facts = Assessment.objects.get(payment_id=payment.id).facts
    return list(facts["suspicions"])


# The same sale, rung up twice


@pytest.mark.parametrize(
    ("seconds", "status"), [(0, Status.ACTION_REQUIRED), (120, Status.ACTION_REQUIRED), (121, Status.AUTHORISED)]
)
def test_the_same_amount_within_two_minutes_looks_like_a_duplicate(
    seconds: int, status: Status, shop: Shop, phone: Phone, now: datetime
) -> None:
    first = shop.sell(phone, 1000, now=now)
    shop.capture(first, now=now)

    second = shop.sell(phone, 1000, now=at(now, seconds))

    assert second.status == status
    if status == Status.ACTION_REQUIRED:
        assert (second.action, second.deadline_at) == (Action.CASHIER_CONFIRM, at(now, seconds + 60))


def test_another_amount_or_customer_or_store_is_another_sale(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 1000, now=now)
    store = create_store(merchant_id=shop.merchant.id, name="Flughafen", town="Kloten", by=STAFF, now=now)
    till = create_till(store_id=store.id, name="Kasse 1", by=STAFF, now=now)
    elsewhere = Shop(shop.merchant, store, till, shop.bank)

    others = [
        shop.sell(phone, 1001, now=now),
        shop.sell(make_payer(shop, now=now), 1000, now=now),
        elsewhere.sell(phone, 1000, now=now),
        make_shop(now=now).sell(phone, 1000, now=now),
    ]

    assert {payment.status for payment in others} == {Status.AUTHORISED}


def test_another_till_of_the_store_rings_up_the_same_sale_too(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 1000, now=now)
    till = create_till(store_id=shop.store.id, name="Kasse 2", by=STAFF, now=now)

    second = Shop(shop.merchant, shop.store, till, shop.bank).sell(phone, 1000, now=now)

    assert second.action == Action.CASHIER_CONFIRM


def test_a_sale_that_is_off_has_no_duplicate(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.cancel(shop.sell(phone, 1000, now=now), now=now)
    shop.sell(phone, 9911, now=now)

    assert shop.sell(phone, 1000, now=now).status == Status.AUTHORISED
    assert shop.sell(phone, 9911, now=now).decline_code == "insufficient_funds"


def test_a_merchant_may_leave_the_guard_out(shop: Shop, phone: Phone, now: datetime) -> None:
    change_merchant(merchant_id=shop.merchant.id, guards_duplicates=False, by=STAFF, now=now)
    shop.sell(phone, 1000, now=now)

    assert shop.sell(phone, 1000, now=now).status == Status.AUTHORISED


@pytest.mark.parametrize("kind", [TillKind.SELF_CHECKOUT, TillKind.VENDING, TillKind.WEB])
def test_where_nobody_stands_nobody_is_asked(kind: TillKind, now: datetime) -> None:
    shop = make_shop(now=now, kind=kind)
    phone = make_payer(shop, now=now)
    shop.sell(phone, 1000, now=now)

    assert shop.sell(phone, 1000, now=now).status == Status.AUTHORISED


def test_a_sale_in_training_is_no_duplicate_of_a_real_one(shop: Shop, phone: Phone, now: datetime) -> None:
    make_bank(now=now, code="sandbox")
    shop.sell(phone, 1000, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)

    real = shop.sell(phone, 1000, now=now)
    trained = shop.sell(phone, 1000, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)

    assert (real.status, suspicions(real)) == (Status.AUTHORISED, [])
    assert trained.action == Action.CASHIER_CONFIRM


# A second payment within five minutes


@pytest.mark.parametrize(("seconds", "is_second"), [(0, True), (300, True), (301, False)])
def test_a_second_code_within_five_minutes_is_a_fact_for_fraud(
    seconds: int, is_second: bool, shop: Shop, phone: Phone, now: datetime
) -> None:
    shop.sell(phone, 1000, now=now)

    second = shop.sell(phone, 77, now=at(now, seconds))

    assert suspicions(second) == ([SECOND_PAYMENT] if is_second else [])
    # The phone is offline: it pays without being asked.
    assert second.status == Status.AUTHORISED


def test_what_counts_is_when_the_codes_were_made(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 1000, now=now, code=phone.make_code(now=now, issued_at=int(now.timestamp()) - 200))

    second = shop.sell(phone, 77, now=at(now, 200))

    assert suspicions(second) == []


def test_another_merchants_sale_is_no_second_payment(shop: Shop, phone: Phone, now: datetime) -> None:
    make_shop(now=now).sell(phone, 1000, now=now)

    assert suspicions(shop.sell(phone, 77, now=now)) == []


def test_it_wants_the_customers_consent_where_the_phone_is_online(
    shop: Shop, phone: Phone, now: datetime, online: None
) -> None:
    first = shop.sell(phone, 1000, now=now)

    second = shop.sell(phone, 77, now=now)

    assert first.status == Status.AUTHORISED
    assert (second.status, second.action, second.deadline_at) == (
        Status.ACTION_REQUIRED,
        Action.CUSTOMER_CONSENT,
        at(now, 30),
    )
    assert consent(phone, second, now=now).status == Status.AUTHORISING


def test_the_cashier_is_asked_first_about_what_looks_like_a_duplicate(
    shop: Shop, phone: Phone, now: datetime, online: None
) -> None:
    shop.sell(phone, 1000, now=now)

    assert shop.sell(phone, 1000, now=now).action == Action.CASHIER_CONFIRM


# What the rules say comes first


@pytest.mark.parametrize(
    ("verdict", "status", "decline_code"),
    [
        (Verdict.BLOCK, Status.DECLINED, "rejected"),
        (Verdict.REVIEW, Status.IN_REVIEW, ""),
        (Verdict.CONSENT, Status.DECLINED, "consent_unavailable"),
        (Verdict.PASS, Status.ACTION_REQUIRED, ""),
    ],
)
def test_the_rules_go_before_the_duplicate_guard(
    verdict: Verdict,
    status: Status,
    decline_code: str,
    shop: Shop,
    phone: Phone,
    now: datetime,
    fraud_says: Callable[[Verdict], None],
) -> None:
    shop.sell(phone, 1000, now=now)
    fraud_says(verdict)

    second = shop.sell(phone, 1000, now=now)

    assert (second.status, second.decline_code) == (status, decline_code)


# Training: the amount says what happens


def train(shop: Shop, phone: Phone, amount: int, now: datetime) -> Payment:
    make_bank(now=now, code="sandbox")
    shop.mode = Mode.TEST
    return shop.sell(phone, amount, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)


@pytest.mark.usefixtures("impatient")
@pytest.mark.parametrize("thousands", [0, 120_000])
@pytest.mark.parametrize(
    ("amount", "status", "action", "go_on"),
    [
        (9931, Status.IN_REVIEW, "", lambda shop, phone, payment, now: review(payment, now=now)),
        (
            9932,
            Status.ACTION_REQUIRED,
            Action.CUSTOMER_CONSENT,
            lambda shop, phone, payment, now: consent(phone, payment, now=now),
        ),
        (
            9933,
            Status.ACTION_REQUIRED,
            Action.CASHIER_CONFIRM,
            lambda shop, phone, payment, now: confirm(shop, payment, now=now),
        ),
    ],
)
def test_magic_amounts_play_every_question(
    amount: int,
    status: Status,
    action: str,
    go_on: Callable[[Shop, Phone, Payment, datetime], object],
    thousands: int,
    shop: Shop,
    phone: Phone,
    now: datetime,
) -> None:
    payment = train(shop, phone, thousands // 12 + amount, now)
    assert (payment.status, payment.action) == (status, action)

    go_on(shop, phone, payment, now)

    assert carry_out_all(payment.id, now=now).status == Status.AUTHORISED


@pytest.mark.parametrize(
    ("amount", "outcomes"),
    [
        (1000, [Status.AUTHORISED]),
        (9911, [Status.DECLINED]),
        (9902, [Status.UNKNOWN, Status.AUTHORISED]),
        (9903, [Status.UNKNOWN, Status.DECLINED]),
        (9909, [Status.UNKNOWN, Status.REVERSING, Status.CANCELLED]),
    ],
)
def test_magic_amounts_play_every_answer_of_a_provider(
    amount: int, outcomes: list[Status], shop: Shop, phone: Phone, now: datetime
) -> None:
    payment = train(shop, phone, amount, now)

    seen = [Status(payment.status)]
    for seconds in (2, 3, 4):
        seen.append(Status(carry_out_all(payment.id, now=now + timedelta(seconds=seconds)).status))

    assert [status for number, status in enumerate(seen) if number == 0 or seen[number - 1] != status] == outcomes


@pytest.mark.parametrize("amount", [9931, 9932, 9933])
def test_for_real_money_these_amounts_mean_nothing(amount: int, shop: Shop, phone: Phone, now: datetime) -> None:
    assert shop.sell(phone, amount, now=now).status == Status.AUTHORISED
    assert Operation.objects.count() == 1
