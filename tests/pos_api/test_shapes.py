"""The one shape: every member always there, and what each status means for the goods and for another try."""

from datetime import UTC, datetime
from typing import Any

import pytest

from apps.instruments.models import Instrument, Kind
from apps.merchants.models import Language, Merchant, Mode, Store, Till
from apps.pos_api.examples import AUTHORISED
from apps.pos_api.shapes import payment_shape
from apps.transactions.models import Payment
from apps.transactions.states import Action, CaptureStatus, RefundFacet, Status

NOW = datetime(2026, 11, 23, 16, 5, 12, 120_000, tzinfo=UTC)


def payment(status: Status, **columns: Any) -> Payment:
    """Return a payment that is in no database."""
    merchant = Merchant(legal_name="Dorfladen AG", currency="CHF", per_payment_limit_minor=100_000)
    store = Store(merchant=merchant, name="Bahnhof", town="Zürich")
    till = Till(store=store, name="Kasse 1", language=Language.GERMAN)
    instrument = Instrument(kind=Kind.BANK_ACCOUNT, label="Bank ...7301")
    facts = {"amount_minor": 4250, "currency": "CHF", "reference": "R1", "language": "fr", "created_at": NOW}
    return Payment(
        merchant=merchant, till=till, instrument=instrument, mode=Mode.LIVE, status=status, **(facts | columns)
    )


HELD = {"authorised_minor": 4250, "authorised_at": NOW, "hold_expires_at": NOW}
SOLD = HELD | {"captured_minor": 4250, "captured_at": NOW, "capture_status": CaptureStatus.QUEUED}
EVERY = {
    Status.IN_REVIEW: {},
    Status.ACTION_REQUIRED: {"action": Action.CUSTOMER_CONSENT, "deadline_at": NOW},
    Status.AUTHORISING: {},
    Status.UNKNOWN: {},
    Status.AUTHORISED: HELD,
    Status.REVERSING: HELD,
    Status.CAPTURED: SOLD,
    Status.DECLINED: {"decline_code": "insufficient_funds"},
    Status.CANCELLED: HELD,
    Status.EXPIRED: HELD,
}


@pytest.mark.parametrize("status", Status)
def test_every_member_is_always_there(status: Status) -> None:
    assert list(payment_shape(payment(status, **EVERY[status]))) == list(AUTHORISED)


@pytest.mark.parametrize(
    ("status", "shown", "is_final", "release", "retry", "is_polled"),
    [
        (Status.IN_REVIEW, "processing", False, False, False, True),
        (Status.AUTHORISING, "processing", False, False, False, True),
        (Status.UNKNOWN, "processing", False, False, False, True),
        (Status.ACTION_REQUIRED, "action_required", False, False, False, True),
        (Status.AUTHORISED, "authorised", False, False, False, False),
        (Status.CAPTURED, "captured", True, True, False, False),
        (Status.DECLINED, "declined", True, False, True, False),
        (Status.REVERSING, "cancelled", True, False, True, False),
        (Status.CANCELLED, "cancelled", True, False, True, False),
        (Status.EXPIRED, "expired", True, False, True, False),
    ],
)
def test_a_status_says_what_the_cashier_may_do(
    status: Status, shown: str, is_final: bool, release: bool, retry: bool, is_polled: bool
) -> None:
    shape = payment_shape(payment(status, **EVERY[status]))

    assert (shape["status"], shape["final"]) == (shown, is_final)
    assert (shape["safe_to_release_goods"], shape["safe_to_retry"]) == (release, retry)
    assert shape["poll_after_ms"] == (500 if is_polled else None)


def test_says_who_must_act_and_until_when() -> None:
    shape = payment_shape(payment(Status.ACTION_REQUIRED, **EVERY[Status.ACTION_REQUIRED]))

    assert shape["action"] == {"type": "customer_consent", "deadline": NOW}
    assert payment_shape(payment(Status.AUTHORISED, **HELD))["action"] is None


@pytest.mark.parametrize("status", [Status.REVERSING, Status.CANCELLED, Status.EXPIRED])
def test_nothing_remains_of_a_sale_that_is_off(status: Status) -> None:
    shape = payment_shape(payment(status, **HELD))

    assert (shape["remaining"], shape["expires_at"], shape["receipt"]) == (0, None, None)


@pytest.mark.parametrize("refund_status", RefundFacet)
def test_goods_are_not_released_once_money_went_back_or_was_to(refund_status: RefundFacet) -> None:
    shape = payment_shape(payment(Status.CAPTURED, **SOLD, refund_status=refund_status))

    assert shape["refund_status"] == refund_status
    assert shape["safe_to_release_goods"] == (refund_status == RefundFacet.NONE)


def test_a_hold_that_is_kept_for_more_still_ends() -> None:
    shape = payment_shape(payment(Status.CAPTURED, **SOLD | {"captured_minor": 1000}))

    assert (shape["remaining"], shape["expires_at"]) == (3250, NOW)


def test_a_no_before_the_payer_was_known_names_no_instrument() -> None:
    unknown = payment(Status.DECLINED, decline_code="unreadable")
    unknown.instrument = None

    shape = payment_shape(unknown)

    assert shape["instrument"] is None
    assert shape["receipt"] is not None


def test_staffs_reason_does_not_reach_the_till() -> None:
    shape = payment_shape(payment(Status.DECLINED, decline_code="rejected", decline_detail="device_cloned"))

    assert "device_cloned" not in str(shape)


def test_each_side_reads_its_own_language() -> None:
    shape = payment_shape(payment(Status.CAPTURED, **SOLD))

    receipt: Any = shape["receipt"]
    assert any(line.startswith("Händlerbeleg") for line in receipt["merchant"])
    assert any(line.startswith("Copie client") for line in receipt["customer"])
    # 16:05 in UTC is 17:05 on the merchant's clock.
    assert any(line.endswith("23.11.2026 17:05") for line in receipt["customer"])
