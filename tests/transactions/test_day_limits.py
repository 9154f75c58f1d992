"""What a payment holds of the daily limits: given back with the sale, once, and leaked by nothing."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from apps.fraud.models import Verdict
from apps.instruments.models import Instrument
from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.limits.models import DayCounter, Scope
from apps.limits.operations import set_payment_limit
from apps.merchants.models import Mode, TillKind
from apps.merchants.operations import change_merchant
from apps.providers.contract import Approved, Unknown
from apps.providers.models import ProviderCall
from apps.providers.operations import create_provider_account
from apps.transactions.models import Operation, Payment
from apps.transactions.operations import meet_deadline, watch_payments
from apps.transactions.operations.carry_out import settle_operation
from apps.transactions.states import Status
from tests.cast import STAFF, WRONG_PIN, Phone
from tests.devices.crowd import at_once
from tests.shop import Shop, carry_out_all, link_account, make_payer, make_shop
from tests.transactions.bank import Bank
from tests.transactions.counter import at, buy, consent, refund, review, used

PER_DAY = 50_000
Judge = Callable[[Verdict], None]


def limit_everybody(shop: Shop, phone: Phone, *, now: datetime) -> None:
    """Set a limit per day for all four."""
    per_day = Money(PER_DAY, "CHF")
    account = Instrument.objects.get(customer=phone.customer)
    subjects = {
        Scope.DEVICE: phone.identity.id,
        Scope.CUSTOMER: phone.customer.id,
        Scope.INSTRUMENT: account.id,
    }
    for scope, subject in subjects.items():
        set_payment_limit(scope=scope, subject_id=subject, per_day=per_day, by=STAFF, now=now)
    change_merchant(merchant_id=shop.merchant.id, per_payment_limit=per_day, per_day_limit=per_day, by=STAFF, now=now)


def counted(shop: Shop, phone: Phone) -> set[int]:
    """Return what is counted against the four: one number, if they agree."""
    account = Instrument.objects.filter(customer=phone.customer).earliest("id")
    return set(used(phone.identity, phone.customer, account, shop.merchant).values())


@pytest.fixture(autouse=True)
def limits(shop: Shop, phone: Phone, now: datetime) -> None:
    limit_everybody(shop, phone, now=now)


def test_a_payment_is_counted_against_all_of_them(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 3000, now=now)

    assert counted(shop, phone) == {3000}
    assert payment.limits_reserved_minor == 3000
    assert len(used(phone.identity, phone.customer, shop.merchant, Instrument.objects.get())) == 4


def test_what_is_captured_stays_counted_and_a_refund_gives_nothing_back(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    payment = buy(shop, phone, 3000, now=now)
    refund(shop, payment, now=now)
    done = carry_out_all(payment.id, now=now)

    assert done.refunded_minor == 3000
    assert counted(shop, phone) == {3000}


def test_the_rest_of_a_hold_is_given_back_when_it_is_released(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 3000, now=now)

    shop.capture(payment, 1000, now=now)

    assert counted(shop, phone) == {1000}
    assert Payment.objects.get(id=payment.id).limits_reserved_minor == 1000


def test_a_kept_rest_is_given_back_when_it_expires(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 3000, now=now)
    shop.capture(payment, 1000, now=now, is_final=False)
    carry_out_all(payment.id, now=now)
    assert counted(shop, phone) == {3000}

    watch_payments(now=now + timedelta(days=8))

    assert counted(shop, phone) == {1000}


def test_a_no_of_the_provider_gives_it_back(shop: Shop, phone: Phone, now: datetime) -> None:
    assert shop.sell(phone, 9911, now=now).status == Status.DECLINED
    assert counted(shop, phone) == {0}


def test_a_cancelled_sale_gives_it_back_once_nothing_is_held(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 3000, now=now)
    shop.cancel(payment, now=now)
    assert counted(shop, phone) == {3000}

    carry_out_all(payment.id, now=now)
    shop.cancel(payment, now=now)

    assert counted(shop, phone) == {0}


def test_a_sale_that_was_cancelled_before_it_was_sent_gives_it_back_at_once(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    started = shop.start(phone.make_code(now=now), 3000, now=now)

    shop.cancel(Payment.objects.get(id=started.payment_id), now=now)

    assert counted(shop, phone) == {0}


def test_an_expired_hold_gives_it_back(phone: Phone, now: datetime) -> None:
    vending = make_shop(now=now, kind=TillKind.VENDING)
    limit_everybody(vending, phone, now=now)
    payment = vending.sell(phone, 3000, now=now)

    watch_payments(now=now + timedelta(days=8))
    carry_out_all(payment.id, now=now + timedelta(days=8))

    assert Payment.objects.get(id=payment.id).status == Status.EXPIRED
    assert counted(vending, phone) == {0}


@pytest.mark.parametrize("how", ["refused", "missed", "cancelled"])
def test_a_held_payment_that_comes_to_nothing_gives_it_back(
    how: str, shop: Shop, phone: Phone, now: datetime, fraud_says: Judge
) -> None:
    fraud_says(Verdict.REVIEW)
    payment = shop.sell(phone, 3000, now=now)
    assert counted(shop, phone) == {3000}

    match how:
        case "refused":
            review(payment, is_release=False, now=now)
        case "missed":
            meet_deadline(payment_id=payment.id, now=at(now, 20))
        case _:
            shop.cancel(payment, now=now)

    assert counted(shop, phone) == {0}


def test_a_customer_who_says_no_has_it_back(
    shop: Shop, phone: Phone, now: datetime, fraud_says: Judge, online: None
) -> None:
    fraud_says(Verdict.CONSENT)
    payment = shop.sell(phone, 3000, now=now)
    assert counted(shop, phone) == {3000}

    consent(phone, payment, is_yes=False, now=now)

    assert counted(shop, phone) == {0}


def test_a_released_payment_is_counted_once(shop: Shop, phone: Phone, now: datetime, fraud_says: Judge) -> None:
    fraud_says(Verdict.REVIEW)
    payment = shop.sell(phone, 3000, now=now)
    review(payment, now=now)
    carry_out_all(payment.id, now=now)

    assert counted(shop, phone) == {3000}


# Refused after it was counted


@pytest.mark.parametrize(
    ("verdict", "decline_code"), [(Verdict.BLOCK, "rejected"), (Verdict.CONSENT, "consent_unavailable")]
)
def test_what_fraud_refuses_leaks_nothing(
    verdict: Verdict, decline_code: str, shop: Shop, phone: Phone, now: datetime, fraud_says: Judge
) -> None:
    shop.sell(phone, 1000, now=now)
    fraud_says(verdict)

    refused = shop.sell(phone, 3000, now=now)

    assert (refused.decline_code, refused.limits_reserved_minor) == (decline_code, 0)
    assert counted(shop, phone) == {1000}


def test_an_instrument_in_another_currency_leaks_nothing(shop: Shop, phone: Phone, now: datetime) -> None:
    euro_bank = create_provider_account(
        code="euro",
        name="Euro bank",
        connector="sandbox",
        settings={"currency": "EUR"},
        credential=Secret("open"),
        by=STAFF,
        now=now,
    )
    account = link_account(phone, euro_bank, now=now)
    set_payment_limit(scope=Scope.INSTRUMENT, subject_id=account.id, per_day=Money(PER_DAY, "CHF"), by=STAFF, now=now)
    shop.sell(phone, 1000, now=now)

    refused = shop.sell(phone, 3000, now=now, code=phone.make_code(now=now, instrument=account.handle))

    assert refused.decline_code == "currency_not_supported"
    assert counted(shop, phone) == {1000}
    assert used(account).get(Scope.INSTRUMENT, 0) == 0


def test_training_counts_nothing_whatever_comes_of_it(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.mode = Mode.TEST

    refused = shop.sell(phone, 3000, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)

    assert refused.decline_code == "provider_unavailable"
    assert counted(shop, phone) == set()


def test_a_code_that_may_not_pay_is_never_counted(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, 3000, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))
    shop.sell(phone, 3000, now=now, code=phone.make_code(now=now, cap=2999))

    assert counted(shop, phone) == set()


def test_the_payment_that_would_be_too_much_is_refused_and_not_counted(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.sell(phone, PER_DAY - 1000, now=now)

    refused = shop.sell(phone, 1001, now=now)
    fitting = shop.sell(phone, 1000, now=now)

    assert (refused.decline_code, fitting.status) == ("over_limit", Status.AUTHORISED)
    assert counted(shop, phone) == {PER_DAY}


# Once


def test_it_is_given_back_once_however_many_take_the_sale_off(shop: Shop, phone: Phone, now: datetime) -> None:
    kept = shop.sell(phone, 3000, now=now)
    off = shop.start(phone.make_code(now=now), 2000, now=now)
    payment = Payment.objects.get(id=off.payment_id)

    def act(number: int) -> None:
        if number % 2:
            shop.cancel(payment, now=now)
        else:
            meet_deadline(payment_id=payment.id, now=at(now, 45))

    at_once(10, act)

    assert Payment.objects.get(id=payment.id).status == Status.CANCELLED
    assert Payment.objects.get(id=kept.id).limits_reserved_minor == 3000
    assert counted(shop, phone) == {3000}


def test_a_late_yes_changes_nothing_about_it(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    shop.sell(phone, 3000, now=now)
    bank.says("authorise", Unknown("timeout"))
    bank.says("reverse", Approved("reversal-1"))
    payment = shop.sell(phone, 2000, now=now)
    authorise = Operation.objects.get(payment=payment)
    shop.cancel(payment, now=now)
    carry_out_all(payment.id, now=now)
    assert counted(shop, phone) == {3000}

    call = ProviderCall(account=shop.bank, reference="x", verb="inquire", outcome="approved", latency_ms=1, at=now)
    settle_operation(authorise, Approved("hold-1"), call, now)
    bank.says("reverse", Approved("reversal-2"))
    carry_out_all(payment.id, now=now)

    assert counted(shop, phone) == {3000}


def test_at_once_they_take_what_fits_and_no_more(shop: Shop, phone: Phone, now: datetime) -> None:
    phones = [make_payer(shop, now=now) for _ in range(10)]

    answers = at_once(10, lambda number: shop.sell(phones[number], 9000, now=now).status)

    assert sorted(answers) == [Status.AUTHORISED] * 5 + [Status.DECLINED] * 5
    assert used(shop.merchant) == {Scope.MERCHANT: 45_000}


def test_it_is_given_back_to_the_day_that_it_was_taken_from(shop: Shop, phone: Phone, now: datetime) -> None:
    started = shop.start(phone.make_code(now=now), 3000, now=now)
    tomorrow = now + timedelta(days=1)
    shop.sell(phone, 2000, now=tomorrow)

    shop.cancel(Payment.objects.get(id=started.payment_id), now=tomorrow)

    by_day = DayCounter.objects.filter(scope=Scope.MERCHANT).order_by("day").values_list("used_minor", flat=True)
    assert list(by_day) == [0, 2000]
