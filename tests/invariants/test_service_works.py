"""The whole service, working as its own role: what it was not granted shows here, and not at the first customer."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import ProgrammingError, connection
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.audit.models import Seal
from apps.audit.operations import seal_records
from apps.cases.operations import look_for_trouble
from apps.confirmations.models import Confirmation
from apps.devices.operations.forget import forget_expired
from apps.idempotency.operations import forget_requests
from apps.kernel.money import Money
from apps.ledger.queries import broken_journals
from apps.live.models import Number, Waiting
from apps.live.operations import number_events
from apps.merchants.models import Mode
from apps.merchants.operations import change_merchant, issue_till_key, revoke_till_keys
from apps.outbox.models import Message
from apps.outbox.operations import sweep
from apps.transactions.models import Payment, Refund
from apps.transactions.operations import look_at_payment, watch_payments
from apps.transactions.operations.refund import Refunded, RefundWish, refund_payment
from apps.transactions.states import RefundStatus, Status
from mpayment.granting import powers_of
from tests.cast import STAFF, WRONG_PIN, Phone
from tests.invariants.service import Service
from tests.shop import Shop, carry_out_all, make_payer, make_shop

pytestmark = pytest.mark.usefixtures("quiet")


@pytest.fixture(autouse=True)
def as_the_role(quiet: None, service: Service) -> Iterator[None]:
    with service.instead_of_the_owner():
        yield


# Made by the role, too: the fixtures of the house are made by the owner.
@pytest.fixture
def shop(as_the_role: None, now: datetime) -> Shop:
    call_command("create_keys")
    return make_shop(now=now)


def sweep_all(now: datetime) -> None:
    while sweep(now=now, limit=50):
        pass


def give_back(shop: Shop, payment: Payment, amount: int, *, now: datetime) -> Refunded:
    return refund_payment(
        payment_id=payment.id,
        wish=RefundWish(amount=Money(amount, "CHF")),
        point=shop.point,
        key=shop.key(),
        by=shop.actor,
        now=now,
    )


def test_this_is_the_role() -> None:
    assert powers_of() == []
    with pytest.raises(ProgrammingError, match="permission denied"), connection.cursor() as cursor:
        cursor.execute("DELETE FROM ledger_posting")


def test_a_sale_is_paid_told_given_back_and_proved(shop: Shop, phone: Phone, now: datetime) -> None:
    sold = shop.sell(phone, 4000, now=now)
    look_at_payment(payment_id=sold.id, point=shop.point, wait_seconds=0, now=now)
    shop.capture(sold, 3000, is_final=False, now=now)
    shop.capture(sold, 500, now=now)
    carry_out_all(sold.id, now=now)
    first = give_back(shop, sold, 1000, now=now)
    carry_out_all(sold.id, now=now)
    shop.cancel(sold, now=now)
    carry_out_all(sold.id, now=now)
    sweep_all(timezone.now() + timedelta(seconds=5))
    number_events(now=now, limit=1000)
    seal_records(now=now)

    payment = Payment.objects.get(id=sold.id)
    assert (payment.status, payment.captured_minor, payment.refunded_minor) == (Status.CAPTURED, 3500, 3500)
    assert Refund.objects.get(id=first.refund.id).status == RefundStatus.SUCCEEDED
    assert Confirmation.objects.filter(payment=payment, kind="captured").count() == 2
    assert not list(broken_journals())
    assert (Waiting.objects.count(), Number.objects.exists(), Seal.objects.exists()) == (0, True, True)
    assert not Message.objects.filter(done_at=None).exists()
    for proof in ("verify_ledger", "verify_audit"):
        call_command(proof)


def test_sales_that_come_to_nothing_end(shop: Shop, phone: Phone, now: datetime) -> None:
    wrong_pin = shop.sell(phone, 1100, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))
    no_money = shop.sell(phone, 9901, now=now)
    silent = shop.sell(make_payer(shop, now=now), 9902, now=now)
    forgotten = shop.sell(make_payer(shop, now=now), 1300, now=now)
    expired = shop.sell(make_payer(shop, now=now), 1400, now=now)
    shop.capture(expired, 100, is_final=False, now=now)
    for hours in (0.02, 1, 24 * 8):
        watch_payments(now=now + timedelta(hours=hours))
        for payment in (silent, forgotten, expired):
            carry_out_all(payment.id, now=now + timedelta(hours=hours, seconds=1))

    assert [each.status for each in (wrong_pin, no_money)] == [Status.DECLINED, Status.DECLINED]
    assert Payment.objects.get(id=forgotten.id).status == Status.CANCELLED
    assert Payment.objects.get(id=expired.id).remaining_minor == 0
    assert not Payment.objects.filter(status__in=[Status.AUTHORISING, Status.UNKNOWN, Status.AUTHORISED]).exists()


def test_the_desk_works(shop: Shop, phone: Phone, now: datetime, settings: Settings) -> None:
    issue_till_key(till_id=shop.till.id, mode=Mode.LIVE, overlap=timedelta(0), by=STAFF, now=now)
    revoke_till_keys(till_id=shop.till.id, reason="lost", by=STAFF, now=now)
    change_merchant(
        merchant_id=shop.merchant.id,
        per_day_limit=Money(500_000_000, "CHF"),
        refund_limit=Money(100, "CHF"),
        by=STAFF,
        now=now,
    )
    sold = shop.sell(phone, 1000, now=now)
    shop.capture(sold, now=now)
    carry_out_all(sold.id, now=now)
    waiting = give_back(shop, sold, 500, now=now)
    call_command("decide_approval", str(waiting.refund.approval_id), "--no", reason="no", by="second")
    phone.set_pin("271828", now=now)
    phone.open_session(now=now)
    sweep_all(timezone.now() + timedelta(seconds=5))
    look_for_trouble(now=now + timedelta(hours=1))

    assert waiting.refund.status == RefundStatus.AWAITING_APPROVAL
    assert forget_expired(before=now + timedelta(days=400), limit=100) > 0
    assert forget_requests(before=now + timedelta(days=1)) > 0
    call_command("check", deploy=True, databases=["default"], tags=["database"])
