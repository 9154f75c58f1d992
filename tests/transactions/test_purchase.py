from datetime import datetime

from apps.ledger.queries import broken_journals, trial_balance
from apps.transactions.models import PaymentEvent
from apps.transactions.states import CaptureStatus, Status
from tests.cast import Phone
from tests.shop import Shop, carry_out_all


def test_a_purchase_is_held_captured_and_booked(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 4250, now=now)
    assert (payment.status, payment.authorised_minor, payment.customer_id) == (
        Status.AUTHORISED,
        4250,
        phone.customer.id,
    )

    captured = shop.capture(payment, now=now).payment
    assert (captured.status, captured.captured_minor, captured.capture_status) == (
        Status.CAPTURED,
        4250,
        CaptureStatus.QUEUED,
    )

    done = carry_out_all(payment.id, now=now)
    assert done.capture_status == CaptureStatus.SUCCEEDED
    balances = trial_balance()["CHF"]
    assert balances == {
        "holds:bank": 0,
        "holds_contra:bank": 0,
        f"merchant_payable:{shop.merchant.id}": -4250,
        "provider_receivable:bank": 4250,
    }
    assert broken_journals() == []
    kinds = list(PaymentEvent.objects.filter(payment=payment).order_by("version").values_list("kind", flat=True))
    assert kinds == ["payment.started", "payment.authorised", "payment.captured", "capture.succeeded"]
