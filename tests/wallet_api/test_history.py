"""What happened: payments newest first, events by number, receipts once there is one."""

import json
from datetime import datetime

import pytest
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from apps.confirmations.tasks import tell
from apps.kernel.money import Money
from apps.keys.models import Purpose
from apps.keys.operations import verify_document
from apps.live.operations import append_event, number_events
from apps.outbox.models import Message
from apps.paycode.keys import Label
from apps.providers.contract import Approved, Declined
from apps.providers.reasons import DeclineReason
from apps.transactions.operations.refund import RefundWish, refund_payment
from tests.cast import WRONG_PIN, Phone, make_phone
from tests.confirmations.giving import give_back
from tests.shop import Shop, carry_out_all, link_account, make_bank, make_payer
from tests.wallet_api.door import Door, assert_problem, body_of, come_in


def tell_all() -> None:
    """Do what the worker and the numbering do after a commit."""
    for message in Message.objects.filter(topic="confirmations.tell").order_by("id"):
        tell(**message.arguments)
    number_events(now=timezone.now(), limit=1000)


def test_a_payment_is_shown_to_its_payer_as_he_knows_it(door: Door, phone: Phone, shop: Shop, now: datetime) -> None:
    payment = shop.sell(phone, 4250, now=now, reference="2031-0007")

    shown = body_of(door.get(f"payments/{payment.public_id}"))

    assert shown.pop("created_at")
    assert shown == {
        "id": payment.public_id,
        "status": "authorised",
        "version": payment.version,
        "amount": 4250,
        "tip": 0,
        "captured": 0,
        "refunded": 0,
        "refund_status": "none",
        "currency": "CHF",
        "merchant": shop.merchant.legal_name,
        "store": "Bahnhof",
        "reference": "2031-0007",
        "instrument": {"handle": 1, "kind": "bank_account", "label": payment.instrument.label},  # type: ignore[union-attr]
        "instead_of": None,
        "action": None,
        "decline": None,
        "refunds": [],
        "training": False,
        "captured_at": None,
    }


def test_what_is_under_way_is_processing_and_what_is_undone_is_cancelled(
    door: Door, phone: Phone, shop: Shop, now: datetime
) -> None:
    started = shop.start(phone.make_code(now=now), now=now)
    listed = body_of(door.get("payments"))["data"]
    assert [item["status"] for item in listed] == ["processing"]

    payment = shop.sell(phone, now=now)
    shop.cancel(payment, now=now)
    assert body_of(door.get(f"payments/{payment.public_id}"))["status"] == "cancelled"
    assert started.payment_id != payment.id


def test_a_decline_says_what_to_do_in_the_customers_language(
    door: Door, phone: Phone, shop: Shop, now: datetime
) -> None:
    payment = shop.sell(phone, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))

    decline = body_of(door.get(f"payments/{payment.public_id}"))["decline"]

    assert decline.keys() == {"code", "cashier_message", "customer_message", "action", "tries_left"}
    assert (decline["code"], decline["tries_left"], decline["action"]) == ("pin_wrong", 2, "new_code")
    assert "PIN" in decline["customer_message"]


