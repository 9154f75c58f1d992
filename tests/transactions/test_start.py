"""From the scan to the first commit: who may pay what, once, and what stays when the answer is no."""

import base64
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection
from pytest_django import Settings

from apps.audit.models import Record
from apps.codes.models import SpentCode
from apps.fraud.models import Assessment
from apps.idempotency.errors import KeyReused
from apps.idempotency.models import AnsweredRequest
from apps.instruments.operations import move_instrument
from apps.instruments.states import InstrumentStatus
from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.keys.errors import KeysUnavailable
from apps.keys.queries import forget_code_keys
from apps.ledger.models import Journal
from apps.limits.models import Scope
from apps.limits.operations import set_payment_limit
from apps.merchants.models import Mode
from apps.outbox.models import Message
from apps.transactions.errors import CodeUnreadable, CurrencyNotSupported, ReferenceInUse
from apps.transactions.models import Operation, Payment, PaymentEvent
from apps.transactions.operations import start_payment
from apps.transactions.operations.start import Started
from apps.transactions.requests import Sale
from apps.transactions.states import OperationStatus, Status
from tests.cast import STAFF, WRONG_PIN, Phone
from tests.shop import Shop, link_account, make_bank, make_payer, make_shop

# The till's key before it, and the row read again after it, make 20 in the web process; BEGIN and COMMIT come on top.
MOST_STATEMENTS = 18 + 2


def started(answer: Started) -> Payment:
    return Payment.objects.get(id=answer.payment_id)


