"""Another line to the same bank, for a message that was certainly not sent by the first."""

from datetime import datetime

import pytest

from apps.ledger.queries import trial_balance
from apps.providers.contract import Approved, Declined, NotSent, Unknown
from apps.providers.models import ProviderAccount
from apps.providers.operations import set_enabled, set_second_route
from apps.providers.reasons import DeclineReason
from apps.transactions.models import Attempt, Operation, Payment, PaymentEvent
from apps.transactions.states import OperationStatus, Status
from tests.cast import STAFF, Phone
from tests.shop import Shop, carry_out_all, link_account, make_bank
from tests.transactions.test_fallback import scripted

__all__ = ["scripted"]
NOT_SENT = NotSent("connection refused")


@pytest.fixture
def other_line(shop: Shop, now: datetime) -> ProviderAccount:
    """A second account at the shop's bank."""
    second = make_bank(now=now, code="bank-b")
    set_second_route(account_id=shop.bank.id, second_id=second.id, by=STAFF, now=now)
    return second


def sell(shop: Shop, phone: Phone, now: datetime, *, fallback: int = 0) -> Payment:
    payment = shop.sell(phone, 1000, now=now, code=phone.make_code(now=now, instrument=1, fallback=fallback))
    while payment.status == Status.AUTHORISING:
        payment = carry_out_all(payment.id, now=now)
    return payment


@pytest.mark.parametrize("no", [NOT_SENT, Declined(DeclineReason.PROVIDER_UNAVAILABLE)])
def test_what_was_certainly_not_done_by_one_line_is_asked_by_the_other(
    no: object, shop: Shop, phone: Phone, other_line: ProviderAccount, now: datetime, scripted: list[object]
) -> None:
    scripted += [no, Approved("hold-2")]

    payment = sell(shop, phone, now)

    assert payment.status == Status.AUTHORISED
    first, second = Attempt.objects.filter(payment=payment).order_by("number")
    assert (first.provider_account_id, second.provider_account_id) == (shop.bank.id, other_line.id)
    assert second.instrument_id == first.instrument_id == payment.instrument_id
    assert trial_balance()["CHF"] == {"holds:bank-b": 1000, "holds_contra:bank-b": -1000}
    assert PaymentEvent.objects.filter(payment=payment, kind="payment.rerouted").count() == 1


def test_it_is_captured_by_the_line_that_holds_it(
    shop: Shop, phone: Phone, other_line: ProviderAccount, now: datetime, scripted: list[object]
) -> None:
    scripted += [NOT_SENT, Approved("hold-2")]
    payment = sell(shop, phone, now)

    shop.capture(payment, now=now)

    assert Operation.objects.get(payment=payment, verb="capture").attempt.provider_account_id == other_line.id
    assert trial_balance()["CHF"]["provider_receivable:bank-b"] == 1000


def test_each_line_is_tried_once(
    shop: Shop, phone: Phone, other_line: ProviderAccount, now: datetime, scripted: list[object]
) -> None:
    set_second_route(account_id=other_line.id, second_id=shop.bank.id, by=STAFF, now=now)
    scripted += [NOT_SENT, NOT_SENT]

    payment = sell(shop, phone, now)

    assert (payment.status, payment.decline_code) == (Status.DECLINED, "provider_unavailable")
    assert Attempt.objects.filter(payment=payment).count() == 2


@pytest.mark.parametrize("no", [Declined(DeclineReason.INSUFFICIENT_FUNDS), Declined(DeclineReason.SUSPECTED_FRAUD)])
def test_a_no_about_the_customer_is_not_asked_again(
    no: object, shop: Shop, phone: Phone, other_line: ProviderAccount, now: datetime, scripted: list[object]
) -> None:
    scripted += [no]

    payment = sell(shop, phone, now)

    assert payment.status == Status.DECLINED
    assert Attempt.objects.filter(payment=payment).count() == 1


def test_silence_is_not_asked_by_the_other_line(
    shop: Shop, phone: Phone, other_line: ProviderAccount, now: datetime, scripted: list[object]
) -> None:
    scripted += [Unknown("timeout")]

    payment = shop.sell(phone, 1000, now=now)

    assert payment.status == Status.UNKNOWN
    assert Operation.objects.filter(payment=payment).count() == 1


def test_a_line_that_is_switched_off_is_not_tried(
    shop: Shop, phone: Phone, other_line: ProviderAccount, now: datetime, scripted: list[object]
) -> None:
    set_enabled(account_id=other_line.id, is_enabled=False, reason="maintenance", by=STAFF, now=now)
    scripted += [NOT_SENT]

    assert sell(shop, phone, now).decline_code == "provider_unavailable"


def test_the_customers_second_choice_comes_after_both_lines(
    shop: Shop, phone: Phone, other_line: ProviderAccount, now: datetime, scripted: list[object]
) -> None:
    elsewhere = link_account(phone, make_bank(now=now, code="other"), now=now)
    scripted += [NOT_SENT, NOT_SENT, Approved("hold-3")]

    payment = sell(shop, phone, now, fallback=2)

    assert (payment.status, payment.instrument_id) == (Status.AUTHORISED, elsewhere.id)
    routes = Attempt.objects.filter(payment=payment).order_by("number").values_list("provider_account__code", flat=True)
    assert list(routes) == ["bank", "bank-b", "other"]
    statuses = Operation.objects.filter(payment=payment).order_by("id").values_list("status", flat=True)
    assert list(statuses) == [OperationStatus.FAILED, OperationStatus.FAILED, OperationStatus.SUCCEEDED]
