"""Money that came back is told once each time, with a receipt and a letter, and only if the books say so."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import DatabaseError, connection, transaction

from apps.confirmations.errors import NotInTheBooks
from apps.confirmations.models import Confirmation, Kind
from apps.confirmations.operations import tell_customer
from apps.confirmations.queries import receipt_for, refund_receipt_for
from apps.confirmations.receipts import rfc3339
from apps.confirmations.tasks import tell
from apps.kernel.ids import uuid7
from apps.keys.models import Purpose
from apps.keys.operations import verify_document
from apps.mail.models import Letter
from apps.merchants.models import Mode
from apps.outbox.models import Message
from apps.paycode.keys import Label
from apps.transactions.models import Payment, PaymentEvent, Refund
from apps.transactions.operations.refund import RefundWish, refund_payment
from tests.cast import Phone, make_customer
from tests.confirmations.giving import give_back
from tests.confirmations.lies import write_lie
from tests.confirmations.test_telling import LINES, events_of, tell_all
from tests.shop import Shop, carry_out_all, make_bank


@pytest.fixture
def payment(shop: Shop, phone: Phone, now: datetime) -> Payment:
    """Captured, told, and known to the bank."""
    payment = shop.sell(phone, 4250, now=now, lines=LINES, reference="2031-0007")
    shop.capture(payment, now=now)
    payment = carry_out_all(payment.id, now=now)
    tell_all()
    return payment


def receipt_of(refund: Refund) -> dict[str, object]:
    payment = refund.payment
    assert payment.customer_id is not None
    signed = refund_receipt_for(refund_id=refund.id, payment_id=payment.id, customer_id=payment.customer_id)
    assert signed is not None
    return verify_document(label=Label.RECEIPT, signed=signed, purpose=Purpose.RECEIPT)


def letters() -> list[Letter]:
    return list(Letter.objects.filter(cause__startswith="refund:").order_by("id"))


def test_a_refund_is_told_with_a_signed_receipt(shop: Shop, phone: Phone, payment: Payment, now: datetime) -> None:
    refund = give_back(shop, payment, 500, now=now, reason="Äpfel faul")

    tell_all()

    assert events_of(phone)[1:] == [
        (
            "payment.refunded",
            {"payment": payment.public_id, "device": phone.identity.public_id, "refund": refund.public_id},
        )
    ]
    receipt = receipt_of(refund)
    assert receipt == {
        "kind": "refund",
        "refund": refund.public_id,
        "payment": payment.public_id,
        "version": Payment.objects.get(id=payment.id).version,
        "device_ref": receipt["device_ref"],
        "merchant": shop.merchant.legal_name,
        "vat_number": "",
        "store": "Bahnhof",
        "address": ["Zürich", "CH"],
        "till": "Kasse 1",
        "cashier": "",
        "reference": "2031-0007",
        "reason": "Äpfel faul",
        "amount": 500,
        "paid": 4250,
        "refunded": 500,
        "currency": "CHF",
        "instrument": {"kind": "bank_account", "label": payment.instrument.label},  # type: ignore[union-attr]
        "lines": [],
        "vat": [],
        "time": rfc3339(PaymentEvent.objects.get(payment=payment, kind="payment.refunded").at),
        "training": False,
    }


def test_lines_that_came_back_are_on_the_receipt_with_their_vat(shop: Shop, payment: Payment, now: datetime) -> None:
    wish = RefundWish(lines=[LINES[0]], cashier="0007")
    refunded = refund_payment(
        payment_id=payment.id, wish=wish, point=shop.point, key=shop.key(), by=shop.actor, now=now
    )
    carry_out_all(payment.id, now=now)

    tell_all()

    receipt = receipt_of(refunded.refund)
    assert (receipt["lines"], receipt["cashier"]) == ([LINES[0]], "0007")
    assert receipt["vat"] == [{"rate_basis_points": 260, "gross": 500, "vat": 13}]


def test_several_refunds_are_told_once_each_and_the_sale_keeps_its_receipt(
    shop: Shop, phone: Phone, payment: Payment, now: datetime
) -> None:
    refunds = [give_back(shop, payment, amount, now=now) for amount in (500, 250, None)]

    tell_all()
    tell_all()

    told = [facts.get("refund") for kind, facts in events_of(phone) if kind == "payment.refunded"]
    assert told == [refund.public_id for refund in refunds]
    receipts = [receipt_of(refund) for refund in refunds]
    assert [receipt["amount"] for receipt in receipts] == [500, 250, 3500]
    signed = receipt_for(payment_id=payment.id, customer_id=phone.customer.id)
    assert signed is not None
    assert verify_document(label=Label.RECEIPT, signed=signed, purpose=Purpose.RECEIPT)["kind"] == "payment"
    assert len(letters()) == 3


def test_a_refund_that_is_only_asked_for_is_no_news(shop: Shop, phone: Phone, payment: Payment, now: datetime) -> None:
    refunded = refund_payment(
        payment_id=payment.id, wish=RefundWish(), point=shop.point, key=shop.key(), by=shop.actor, now=now
    )
    event = PaymentEvent.objects.get(payment=payment, kind="refund.requested")

    assert not tell_customer(payment_id=payment.id, event_id=event.id, now=now)

    tell_all()
    assert [kind for kind, _ in events_of(phone)] == ["payment.captured"]
    assert not Confirmation.objects.filter(refund=refunded.refund).exists()


def test_a_refund_in_parts_is_told_part_by_part_and_its_newest_receipt_has_it_all(
    shop: Shop, phone: Phone, now: datetime
) -> None:
    payment = shop.sell(phone, 4250, now=now)
    shop.capture(payment, 1000, is_final=False, now=now)
    carry_out_all(payment.id, now=now)
    shop.capture(payment, now=now)
    carry_out_all(payment.id, now=now)

    refund = give_back(shop, payment, 1500, now=now)
    tell_all()

    assert [kind for kind, _ in events_of(phone)].count("payment.refunded") == 2
    assert receipt_of(refund)["amount"] == 1500
    assert [letter.subject for letter in letters()] == ["Sie erhalten CHF 10.00 zurück", "Sie erhalten CHF 5.00 zurück"]


def test_a_note_that_runs_eight_times_at_once_tells_and_writes_once(
    shop: Shop, phone: Phone, payment: Payment, now: datetime
) -> None:
    give_back(shop, payment, now=now)
    note = Message.objects.filter(topic="confirmations.tell").latest("id")

    def run(_: int) -> None:
        try:
            tell(**note.arguments)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(run, range(8)))

    assert [kind for kind, _ in events_of(phone)] == ["payment.captured", "payment.refunded"]
    assert len(letters()) == 1


def test_the_letter_speaks_the_customers_language_and_names_no_account(
    shop: Shop, phone: Phone, payment: Payment, now: datetime
) -> None:
    phone.customer.language = "fr"
    phone.customer.save(update_fields=["language"])

    give_back(shop, payment, 500, now=now)
    tell_all()

    (letter,) = letters()
    assert (letter.to, letter.language, letter.subject) == (phone.customer.email, "fr", "CHF 5.00 vous sont remboursés")
    assert shop.merchant.legal_name in letter.text
    assert "2031-0007" in letter.text
    assert payment.instrument is not None
    assert payment.instrument.label in letter.text


def test_training_gives_a_receipt_and_no_letter(shop: Shop, phone: Phone, now: datetime) -> None:
    make_bank(now=now, code="sandbox")
    practice = replace(shop, mode=Mode.TEST)
    payment = practice.sell(phone, now=now, code=phone.make_code(now=now, is_training=True), is_training=True)
    practice.capture(payment, now=now)
    carry_out_all(payment.id, now=now)

    refund = give_back(practice, payment, now=now)
    tell_all()

    assert events_of(phone)[-1][1]["training"] is True
    assert receipt_of(refund)["training"] is True
    assert letters() == []


@pytest.mark.parametrize("facts", [{}, {"refund": "ref_x"}, {"refund": "ref_00000000000000000000000000"}])
def test_nobody_is_told_of_money_that_did_not_come_back(
    phone: Phone, payment: Payment, now: datetime, facts: dict[str, str]
) -> None:
    lie = write_lie(payment, "payment.refunded", status=payment.status, now=now, **facts, amount=500)

    with pytest.raises(NotInTheBooks):
        tell_customer(payment_id=payment.id, event_id=lie.id, now=now)

    assert [kind for kind, _ in events_of(phone)] == ["payment.captured"]
    assert letters() == []


def test_nor_of_a_refund_that_waits(shop: Shop, phone: Phone, payment: Payment, now: datetime) -> None:
    give_back(shop, payment, 500, now=now)
    waiting = refund_payment(
        payment_id=payment.id, wish=RefundWish(), point=shop.point, key=shop.key(), by=shop.actor, now=now
    ).refund
    lie = write_lie(payment, "payment.refunded", status=payment.status, now=now, refund=waiting.public_id, amount=3750)

    with pytest.raises(NotInTheBooks):
        tell_customer(payment_id=payment.id, event_id=lie.id, now=now)


def test_postgresql_refuses_a_receipt_for_what_was_not_given_back(
    shop: Shop, phone: Phone, payment: Payment, now: datetime
) -> None:
    other = shop.sell(phone, 1000, now=now)
    shop.capture(other, now=now)
    carry_out_all(other.id, now=now)
    refund = give_back(shop, payment, now=now)
    told = Confirmation(
        payment=other,
        event_id=uuid7(),
        customer=phone.customer,
        device=phone.identity,
        kind=Kind.REFUNDED,
        refund=refund,
        signed={"document": "", "key": "", "signature": ""},
        at=now,
    )

    with pytest.raises(DatabaseError, match="is not what confirmation"), transaction.atomic():
        told.save(force_insert=True)
    give_back(shop, other, now=now)
    # Even now it is the refund of another payment.
    with pytest.raises(DatabaseError, match="is not what confirmation"), transaction.atomic():
        told.save(force_insert=True)
    told.payment, told.refund = payment, None
    with pytest.raises(DatabaseError, match="confirmation_names_its_refund"), transaction.atomic():
        told.save(force_insert=True)
    told.refund, told.signed = refund, None
    with pytest.raises(DatabaseError, match="confirmation_has_a_receipt_when_money_moved"), transaction.atomic():
        told.save(force_insert=True)


def test_somebody_elses_refund_has_no_receipt_for_me(shop: Shop, payment: Payment, now: datetime) -> None:
    refund = give_back(shop, payment, now=now)
    tell_all()

    stranger = make_customer(now=now).id
    assert refund_receipt_for(refund_id=refund.id, payment_id=payment.id, customer_id=stranger) is None
    assert payment.customer_id is not None
    assert refund_receipt_for(refund_id=refund.id, payment_id=uuid7(), customer_id=payment.customer_id) is None
