"""The customer himself: his language, everything that is kept of him, and leaving."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any, cast

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.utils import timezone

from apps.confirmations.tasks import tell
from apps.customers.models import Customer
from apps.customers.operations import meet_customer
from apps.devices.models import ActivationCode, ActivationSource, Device
from apps.devices.operations import issue_activation_code
from apps.instruments.models import Instrument
from apps.live.connection import live_redis
from apps.live.operations import number_events
from apps.mail.models import Letter
from apps.outbox.models import Message
from apps.transactions.models import Payment
from apps.transactions.states import Status
from tests.cast import STAFF, Phone, make_phone
from tests.confirmations.giving import give_back
from tests.devices.crowd import at_once
from tests.shop import Shop, carry_out_all, link_account, make_payer
from tests.wallet_api.door import Door, assert_problem, body_of, come_in


@pytest.fixture(autouse=True)
def no_rates() -> Iterator[None]:
    yield
    for key in live_redis().scan_iter("rate:wallet:export:*"):
        live_redis().delete(key)


def exported(answer: HttpResponse) -> dict[str, Any]:
    assert answer.status_code == 200
    assert answer.headers["Cache-Control"] == "no-store"
    parts = cast(StreamingHttpResponse, answer).streaming_content
    document: dict[str, Any] = json.loads(b"".join(cast(Iterator[bytes], parts)))
    return document


def paid(shop: Shop, phone: Phone, now: datetime) -> str:
    payment = shop.sell(phone, now=now)
    shop.capture(payment, now=now)
    carry_out_all(payment.id, now=now)
    give_back(shop, payment, 500, now=now)
    for note in Message.objects.filter(topic="confirmations.tell", done_at=None):
        tell(**note.arguments)
    number_events(now=timezone.now(), limit=1000)
    return payment.public_id


def test_me_is_who_i_am_and_how_i_am_spoken_to(door: Door, phone: Phone) -> None:
    me = body_of(door.get("me"))
    assert (me["customer_id"], me["email"], me["language"]) == (
        phone.customer.public_id,
        phone.customer.email,
        "de",
    )

    for _ in range(2):
        assert body_of(door.put("me", {"language": "fr"}))["language"] == "fr"

    assert Customer.objects.get(id=phone.customer.id).language == "fr"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"language": "xx"}, "invalid_field"),
        ({}, "invalid_field"),
        ({"language": "fr", "status": "active"}, "unknown_field"),
        ({"language": "fr", "email": "other@example.com"}, "unknown_field"),
    ],
)
def test_d16_nothing_else_is_set_here(door: Door, phone: Phone, body: dict[str, object], code: str) -> None:
    assert_problem(door.put("me", body), 422, code)

    assert Customer.objects.get(id=phone.customer.id).language == "de"


def test_d24_the_export_has_everything_of_mine_and_nothing_of_others(
    shop: Shop, phone: Phone, confirmed: Door, now: datetime
) -> None:
    other = make_payer(shop, now=now)
    mine, his = paid(shop, phone, now), paid(shop, other, now)
    body_of(confirmed.put("limits", {"per_payment": 5000, "currency": "CHF"}))

    document = exported(confirmed.get("me/export"))

    assert document["customer"]["email"] == phone.customer.email
    assert [device["id"] for device in document["devices"]] == [phone.identity.public_id]
    assert [instrument["handle"] for instrument in document["instruments"]] == [1]
    assert [payment["id"] for payment in document["payments"]] == [mine]
    (payment,) = document["payments"]
    assert payment["refunds"][0]["amount"] == 500
    assert [receipt.keys() for receipt in payment["receipts"]] == [{"document", "key", "signature"}] * 2
    assert [event["seq"] for event in document["events"]] == list(range(1, len(document["events"]) + 1))
    assert document["limits"][0]["per_payment"] == 5000
    assert {letter["subject"] for letter in document["letters"]} >= {"Ein neues Gerät kann für Sie bezahlen"}
    text = json.dumps(document)
    for foreign in (his, other.customer.public_id, other.identity.public_id, other.customer.email):
        assert foreign not in text
    for secret in ("wrapped", "digest", "nonce", "sync", "token"):
        assert secret not in text


def test_a_long_history_is_read_in_batches(
    shop: Shop, phone: Phone, confirmed: Door, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("apps.accounts.export.BATCH", 2)
    for _ in range(5):
        shop.sell(phone, 100, now=now)

    assert len(exported(confirmed.get("me/export"))["payments"]) == 5


def test_letters_to_somebody_who_had_the_address_before_are_not_mine(phone: Phone, now: datetime) -> None:
    address = phone.customer.email
    body_of(come_in(phone).post("me/close"))
    later = timezone.now()
    heir = make_phone(now=later, customer=meet_customer(email=address, language="fr", by=STAFF, now=later))

    letters = exported(come_in(heir).get("me/export"))["letters"]

    assert {letter["language"] for letter in letters} == {"fr"}


def test_exporting_wants_the_pin_and_not_too_often(door: Door, confirmed: Door) -> None:
    assert_problem(door.get("me/export"), 403, "confirmation_required")

    for _ in range(3):
        exported(confirmed.get("me/export"))
    refused = confirmed.get("me/export")

    assert_problem(refused, 429, "too_many_requests")
    assert int(refused.headers["Retry-After"]) > 60


def test_closing_stops_everything_and_keeps_what_must_be_kept(
    shop: Shop, phone: Phone, confirmed: Door, now: datetime
) -> None:
    payment = paid(shop, phone, now)
    second = make_phone(now=now, customer=phone.customer)
    other = come_in(second)
    issue_activation_code(customer_id=phone.customer.id, source=ActivationSource.LETTER, by=STAFF, now=now)

    assert body_of(confirmed.post("me/close"))["status"] == "closed"

    assert {device.status for device in Device.objects.filter(customer=phone.customer)} == {"revoked"}
    assert {instrument.status for instrument in Instrument.objects.all()} == {"removed"}
    assert not ActivationCode.objects.filter(used_at=None, revoked_at=None).exists()
    assert_problem(confirmed.get("device"), 401, "unauthenticated")
    assert_problem(other.get("device"), 401, "unauthenticated")
    assert shop.sell(phone, now=now).status == Status.DECLINED
    letter = Letter.objects.get(cause__startswith="customer.closed")
    assert letter.to == phone.customer.email
    assert payment


def test_what_a_customer_who_left_has_paid_may_still_come_back(
    shop: Shop, phone: Phone, confirmed: Door, now: datetime
) -> None:
    payment = shop.sell(phone, now=now)
    shop.capture(payment, now=now)
    carry_out_all(payment.id, now=now)
    body_of(confirmed.post("me/close"))

    give_back(shop, payment, 4250, now=now)

    payment.refresh_from_db()
    assert payment.refunded_minor == 4250


def test_the_address_is_free_for_somebody_new(phone: Phone, confirmed: Door, now: datetime) -> None:
    body_of(confirmed.post("me/close"))

    again = meet_customer(email=phone.customer.email, language="de", by=STAFF, now=now)

    assert again.id != phone.customer.id


def test_d24_nobody_leaves_while_a_payment_is_open(shop: Shop, phone: Phone, confirmed: Door, now: datetime) -> None:
    payment = shop.sell(phone, now=now)

    assert_problem(confirmed.post("me/close"), 409, "open_payments")

    assert phone.device().status == "active"
    assert Instrument.objects.get().status == "active"
    # The bank has not heard of the capture yet.
    shop.capture(payment, now=now)
    assert_problem(confirmed.post("me/close"), 409, "open_payments")
    carry_out_all(payment.id, now=now)
    assert body_of(confirmed.post("me/close"))["status"] == "closed"


def test_leaving_wants_the_pin_and_no_field(door: Door, confirmed: Door) -> None:
    assert_problem(door.post("me/close"), 403, "confirmation_required")
    assert_problem(confirmed.post("me/close", {"customer": "cus_x"}), 422, "unknown_field")


def test_leaving_and_paying_at_once_never_leaves_an_open_payment_behind(
    shop: Shop, phone: Phone, confirmed: Door, now: datetime
) -> None:
    link_account(phone, shop.bank, now=now)
    payments = [phone.make_code(now=now) for _ in range(4)]

    def act(number: int) -> object:
        return confirmed.post("me/close") if number == 4 else shop.start(payments[number], now=now)

    outcomes = at_once(5, act)

    answer = cast(HttpResponse, outcomes[4])
    is_closed = Customer.objects.get(id=phone.customer.id).status == "closed"
    assert answer.status_code == (200 if is_closed else 409)
    statuses = {payment.status for payment in phone_payments(phone)}
    assert not is_closed or statuses <= {Status.DECLINED}


def phone_payments(phone: Phone) -> list[Payment]:
    return list(Payment.objects.filter(customer=phone.customer))
