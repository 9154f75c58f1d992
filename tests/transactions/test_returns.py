"""A code with purpose 1 says who stands at the service desk, and what can be given back there."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from apps.audit.models import Record
from apps.codes.models import SpentCode
from apps.devices.operations import move_device
from apps.devices.states import DeviceStatus
from apps.kernel.errors import DomainError
from apps.merchants.models import Mode
from apps.paycode.claims import Purpose, Verification
from apps.providers.contract import Declined
from apps.providers.reasons import DeclineReason
from apps.transactions.errors import CodeUnreadable
from apps.transactions.models import Operation, Payment, Return
from apps.transactions.operations.returns import Identified, start_return
from apps.transactions.requests import RequestKey
from apps.transactions.states import Status
from tests.cast import STAFF, WRONG_PIN, Phone
from tests.devices.crowd import at_once
from tests.shop import Shop, carry_out_all, make_bank, make_payer, make_shop
from tests.transactions.bank import Bank
from tests.transactions.counter import buy, refund


def scan(shop: Shop, code: str, *, now: datetime, key: RequestKey | None = None) -> Identified:
    return start_return(code=code, point=shop.point, key=key or shop.key(), by=shop.actor, now=now)


def return_code(phone: Phone, *, now: datetime, **claims: object) -> str:
    return phone.make_code(now=now, purpose=Purpose.RETURN, **claims)  # type: ignore[arg-type]  # as make_code takes


def test_names_the_customer_and_what_can_be_given_back_newest_first(shop: Shop, phone: Phone, now: datetime) -> None:
    first, second = buy(shop, phone, 1000, now=now), buy(shop, phone, 2000, now=now)
    shop.sell(phone, 3000, now=now)

    found = scan(shop, return_code(phone, now=now), now=now)

    assert (found.scanned.customer_id, found.scanned.decline_code, found.is_replay) == (phone.customer.id, "", False)
    assert [sale.id for sale in found.sales] == [second.id, first.id]
    spent = SpentCode.objects.latest("counter")
    assert (spent.subject_kind, spent.subject_id) == ("return", found.scanned.id)
    assert Record.objects.filter(action="return.started").count() == 1


def test_the_refund_goes_to_the_instrument_that_paid(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = buy(shop, phone, 1000, now=now)
    (sale,) = scan(shop, return_code(phone, now=now), now=now).sales

    refund(shop, sale, 400, now=now)

    assert carry_out_all(payment.id, now=now).refunded_minor == 400
    attempts = set(Operation.objects.filter(payment=payment).values_list("attempt__instrument", flat=True))
    assert attempts == {payment.instrument_id}


def test_what_is_given_back_already_is_not_shown(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = buy(shop, phone, 1000, now=now)
    refund(shop, payment, now=now)

    assert scan(shop, return_code(phone, now=now), now=now).sales == []


def test_what_the_provider_never_took_is_not_shown(shop: Shop, phone: Phone, now: datetime, bank: Bank) -> None:
    payment = shop.sell(phone, 1000, now=now)
    shop.capture(payment, now=now)
    bank.says("capture", Declined(DeclineReason.HOLD_CLOSED, "hold_closed"))
    carry_out_all(payment.id, now=now)

    assert scan(shop, return_code(phone, now=now), now=now).sales == []


def test_another_merchants_sales_and_another_customers_are_not_shown(shop: Shop, phone: Phone, now: datetime) -> None:
    buy(make_shop(now=now), phone, 1000, now=now)
    buy(shop, make_payer(shop, now=now), 2000, now=now)

    assert scan(shop, return_code(phone, now=now), now=now).sales == []


def test_training_is_shown_in_test_mode_only(shop: Shop, phone: Phone, now: datetime) -> None:
    make_bank(now=now, code="sandbox")
    live = buy(shop, phone, 1000, now=now)
    buy(shop, phone, 2000, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)
    test_till = Shop(shop.merchant, shop.store, shop.till, shop.bank, mode=Mode.TEST)
    trained = buy(test_till, phone, 3000, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)

    on_live = scan(shop, return_code(phone, now=now), now=now)
    in_test = scan(test_till, return_code(phone, now=now, is_training=True), now=now)

    assert [sale.id for sale in on_live.sales] == [live.id]
    assert [sale.id for sale in in_test.sales] == [trained.id]


def test_repeating_the_request_is_the_same_return_with_what_is_left_now(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    payment = buy(shop, phone, 1000, now=now)
    code, key = return_code(phone, now=now), shop.key("same")
    first = scan(shop, code, now=now, key=key)
    refund(shop, payment, now=now)

    again = scan(shop, code, now=now + timedelta(hours=1), key=key)

    assert (again.scanned.id, again.is_replay, again.sales) == (first.scanned.id, True, [])
    assert Return.objects.count() == 1


def test_one_code_at_ten_tills_at_once_identifies_once(phone: Phone, now: datetime) -> None:
    code = return_code(phone, now=now)
    shops = [make_shop(now=now) for _ in range(10)]

    answers = at_once(10, lambda number: scan(shops[number], code, now=now))

    returns = [answer.scanned.decline_code for answer in answers if not isinstance(answer, DomainError)]
    assert sorted(returns) == ["", *["already_used"] * 9]


@pytest.mark.parametrize(
    ("code_of", "decline_code", "detail"),
    [
        (lambda phone, now: phone.make_code(now=now), "wrong_purpose", "wrong_purpose"),
        (lambda phone, now: phone.make_code(now=now, purpose=Purpose.LOYALTY), "wrong_purpose", "wrong_purpose"),
        (lambda phone, now: return_code(phone, now=now, pin=WRONG_PIN), "pin_wrong", "pin_wrong"),
        (
            lambda phone, now: return_code(phone, now=now, verification=Verification.NONE),
            "pin_required",
            "pin_required",
        ),
        (lambda phone, now: return_code(phone, now=now, issued_at=int(now.timestamp()) - 301), "expired", "expired"),
        (lambda phone, now: return_code(phone, now=now, is_training=True), "wrong_mode", "wrong_mode"),
        (lambda phone, now: return_code(phone, now=now, till_id="til_other"), "wrong_till", "wrong_till"),
        (lambda phone, now: return_code(phone, now=now, sync=b"\1\2\3\4"), "rejected", "device_cloned"),
    ],
)
def test_a_no_says_why_and_names_nothing(
    code_of: Callable[[Phone, datetime], str],
    decline_code: str,
    detail: str,
    shop: Shop,
    phone: Phone,
    now: datetime,
) -> None:
    buy(shop, phone, 1000, now=now)

    found = scan(shop, code_of(phone, now), now=now)

    assert (found.scanned.decline_code, found.scanned.decline_detail) == (decline_code, detail)
    assert (found.scanned.customer_id, found.sales) == (None, [])
    assert Record.objects.get(action="code.refused").reason == detail


def test_a_wrong_pin_costs_a_try_here_too(shop: Shop, phone: Phone, now: datetime) -> None:
    found = scan(shop, return_code(phone, now=now, pin=WRONG_PIN), now=now)

    assert found.scanned.tries_left == 2
    assert phone.device().pin_tries_left == 2


def test_a_revoked_phone_identifies_nobody(shop: Shop, phone: Phone, now: datetime) -> None:
    move_device(device_id=phone.identity.id, to=DeviceStatus.REVOKED, reason="lost", by=STAFF, now=now)

    found = scan(shop, return_code(phone, now=now), now=now)

    assert (found.scanned.decline_code, found.scanned.decline_detail) == ("rejected", "device_revoked")


def test_a_return_code_pays_nothing(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 1000, now=now, code=return_code(phone, now=now))

    assert (payment.status, payment.decline_code) == (Status.DECLINED, "wrong_purpose")


def test_text_that_is_no_code_stores_nothing(shop: Shop, now: datetime) -> None:
    with pytest.raises(CodeUnreadable):
        scan(shop, "hQVDUFZw", now=now)

    assert not Return.objects.exists()
    assert not Payment.objects.exists()
