"""A customer is told once of every outcome, and of nothing that is not in the books."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from apps.confirmations.errors import NotInTheBooks
from apps.confirmations.models import Confirmation, Kind
from apps.confirmations.operations import tell_customer
from apps.confirmations.queries import receipt_for
from apps.confirmations.tasks import tell
from apps.kernel.ids import uuid7
from apps.keys.models import Purpose
from apps.keys.operations import verify_document
from apps.live.models import Event
from apps.merchants.models import Mode
from apps.outbox.models import Message
from apps.outbox.operations import run_message
from apps.paycode.keys import Label
from apps.transactions.models import Payment, PaymentEvent
from apps.transactions.states import Status
from tests.cast import WRONG_PIN, Phone, make_customer
from tests.confirmations.lies import write_lie
from tests.shop import Shop, carry_out_all, make_bank

LINES = [
    {"name": "Äpfel", "quantity": "1.250", "amount": 500, "vat_rate_basis_points": 260},
    {"name": "Pfand", "quantity": "1", "amount": -50, "vat_rate_basis_points": 0},
    {"name": "Wein", "quantity": "2", "amount": 3800, "vat_rate_basis_points": 810},
]


def notes() -> list[Message]:
    return list(Message.objects.filter(topic="confirmations.tell").order_by("id"))


def tell_all() -> None:
    for message in notes():
        tell(**message.arguments)


def receipt_of(payment: Payment) -> dict[str, object]:
    assert payment.customer_id is not None
    signed = receipt_for(payment_id=payment.id, customer_id=payment.customer_id)
    assert signed is not None
    return verify_document(label=Label.RECEIPT, signed=signed, purpose=Purpose.RECEIPT)


def events_of(phone: Phone) -> list[tuple[str, dict[str, object]]]:
    events = Event.objects.filter(stream=f"customer:{phone.customer.id}").order_by("at", "id")
    return [(event.kind, event.facts) for event in events if event.kind.startswith(("payment.", "consent."))]


def test_a_capture_is_told_with_a_signed_receipt(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 4250, now=now, reference="2031-0007", cashier="0042", lines=LINES)
    captured = shop.capture(payment, now=now).payment

    tell_all()

    assert events_of(phone) == [
        ("payment.captured", {"payment": payment.public_id, "device": phone.identity.public_id})
    ]
    receipt = receipt_of(payment)
    assert receipt == {
        "kind": "payment",
        "payment": payment.public_id,
        "version": captured.version,
        "device_ref": receipt["device_ref"],
        "merchant": shop.merchant.legal_name,
        "vat_number": "",
        "store": "Bahnhof",
        "address": ["Zürich", "CH"],
        "till": "Kasse 1",
        "cashier": "0042",
        "reference": "2031-0007",
        "amount": 4250,
        "currency": "CHF",
        "tip": 0,
        "instrument": {"kind": "bank_account", "label": captured.instrument.label},  # type: ignore[union-attr]
        "lines": LINES,
        "vat": [
            {"rate_basis_points": 0, "gross": -50, "vat": 0},
            {"rate_basis_points": 260, "gross": 500, "vat": 13},
            {"rate_basis_points": 810, "gross": 3800, "vat": 285},
        ],
        "time": now.strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "training": False,
    }


def test_a_note_that_is_run_twice_tells_once(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.capture(shop.sell(phone, now=now), now=now)

    tell_all()
    tell_all()

    assert len(events_of(phone)) == 1
    assert Confirmation.objects.count() == 1


def test_a_note_that_runs_eight_times_at_once_tells_once(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.capture(shop.sell(phone, now=now), now=now)
    (note,) = notes()

    def run(_: int) -> None:
        try:
            tell(**note.arguments)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(8)))

    assert len(events_of(phone)) == 1
    assert Confirmation.objects.count() == 1


def test_the_outbox_runs_the_note(shop: Shop, phone: Phone, now: datetime) -> None:
    shop.capture(shop.sell(phone, now=now), now=now)
    (note,) = notes()

    run_message(message_id=note.id, now=now)

    assert Message.objects.get(id=note.id).done_at is not None
    assert len(events_of(phone)) == 1


def test_a_decline_is_told_without_a_receipt(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, now=now, code=phone.make_code(now=now, pin=WRONG_PIN))

    tell_all()

    assert [kind for kind, _ in events_of(phone)] == ["payment.declined"]
    assert receipt_for(payment_id=payment.id, customer_id=phone.customer.id) is None


def test_an_authorisation_alone_is_no_news(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, now=now)
    event = PaymentEvent.objects.get(payment=payment, kind="payment.authorised")

    assert not tell_customer(payment_id=payment.id, event_id=event.id, now=now)
    assert events_of(phone) == []


def test_a_cancelled_sale_is_told_once_however_often_it_is_heard(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, now=now)
    shop.cancel(payment, now=now)
    carry_out_all(payment.id, now=now)

    for event in PaymentEvent.objects.filter(payment=payment, status__in=[Status.REVERSING, Status.CANCELLED]):
        tell_customer(payment_id=payment.id, event_id=event.id, now=now)
    tell_all()

    assert [kind for kind, _ in events_of(phone)] == ["payment.cancelled"]


def test_each_part_of_a_hold_is_told_and_the_newest_receipt_has_it_all(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, 4250, now=now, lines=LINES)
    shop.capture(payment, 1000, is_final=False, now=now)
    tell_all()
    part = receipt_of(payment)
    assert (part["amount"], part["lines"], part["vat"]) == (1000, [], [])
    carry_out_all(payment.id, now=now)

    shop.capture(payment, now=now)
    tell_all()

    whole = receipt_of(payment)
    assert (whole["amount"], whole["lines"]) == (4250, LINES)
    assert isinstance(whole["version"], int)
    assert whole["version"] > part["version"]  # type: ignore[operator]
    assert [kind for kind, _ in events_of(phone)] == ["payment.captured"] * 2


def test_training_says_so_and_needs_no_books(shop: Shop, phone: Phone, now: datetime) -> None:
    make_bank(now=now, code="sandbox")
    practice = replace(shop, mode=Mode.TEST)
    payment = practice.sell(phone, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)
    practice.capture(payment, now=now)

    tell_all()

    ((kind, facts),) = events_of(phone)
    assert (kind, facts["training"]) == ("payment.captured", True)
    assert receipt_of(payment)["training"] is True


def test_somebody_elses_receipt_is_none(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, now=now)
    shop.capture(payment, now=now)
    tell_all()

    assert receipt_for(payment_id=payment.id, customer_id=make_customer(now=now).id) is None


def test_a_note_about_another_payments_event_is_refused(shop: Shop, phone: Phone, now: datetime) -> None:
    first, second = shop.sell(phone, now=now), shop.sell(phone, now=now)
    shop.capture(first, now=now)
    event = PaymentEvent.objects.get(payment=first, kind="payment.captured")

    for payment_id, event_id in ((second.id, event.id), (first.id, uuid7())):
        with pytest.raises(NotInTheBooks):
            tell_customer(payment_id=payment_id, event_id=event_id, now=now)
    assert events_of(phone) == []


def test_nobody_is_told_paid_about_what_is_not_captured(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, now=now)
    lie = write_lie(payment, "payment.captured", status=Status.CAPTURED, now=now)

    with pytest.raises(NotInTheBooks):
        tell_customer(payment_id=payment.id, event_id=lie.id, now=now)

    assert events_of(phone) == []
    assert not Confirmation.objects.exists()


def test_postgresql_refuses_a_receipt_for_what_is_not_captured(shop: Shop, phone: Phone, now: datetime) -> None:
    payment = shop.sell(phone, now=now)
    told = Confirmation(
        payment=payment,
        event_id=uuid7(),
        customer=phone.customer,
        device=phone.identity,
        kind=Kind.CAPTURED,
        signed={"document": "", "key": "", "signature": ""},
        at=now,
    )

    with pytest.raises(DatabaseError, match="is not what confirmation"), transaction.atomic():
        told.save(force_insert=True)

    told.kind, told.signed, told.customer = Kind.CANCELLED, None, make_customer(now=now)
    with pytest.raises(DatabaseError, match="is not what confirmation"), transaction.atomic():
        told.save(force_insert=True)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE confirmations_confirmation SET signed = '{}'",
        "DELETE FROM confirmations_confirmation",
        "TRUNCATE confirmations_confirmation",
    ],
)
def test_what_was_told_stays_told(shop: Shop, phone: Phone, now: datetime, statement: str) -> None:
    shop.capture(shop.sell(phone, now=now), now=now)
    tell_all()

    with pytest.raises(DatabaseError, match="what was told stays told"), transaction.atomic():
        connection.cursor().execute(statement)
