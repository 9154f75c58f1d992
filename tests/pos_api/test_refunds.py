"""Giving money back through the real door: in parts, once per key, and above a limit with a second person."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connections
from django.utils import timezone

from apps.approvals.models import Approval
from apps.approvals.operations import decide_approval, expire_approvals
from apps.kernel.actors import Actor
from apps.merchants.models import Merchant
from apps.merchants.operations import create_till
from apps.outbox.operations import sweep
from apps.transactions.models import PaymentEvent, Refund
from tests.cast import Phone
from tests.pos_api import bell
from tests.pos_api.till import Json, TillProgram, assert_problem, body_of, connect
from tests.shop import STAFF, Shop, make_shop

CHECKER = Actor("operator", "berta")
WINE = {"name": "Wein", "quantity": "2", "amount": 3800, "vat_rate_basis_points": 810}
FRUIT = {"name": "Äpfel", "quantity": "1", "amount": 450, "vat_rate_basis_points": 260}


@pytest.fixture
def sold(till: TillProgram, phone: Phone, now: datetime, worker: None) -> Json:
    payment = till.pay(phone.make_code(now=now), capture="automatic", lines=[WINE, FRUIT])
    assert payment["status"] == "captured"
    # A refund waits for its capture.
    bell.wait_until_done()
    return payment


@pytest.fixture
def strict_shop(shop: Shop) -> Shop:
    """A merchant who wants a second person above 10 francs."""
    Merchant.objects.filter(id=shop.merchant.id).update(refund_limit_minor=1000)
    return shop


def test_a_part_is_given_back_and_then_the_rest(till: TillProgram, sold: Json) -> None:
    path = f"payments/{sold['id']}/refunds"

    first = till.post(path, {"amount": 3800, "currency": "CHF", "reason": "Kork", "cashier": "0042", "lines": [WINE]})

    assert first.status_code == 201
    refund = body_of(first)
    assert refund["id"].startswith("ref_")
    assert (refund["object"], refund["amount"], refund["currency"]) == ("refund", 3800, "CHF")
    assert (refund["reason"], refund["cashier"], refund["lines"]) == ("Kork", "0042", [WINE])
    assert (refund["payment"]["id"], refund["payment"]["safe_to_release_goods"]) == (sold["id"], False)
    bell.wait_until_done()
    between = body_of(till.get(f"payments/{sold['id']}"))
    assert (between["status"], between["refunded"], between["refund_status"]) == ("captured", 3800, "partial")

    rest = body_of(till.post(path))
    assert rest["amount"] == 450
    bell.wait_until_done()
    after = body_of(till.get(f"payments/{sold['id']}"))
    assert (after["refunded"], after["refund_status"]) == (4250, "full")
    listed = body_of(till.get(path))
    assert [(each["amount"], each["status"], each["final"]) for each in listed["data"]] == [
        (450, "succeeded", True),
        (3800, "succeeded", True),
    ]
    assert "payment" not in listed["data"][0]
    page = body_of(till.get(f"{path}?limit=1"))
    assert [each["id"] for each in body_of(till.get(f"{path}?cursor={page['next_cursor']}"))["data"]] == [refund["id"]]


def test_a_refund_is_repeated_safely(till: TillProgram, sold: Json) -> None:
    body = {"amount": 1000, "currency": "CHF"}

    first, again = (till.post(f"payments/{sold['id']}/refunds", body, key="back") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert (again.headers["Idempotent-Replayed"], body_of(again)["id"]) == ("true", body_of(first)["id"])
    assert Refund.objects.count() == 1
    reused = till.post(f"payments/{sold['id']}/refunds", body | {"amount": 1}, key="back")
    assert_problem(reused, 422, "idempotency_key_reused")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        pytest.param({"amount": 4251, "currency": "CHF"}, "amount_too_large", id="B16"),
        pytest.param({"amount": 100, "currency": "EUR"}, "currency_not_supported", id="B10"),
        pytest.param({"amount": 100}, "invalid_currency", id="without-currency"),
        pytest.param({"currency": "CHF"}, "invalid_amount", id="without-amount"),
        pytest.param({"amount": 0, "currency": "CHF"}, "invalid_amount", id="B01"),
        pytest.param({"lines": [WINE]}, "invalid_amount", id="lines-alone"),
        pytest.param({"amount": 3799, "currency": "CHF", "lines": [WINE]}, "lines_mismatch", id="B22"),
        pytest.param({"reason": "x" * 141}, "invalid_field", id="long"),
        pytest.param({"status": "succeeded"}, "unknown_field", id="A16"),
    ],
)
def test_a_refund_that_makes_no_sense_changes_nothing(
    till: TillProgram, sold: Json, body: dict[str, object], code: str
) -> None:
    assert_problem(till.post(f"payments/{sold['id']}/refunds", body), 422, code)
    assert not Refund.objects.exists()


def test_what_was_not_captured_has_nothing_to_give_back(till: TillProgram, phone: Phone, now: datetime) -> None:
    held = till.pay(phone.make_code(now=now))

    assert_problem(till.post(f"payments/{held['id']}/refunds"), 409, "wrong_state")


def test_twenty_at_once_give_back_no_more_than_was_paid(till: TillProgram, sold: Json) -> None:
    def refund(_: int) -> int:
        try:
            return till.post(f"payments/{sold['id']}/refunds", {"amount": 500, "currency": "CHF"}).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(5) as pool:
        statuses = sorted(pool.map(refund, range(20)))

    assert statuses == [201] * 8 + [422] * 12
    bell.wait_until_done()
    assert body_of(till.get(f"payments/{sold['id']}"))["refunded"] == 4000


def test_another_till_of_the_merchant_may_and_a_stranger_may_not(
    till: TillProgram, shop: Shop, sold: Json, now: datetime
) -> None:
    desk = connect(replace(shop, till=create_till(store_id=shop.store.id, name="Desk", by=STAFF, now=now)), now=now)
    stranger = connect(make_shop(now=now), now=now)

    assert_problem(stranger.post(f"payments/{sold['id']}/refunds"), 404, "payment_not_found")
    assert_problem(stranger.get(f"payments/{sold['id']}/refunds"), 404, "payment_not_found")
    assert desk.post(f"payments/{sold['id']}/refunds").status_code == 201


def test_above_the_limit_it_waits_for_a_second_person(till: TillProgram, strict_shop: Shop, sold: Json) -> None:
    path = f"payments/{sold['id']}/refunds"

    below = till.post(path, {"amount": 1000, "currency": "CHF"})
    above = till.post(path, {"amount": 1001, "currency": "CHF"}, key="much")

    assert (below.status_code, above.status_code) == (201, 202)
    waiting = body_of(above)
    assert (waiting["status"], waiting["final"]) == ("awaiting_approval", False)
    assert waiting["payment"]["refund_status"] == "pending"
    assert till.post(path, {"amount": 1001, "currency": "CHF"}, key="much").status_code == 202
    # Its amount is promised.
    assert_problem(till.post(path, {"amount": 2250, "currency": "CHF"}), 422, "amount_too_large")


def test_an_approved_one_is_given_back(till: TillProgram, strict_shop: Shop, sold: Json) -> None:
    path = f"payments/{sold['id']}/refunds"
    till.post(path, key="all")
    approval = Approval.objects.get()

    decide_approval(
        approval_id=approval.id, is_yes=True, asked_hash=None, reason="seen", by=CHECKER, now=timezone.now()
    )
    bell.wait_until_done()

    assert [each["status"] for each in body_of(till.get(path))["data"]] == ["succeeded"]
    assert body_of(till.get(f"payments/{sold['id']}"))["refund_status"] == "full"
    assert till.post(path, key="all").status_code == 201
    assert PaymentEvent.objects.get(kind="refund.approved").actor == str(CHECKER)


def test_a_refused_one_gives_its_reservation_back(till: TillProgram, strict_shop: Shop, sold: Json) -> None:
    path = f"payments/{sold['id']}/refunds"
    till.post(path)
    approval = Approval.objects.get()

    decide_approval(approval_id=approval.id, is_yes=False, asked_hash=None, reason="no", by=CHECKER, now=timezone.now())
    bell.wait_until_done()

    (refused,) = body_of(till.get(path))["data"]
    assert (refused["status"], refused["final"], refused["failure"]) == ("failed", True, "approval_refused")
    payment = body_of(till.get(f"payments/{sold['id']}"))
    assert (payment["refunded"], payment["refund_status"]) == (0, "failed")
    assert till.post(path, {"amount": 1000, "currency": "CHF"}).status_code == 201


def test_one_that_nobody_looked_at_for_seven_days_fails(till: TillProgram, strict_shop: Shop, sold: Json) -> None:
    path = f"payments/{sold['id']}/refunds"
    till.post(path)
    later = timezone.now() + timedelta(days=7, seconds=1)

    expire_approvals(now=later)
    sweep(now=later, limit=100)

    (expired,) = body_of(till.get(path))["data"]
    assert (expired["status"], expired["failure"]) == ("failed", "approval_expired")
    assert PaymentEvent.objects.get(kind="refund.failed").actor == "system:approvals"


def test_a_cancel_after_the_capture_needs_no_second_person_until_the_day_is_closed(
    till: TillProgram, strict_shop: Shop, sold: Json
) -> None:
    off = body_of(till.post(f"payments/{sold['id']}/cancel"))

    assert (off["status"], off["refund_status"], off["safe_to_release_goods"]) == ("captured", "pending", False)
    assert not Approval.objects.exists()


def test_only_the_rest_of_a_hold_is_given_up(till: TillProgram, phone: Phone, now: datetime) -> None:
    held = till.pay(phone.make_code(now=now))
    part = {"amount": 1000, "currency": "CHF", "final": False}
    till.post(f"payments/{held['id']}/capture", part)

    answers = [till.post(f"payments/{held['id']}/cancel", {"only": "rest"}) for _ in range(2)]

    for answer in answers:
        kept = body_of(answer)
        assert (answer.status_code, kept["status"], kept["captured"], kept["remaining"]) == (200, "captured", 1000, 0)
        assert (kept["refund_status"], kept["safe_to_release_goods"]) == ("none", True)
    for wrong in ("all", True, None):
        assert_problem(till.post(f"payments/{held['id']}/cancel", {"only": wrong}), 422, "invalid_field")