def test_everything_that_belongs_to_a_start_is_in_one_commit(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = started(shop.start(phone.make_code(now=now), 4250, now=now, cashier="0042"))

    assert (payment.status, payment.amount_minor, payment.cashier) == (Status.AUTHORISING, 4250, "0042")
    assert payment.deadline_at == now + timedelta(seconds=45)
    operation = Operation.objects.get(payment=payment)
    assert (operation.status, operation.amount_minor) == (OperationStatus.QUEUED, 4250)
    assert Message.objects.get(topic="transactions.carry_out").arguments == {"operation_id": str(operation.id)}
    assert SpentCode.objects.get().subject_id == payment.id
    assert Assessment.objects.get().payment_id == payment.id
    assert Record.objects.filter(action="payment.started", subject=payment.public_id).count() == 1
    assert PaymentEvent.objects.get(payment=payment).kind == "payment.started"


def test_a_repetition_is_answered_from_the_record_even_when_the_code_has_expired(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    code, key = phone.make_code(now=now), shop.key("same")
    first = shop.start(code, now=now, key=key, reference="A1")

    later = shop.start(code, now=now + timedelta(hours=1), key=key, reference="A1")

    assert later == Started(first.payment_id, is_replay=True)
    assert Payment.objects.count() == 1


def test_a_key_of_another_request_is_refused(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.start(phone.make_code(now=now), now=now, key=shop.key("same", b"one"))

    with pytest.raises(KeyReused):
        shop.start(phone.make_code(now=now), now=now, key=shop.key("same", b"two"))


def test_the_same_key_at_another_till_is_another_payment(shop: Shop, phone: Phone, now: datetime) -> None:
    other = make_shop(now=now)

    first = shop.start(phone.make_code(now=now), now=now, key=shop.key("same"))
    second = other.start(phone.make_code(now=now), now=now, key=other.key("same"))

    assert first.payment_id != second.payment_id
    assert not second.is_replay


def test_a_parallel_repetition_joins_the_payment(shop: Shop, phone: Phone, now: datetime) -> None:
    code, key = phone.make_code(now=now), shop.key("same")

    def ask(_: int) -> Started:
        try:
            return shop.start(code, now=now, key=key, reference="A1")
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(ask, range(8)))

    assert len({answer.payment_id for answer in answers}) == 1
    assert sorted(answer.is_replay for answer in answers) == [False] + [True] * 7
    assert Payment.objects.get().status == Status.AUTHORISING


def test_one_code_at_twenty_tills_at_once_pays_once(phone: Phone, now: datetime) -> None:
    code = phone.make_code(now=now)
    shops = [make_shop(now=now) for _ in range(20)]

    def scan(shop: Shop) -> str:
        try:
            return started(shop.start(code, now=now)).status
        finally:
            connection.close()

    with ThreadPoolExecutor(10) as pool:
        results = sorted(pool.map(scan, shops))

    assert results == [Status.AUTHORISING] + [Status.DECLINED] * 19
    declined = Payment.objects.filter(status=Status.DECLINED)
    assert set(declined.values_list("decline_code", flat=True)) == {"already_used"}
    assert Operation.objects.count() == 1


def test_text_that_is_no_code_stores_nothing(shop: Shop, now: datetime) -> None:
    for text, code in [("", "malformed"), ("hQVDUFZw", "scanner_layout"), ("%00';DROP TABLE", "malformed")]:
        with pytest.raises(CodeUnreadable) as refused:
            shop.start(text, now=now)
        assert refused.value.code == code

    assert not Payment.objects.exists()
    assert not AnsweredRequest.objects.exists()


def test_a_currency_that_the_merchant_does_not_sell_in_spends_no_code(shop: Shop, phone: Phone, now: datetime) -> None:
    with pytest.raises(CurrencyNotSupported):
        shop.start_sale(phone.make_code(now=now), Sale(amount=Money(100, "EUR"), reference="A1"), now=now)

    assert not SpentCode.objects.exists()


def test_an_expired_code_is_a_declined_payment_of_nobody(shop: Shop, phone: Phone, now: datetime) -> None:
    code = phone.make_code(now=now)

    payment = started(shop.start(code, now=now + timedelta(seconds=301)))

    assert (payment.status, payment.decline_code, payment.customer_id) == (Status.DECLINED, "expired", None)
    assert not SpentCode.objects.exists()
    assert Record.objects.get(action="code.refused").reason == "expired"


def test_a_wrong_pin_is_declined_and_its_traces_stay(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = started(shop.start(phone.make_code(now=now, pin=WRONG_PIN), now=now))

    assert (payment.decline_code, payment.tries_left, payment.customer_id) == ("pin_wrong", 2, phone.customer.id)
    assert phone.device().pin_tries_left == 2
    assert SpentCode.objects.get().result == "pin_wrong"
    assert not Operation.objects.exists()


def test_a_clone_is_rejected_without_saying_why_to_the_till(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.start(phone.make_code(now=now, counter=1), now=now)

    payment = started(shop.start(phone.make_code(now=now, counter=1, cap=9999), now=now))

    assert (payment.decline_code, payment.decline_detail) == ("rejected", "device_cloned")


def test_a_stolen_phones_forged_code_names_no_customer(shop: Shop, phone: Phone, now: datetime) -> None:
    thief = replace(phone, key=Phone().key)

    payment = started(shop.start(thief.make_code(now=now), now=now))

    assert (payment.decline_code, payment.decline_detail) == ("rejected", "signature_wrong")
    assert payment.customer_id is None


@pytest.mark.parametrize("handle", [2, 255])
def test_an_instrument_that_is_not_the_customers_cannot_pay(
    handle: int, shop: Shop, phone: Phone, now: datetime
) -> None:
    make_payer(shop, now=now)

    payment = started(shop.start(phone.make_code(now=now, instrument=handle), now=now))

    assert payment.decline_code == "instrument_unusable"


def test_a_suspended_instrument_cannot_pay_and_another_one_can(shop: Shop, phone: Phone, now: datetime) -> None:
    second = link_account(phone, make_bank(now=now, code="other"), now=now)
    move_instrument(
        instrument_id=second.id,
        customer_id=phone.customer.id,
        to=InstrumentStatus.SUSPENDED,
        reason="asked",
        by=STAFF,
        now=now,
    )

    refused = started(shop.start(phone.make_code(now=now, instrument=second.handle), now=now))
    paid = started(shop.start(phone.make_code(now=now, instrument=1), now=now))

    assert (refused.decline_code, paid.status) == ("instrument_unusable", Status.AUTHORISING)


@pytest.mark.parametrize(("amount", "decline_code"), [(5000, ""), (5001, "over_cap")])
def test_the_customers_cap_holds_to_the_rappen(
    amount: int, decline_code: str, shop: Shop, phone: Phone, now: datetime
) -> None:
    payment = started(shop.start(phone.make_code(now=now, cap=5000), amount, now=now))

    assert payment.decline_code == decline_code


@pytest.mark.parametrize("scope", [Scope.DEVICE, Scope.CUSTOMER])
def test_a_limit_of_device_or_customer_declines(scope: Scope, shop: Shop, phone: Phone, now: datetime) -> None:
    subject = phone.identity.id if scope == Scope.DEVICE else phone.customer.id
    set_payment_limit(scope=scope, subject_id=subject, limit=Money(4000, "CHF"), by=STAFF, now=now)

    payment = started(shop.start(phone.make_code(now=now), 4001, now=now))

    assert payment.decline_code == "over_limit"
    assert Record.objects.get(action="code.refused").facts == {"limit_of": scope, "limit": 4000}


def test_a_browser_may_pay_less_by_default(shop: Shop, phone: Phone, now: datetime, settings: Settings) -> None:
    settings.SOFTWARE_DEVICE_LIMIT = Money(4000, "CHF")

    assert started(shop.start(phone.make_code(now=now), 4000, now=now)).status == Status.AUTHORISING
    assert started(shop.start(phone.make_code(now=now), 4001, now=now)).decline_code == "over_limit"


def test_the_merchants_own_limit_declines(phone: Phone, now: datetime) -> None:
    small = make_shop(now=now, limit=Money(1000, "CHF"))

    payment = started(small.start(phone.make_code(now=now), 1001, now=now))

    assert payment.decline_code == "over_limit"


def test_a_receipt_number_is_one_live_sale_and_the_code_stays_unspent(shop: Shop, phone: Phone, now: datetime) -> None:
    first = shop.start(phone.make_code(now=now), now=now, reference="A1")
    code = phone.make_code(now=now)

    with pytest.raises(ReferenceInUse) as refused:
        shop.start(code, now=now, reference="A1")

    assert refused.value.facts == {"payment": started(first).public_id}
    assert started(shop.start(code, 100, now=now, reference="A2")).status == Status.AUTHORISING


def test_a_receipt_number_is_free_again_after_a_no(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.start(phone.make_code(now=now, pin=WRONG_PIN), now=now, reference="A1")

    payment = started(shop.start(phone.make_code(now=now), now=now, reference="A1"))

    assert payment.status == Status.AUTHORISING


def test_two_sales_under_one_receipt_number_at_once_are_one(shop: Shop, now: datetime) -> None:
    phones = [make_payer(shop, now=now) for _ in range(6)]

    def sell(phone: Phone) -> str:
        try:
            return started(shop.start(phone.make_code(now=now), now=now, reference="A1")).status
        except ReferenceInUse as refused:
            return f"in use by {refused.facts['payment']}"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        results = list(pool.map(sell, phones))

    live = Payment.objects.get()
    assert sorted(results) == sorted([Status.AUTHORISING, *[f"in use by {live.public_id}"] * 5])
    assert SpentCode.objects.count() == 1


def test_a_safe_that_does_not_open_consumes_nothing(
    shop: Shop, phone: Phone, now: datetime, settings: Settings
) -> None:
    code = phone.make_code(now=now)
    before = settings.KEY_ENCRYPTION_KEYS
    settings.KEY_ENCRYPTION_KEYS = Secret("other:" + base64.b64encode(b"o" * 32).decode())
    forget_code_keys()

    with pytest.raises(KeysUnavailable):
        shop.start(code, now=now)

    settings.KEY_ENCRYPTION_KEYS = before
    forget_code_keys()
    assert not Payment.objects.exists()
    assert started(shop.start(code, now=now)).status == Status.AUTHORISING


@pytest.mark.parametrize("is_training", [True, False])
def test_training_and_live_codes_do_not_mix(is_training: bool, shop: Shop, phone: Phone, now: datetime) -> None:
    code = phone.make_code(now=now, is_training=not is_training)

    payment = started(shop.start(code, now=now, is_training=is_training))

    assert payment.decline_code == "wrong_mode"


def test_training_plays_with_its_own_provider_and_books_nothing(shop: Shop, phone: Phone, now: datetime) -> None:
    sandbox = make_bank(now=now, code="sandbox")
    shop.mode = Mode.TEST

    payment = shop.sell(phone, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)
    shop.capture(payment, now=now)

    assert (payment.status, payment.mode, payment.is_training) == (Status.AUTHORISED, Mode.TEST, True)
    assert payment.attempts.get().provider_account_id == sandbox.id
    assert not Journal.objects.exists()


def test_the_statements_of_a_start_are_counted(
    shop: Shop, phone: Phone, now: datetime, django_assert_max_num_queries
) -> None:  # type: ignore[no-untyped-def]
    shop.start(phone.make_code(now=now), now=now)
    code, point, key = phone.make_code(now=now), shop.point, shop.key()
    sale = Sale(amount=Money(4250, "CHF"), reference="counted")
    with django_assert_max_num_queries(MOST_STATEMENTS):
        start_payment(code=code, sale=sale, point=point, key=key, by=shop.actor, now=now)
