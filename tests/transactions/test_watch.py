"""The watch meets every deadline that has come, and one payment that cannot be helped keeps nobody waiting."""

from datetime import datetime, timedelta

import pytest

from apps.outbox.models import Message
from apps.transactions.models import Operation, Payment
from apps.transactions.operations import meet_deadline, watch_payments
from apps.transactions.operations import watch as watch_module
from apps.transactions.states import Status
from tests.cast import Phone
from tests.devices.crowd import at_once
from tests.shop import Shop, carry_out_all, make_payer
from tests.transactions.counter import at, kinds_of


def test_one_that_cannot_be_helped_does_not_keep_the_others_waiting(
    shop: Shop, phone: Phone, now: datetime, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    broken = shop.start(phone.make_code(now=now), 100, now=now)
    other = shop.start(make_payer(shop, now=now).make_code(now=now), 200, now=at(now, 1))
    original = watch_module.lock_payment

    def lock(payment_id: object) -> Payment:
        if payment_id == broken.payment_id:
            raise RuntimeError("no")
        return original(payment_id)  # type: ignore[arg-type]  # the id as it came

    monkeypatch.setattr(watch_module, "lock_payment", lock)

    assert watch_payments(now=at(now, 60)) >= 2

    assert Payment.objects.get(id=other.payment_id).status == Status.CANCELLED
    assert Payment.objects.get(id=broken.payment_id).status == Status.AUTHORISING
    assert "deadline not met" in caplog.messages


def test_several_watches_at_once_meet_a_deadline_once(shop: Shop, phone: Phone, now: datetime) -> None:
    payments = [shop.sell(make_payer(shop, now=now), 100 + number, now=now) for number in range(5)]

    at_once(6, lambda _: watch_payments(now=at(now, 46)))

    for payment in payments:
        assert kinds_of(payment) == ["payment.started", "payment.authorised", "payment.reversing"]
        assert Operation.objects.filter(payment=payment).count() == 2
        assert carry_out_all(payment.id, now=at(now, 47)).status == Status.CANCELLED


def test_several_watches_at_once_ring_once(shop: Shop, phone: Phone, now: datetime) -> None:
    started = shop.start(phone.make_code(now=now), 100, now=now)
    before = Message.objects.filter(arguments__operation_id=str(started.operation_id)).count()

    at_once(6, lambda _: watch_payments(now=at(now, 4)))

    assert Message.objects.filter(arguments__operation_id=str(started.operation_id)).count() == before + 1


def test_a_deadline_that_has_not_come_or_was_met_is_left_alone(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 100, now=now)

    meet_deadline(payment_id=payment.id, now=at(now, 1))
    shop.capture(payment, now=now)
    captured = carry_out_all(payment.id, now=now)
    meet_deadline(payment_id=payment.id, now=now + timedelta(days=30))

    after = Payment.objects.get(id=payment.id)
    assert (after.status, after.version) == (Status.CAPTURED, captured.version)


def test_what_is_over_waits_for_nothing(shop: Shop, phone: Phone, now: datetime) -> None:
    for amount in (100, 9911):
        payment = shop.sell(phone, amount, now=now)
        if payment.status == Status.AUTHORISED:
            shop.cancel(payment, now=now)
            payment = carry_out_all(payment.id, now=now)
        assert payment.deadline_at is None

    assert watch_payments(now=now + timedelta(days=30)) == 0