def test_what_came_back_is_linked_with_its_reason_and_its_receipt(
    door: Door, phone: Phone, shop: Shop, now: datetime
) -> None:
    payment = shop.sell(phone, 4250, now=now)
    shop.capture(payment, now=now)
    carry_out_all(payment.id, now=now)
    refund = give_back(shop, payment, 500, now=now, reason="Äpfel faul")
    wish = RefundWish(amount=Money(250, "CHF"))
    under_way = refund_payment(
        payment_id=payment.id, wish=wish, point=shop.point, key=shop.key(), by=shop.actor, now=now
    ).refund
    tell_all()

    shown = body_of(door.get(f"payments/{payment.public_id}"))

    assert (shown["refunded"], shown["refund_status"]) == (500, "pending")
    assert [(item["id"], item["status"], item["amount"], item["reason"]) for item in shown["refunds"]] == [
        (refund.public_id, "succeeded", 500, "Äpfel faul"),
        (under_way.public_id, "pending", 250, ""),
    ]
    assert body_of(door.get("payments"))["data"] == [shown]
    address = f"payments/{payment.public_id}/refunds"
    signed = body_of(door.get(f"{address}/{refund.public_id}/receipt"))
    document = verify_document(label=Label.RECEIPT, signed=signed, purpose=Purpose.RECEIPT)
    assert (document["kind"], document["refund"], document["amount"]) == ("refund", refund.public_id, 500)
    for nothing in (under_way.public_id, "ref_00000000000000000000000000", payment.public_id, "x"):
        assert_problem(door.get(f"{address}/{nothing}/receipt"), 404, "receipt_not_found")
    foreign = come_in(make_phone(now=now), pin=None)
    assert_problem(foreign.get(f"{address}/{refund.public_id}/receipt"), 404, "receipt_not_found")


