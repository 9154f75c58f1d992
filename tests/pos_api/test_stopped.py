"""What two people have stopped is declined at the till like any other no; what is held already goes on."""

from collections.abc import Iterator
from datetime import datetime

import pytest

from apps.audit.models import Record
from apps.merchants.models import Mode
from apps.switches.models import SwitchKind
from apps.switches.queries import forget_switches
from apps.transactions.models import Operation, Payment
from tests.cast import Phone
from tests.pos_api.till import TillProgram, body_of, connect, sale
from tests.shop import Shop, make_bank, make_shop
from tests.switches.desk import resume, stop


@pytest.fixture(autouse=True)
def no_stop_of_another_test() -> Iterator[None]:
    forget_switches()
    yield
    forget_switches()


def targets(shop: Shop) -> dict[SwitchKind, str]:
    return {
        SwitchKind.EVERYTHING: "",
        SwitchKind.MERCHANT: str(shop.merchant.id),
        SwitchKind.PROVIDER: str(shop.bank.id),
        SwitchKind.INSTRUMENT_KIND: "bank_account",
    }


@pytest.mark.parametrize("kind", [kind for kind in SwitchKind if kind != SwitchKind.ENROLMENT])
def test_a_stopped_payment_is_declined_with_words_for_both(
    kind: SwitchKind, till: TillProgram, shop: Shop, phone: Phone, now: datetime
) -> None:
    switch = stop(kind, targets(shop)[kind], now=now)

    answer = till.post("payments", sale(phone.make_code(now=now), language="en"))

    assert answer.status_code == 201
    declined = body_of(answer)
    assert (declined["status"], declined["final"], declined["safe_to_release_goods"]) == ("declined", True, False)
    assert (declined["decline"]["code"], declined["decline"]["action"]) == ("payments_stopped", "other_means")
    assert "angehalten" in declined["decline"]["cashier_message"]
    assert "not available" in declined["decline"]["customer_message"]
    assert not Operation.objects.exists()
    told = Record.objects.filter(subject=declined["id"], facts__switch=switch.subject.removeprefix("switch:"))
    assert told.count() == 1

    resume(switch, now=now)
    assert till.pay(phone.make_code(now=now))["status"] == "authorised"


def test_others_go_on(till: TillProgram, shop: Shop, phone: Phone, now: datetime) -> None:
    stop(SwitchKind.MERCHANT, str(make_shop(now=now).merchant.id), now=now)
    stop(SwitchKind.PROVIDER, str(make_bank(now=now, code="other").id), now=now)
    stop(SwitchKind.INSTRUMENT_KIND, "card", now=now)
    stop(SwitchKind.ENROLMENT, now=now)

    assert till.pay(phone.make_code(now=now))["status"] == "authorised"


def test_training_goes_on(shop: Shop, phone: Phone, now: datetime) -> None:
    make_bank(now=now, code="sandbox")
    stop(SwitchKind.EVERYTHING, now=now)
    stop(SwitchKind.MERCHANT, str(shop.merchant.id), now=now)

    trained = connect(shop, now=now, mode=Mode.TEST).pay(phone.make_code(now=now, is_training=True), training=True)

    assert trained["status"] == "authorised"


def test_what_is_held_is_captured_refunded_and_cancelled_all_the_same(
    till: TillProgram, phone: Phone, now: datetime
) -> None:
    first, second = till.pay(phone.make_code(now=now)), till.pay(phone.make_code(now=now), amount=1200)
    stop(SwitchKind.EVERYTHING, now=now)

    captured = body_of(till.post(f"payments/{first['id']}/capture"))
    cancelled = body_of(till.post(f"payments/{second['id']}/cancel"))
    refunded = till.post(f"payments/{first['id']}/refunds", {"amount": 100, "currency": "CHF"})

    assert (captured["status"], cancelled["status"], refunded.status_code) == ("captured", "cancelled", 201)


def test_a_repeated_request_gets_the_same_no_after_it_went_on(till: TillProgram, phone: Phone, now: datetime) -> None:
    switch = stop(SwitchKind.EVERYTHING, now=now)
    body = sale(phone.make_code(now=now))
    first = body_of(till.post("payments", body, key="once"))
    resume(switch, now=now)

    again = body_of(till.post("payments", body, key="once"))

    assert (again["id"], again["status"]) == (first["id"], "declined")
    assert Payment.objects.count() == 1