def test_the_second_choice_that_paid_is_shown_with_the_first(
    door: Door, phone: Phone, shop: Shop, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    link_account(phone, make_bank(now=now, code="other"), now=now)
    outcomes: list[object] = [Declined(DeclineReason.INSUFFICIENT_FUNDS), Approved("hold-2")]
    monkeypatch.setattr(
        "apps.providers.connectors.sandbox.SandboxConnector.authorise", lambda self, request: outcomes.pop(0)
    )
    payment = shop.sell(phone, now=now, code=phone.make_code(now=now, instrument=1, fallback=2))
    carry_out_all(payment.id, now=now)

    shown = body_of(door.get(f"payments/{payment.public_id}"))

    assert shown["status"] == "authorised"
    assert (shown["instrument"]["handle"], shown["instead_of"]["handle"]) == (2, 1)
    assert body_of(door.get("payments"))["data"] == [shown]


def test_a_list_takes_as_many_statements_as_one_payment(
    door: Door, phone: Phone, shop: Shop, now: datetime, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(5):
        payment = shop.sell(phone, 1000 + number, now=now)
        shop.capture(payment, now=now)
        carry_out_all(payment.id, now=now)
        give_back(shop, payment, 100, now=now)

    with django_assert_max_num_queries(4):
        assert len(body_of(door.get("payments"))["data"]) == 5


def test_payments_come_newest_first_and_page_by_page(door: Door, phone: Phone, shop: Shop, now: datetime) -> None:
    made = [shop.sell(phone, 100 + number, now=now).public_id for number in range(5)]

    seen: list[str] = []
    cursor = ""
    while True:
        page = body_of(door.get(f"payments?limit=2{cursor}"))
        seen += [item["id"] for item in page["data"]]
        if page["next_cursor"] is None:
            break
        cursor = f"&cursor={page['next_cursor']}"

    assert seen == made[::-1]


def test_nobody_sees_somebody_elses_payments(door: Door, shop: Shop, now: datetime) -> None:
    payment = shop.sell(make_payer(shop, now=now), now=now)

    assert body_of(door.get("payments"))["data"] == []
    for nobody in (payment.public_id, "pay_00000000000000000000000000", "dev_00000000000000000000000000", "x"):
        assert_problem(door.get(f"payments/{nobody}"), 404, "payment_not_found")
        assert_problem(door.get(f"payments/{nobody}/receipt"), 404, "receipt_not_found")


def test_a_receipt_is_there_once_it_was_captured_and_signed(
    door: Door, phone: Phone, shop: Shop, now: datetime
) -> None:
    payment = shop.sell(phone, 4250, now=now)
    assert_problem(door.get(f"payments/{payment.public_id}/receipt"), 404, "receipt_not_found")

    shop.capture(payment, now=now)
    tell_all()

    signed = body_of(door.get(f"payments/{payment.public_id}/receipt"))
    assert signed.keys() == {"document", "key", "signature"}
    document = verify_document(label=Label.RECEIPT, signed=signed, purpose=Purpose.RECEIPT)
    assert (document["payment"], document["amount"]) == (payment.public_id, 4250)
    foreign = come_in(make_phone(now=now), pin=None)
    assert_problem(foreign.get(f"payments/{payment.public_id}/receipt"), 404, "receipt_not_found")


def test_events_tell_what_became_of_payments_in_order(door: Door, phone: Phone, shop: Shop, now: datetime) -> None:
    paid, refused = shop.sell(phone, now=now), shop.sell(phone, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))
    shop.capture(paid, now=now)
    tell_all()

    events = body_of(door.get("events?after=0"))

    assert events["next_cursor"] is None
    assert [(event["seq"], event["type"], event.get("payment")) for event in events["data"]] == [
        (1, "device.enrolled", None),
        (2, "instrument.linked", None),
        (3, "payment.declined", refused.public_id),
        (4, "payment.captured", paid.public_id),
    ]
    assert events["data"][0] == {
        "seq": 1,
        "type": "device.enrolled",
        "at": events["data"][0]["at"],
        "device": phone.identity.public_id,
    }
    assert events["data"][2].keys() == {"seq", "type", "at", "payment", "device"}
    assert events["data"][2]["device"] == phone.identity.public_id


def test_events_page_by_their_number(door: Door, phone: Phone, now: datetime) -> None:
    for number in range(5):
        append_event(stream=f"customer:{phone.customer.id}", kind=f"test.{number}", facts={}, now=now)
    append_event(stream=f"customer:{make_phone(now=now).customer.id}", kind="test.foreign", facts={}, now=now)
    number_events(now=now, limit=100)
    # Before these came the enrolment and the account.
    first = body_of(door.get("events?limit=2&after=2"))
    second = body_of(door.get(f"events?limit=2&after={first['next_cursor']}"))
    third = body_of(door.get(f"events?limit=2&after={second['next_cursor']}"))

    assert [[event["seq"] for event in page["data"]] for page in (first, second, third)] == [[3, 4], [5, 6], [7]]
    assert third["next_cursor"] is None
    assert body_of(door.get("events?after=7")) == {"data": [], "next_cursor": None}
    assert body_of(door.get("events?after=999999999999999999"))["data"] == []


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("after=-1", 422, "invalid_field"),
        ("after=x", 422, "invalid_field"),
        ("after=%EF%BC%91", 422, "invalid_field"),
        ("after=" + "9" * 19, 422, "invalid_field"),
        ("after=1&after=2", 400, "duplicate_parameter"),
        ("limit=0", 422, "invalid_field"),
        ("stream=customer", 422, "unknown_field"),
    ],
)
def test_wrong_parameters_are_told(door: Door, query: str, status: int, code: str) -> None:
    assert_problem(door.get(f"events?{query}"), status, code)


@pytest.mark.parametrize("query", ["cursor=x", "cursor=", "limit=x", "customer=cus_1"])
def test_wrong_parameters_of_the_history_are_told(door: Door, query: str) -> None:
    assert door.get(f"payments?{query}").status_code == 422


def test_nothing_of_the_staffs_reasons_leaves_by_this_door(door: Door, phone: Phone, shop: Shop, now: datetime) -> None:
    payment = shop.sell(phone, now=now, code=phone.make_code(now=now, sync=b"\1\2\3\4"))
    assert payment.decline_detail == "device_cloned"

    # The session ended with the suspension, so another phone of the customer asks.
    other = come_in(make_phone(now=now, customer=phone.customer), pin=None)
    shown = body_of(other.get(f"payments/{payment.public_id}"))
    assert shown["decline"]["code"] == "rejected"
    assert "cloned" not in json.dumps(shown)


@pytest.mark.parametrize("path", ["realm", "device", "devices", "instruments", "payments/pay_" + "0" * 26])
def test_parameters_that_a_call_does_not_have_are_refused(door: Door, path: str) -> None:
    assert_problem(door.get(f"{path}?token=x"), 422, "unknown_field")
