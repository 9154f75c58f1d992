"""Tell a customer, once, what became of his payment, and what is asked of him."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.confirmations.errors import NotInTheBooks
from apps.confirmations.models import Confirmation, Kind
from apps.confirmations.queries import booked_minor, event_of, given_back_minor, refund_of, was_told
from apps.confirmations.receipts import receipt_document, refund_document
from apps.customers.letters import REFUNDED
from apps.customers.models import Customer
from apps.customers.telling import write_letter
from apps.customers.topics import customer_stream
from apps.devices.models import Device
from apps.kernel.ids import public_id, uuid7
from apps.kernel.money import Money
from apps.keys.models import Purpose
from apps.keys.operations import sign_document
from apps.live.operations import append_event
from apps.paycode.keys import Label
from apps.transactions.models import Payment, PaymentEvent, Refund
from apps.transactions.states import Action, Status

logger = logging.getLogger(__name__)

# What the history says, and what the customer hears; silence about everything that is not an outcome or a question.
# While a hold is being undone the sale is off already, and that is all he needs to know.
TOLD: Final = {
    "consent.requested": Kind.CONSENT,
    "payment.captured": Kind.CAPTURED,
    "payment.declined": Kind.DECLINED,
    "payment.reversing": Kind.CANCELLED,
    "payment.cancelled": Kind.CANCELLED,
    "payment.expired": Kind.CANCELLED,
    "payment.refunded": Kind.REFUNDED,
}


@dataclass(frozen=True, slots=True)
class _News:
    """What is to be told of one entry of a payment's history."""

    event: PaymentEvent
    kind: Kind
    customer: Customer
    device: Device
    refund: Refund | None = None
    signed: dict[str, str] | None = None


def tell_customer(*, payment_id: UUID, event_id: UUID, now: datetime) -> bool:
    """Write the event into the customer's stream, with a signed receipt where money moved; say whether it did.

    A refund is told by mail as well. A question that nobody waits for any more is not asked. Safe to run twice, also
    at once. The row and the history are read again: NotInTheBooks when a note claims a capture or a refund that they
    do not show, so that nobody is told of money by mistake. Must not be called inside a transaction.
    """
    event = event_of(payment_id=payment_id, event_id=event_id)
    if event is None:
        raise NotInTheBooks(f"event {event_id} is not of payment {payment_id}")
    kind, payment = TOLD.get(event.kind), event.payment
    if kind is None or payment.customer is None or payment.device is None or was_told(event_id):
        return False
    if kind is Kind.CONSENT and not _is_asked(payment):
        return False
    # Signed before the transaction: opening the signing key may be slow.
    refund = _refund_in_the_books(event) if kind is Kind.REFUNDED else None
    signed = None
    if refund is not None:
        signed = _sign(_refund_document(event, refund, payment.device), now)
    elif kind is Kind.CAPTURED:
        signed = _sign(_receipt_document(event, payment.device), now)
    was_written = _write(_News(event, kind, payment.customer, payment.device, refund, signed), now)
    if was_written:
        logger.info("customer told", extra={"payment": payment.public_id, "kind": kind.value})
    return was_written


def _is_asked(payment: Payment) -> bool:
    return payment.status == Status.ACTION_REQUIRED and payment.action == Action.CUSTOMER_CONSENT


# Any: the document is JSON.
def _receipt_document(event: PaymentEvent, device: Device) -> dict[str, Any]:
    payment = event.payment
    is_booked = payment.is_training or booked_minor(payment, "capture") >= payment.captured_minor
    if payment.captured_minor <= 0 or not is_booked:
        raise NotInTheBooks(f"{payment.public_id} is not captured")
    return receipt_document(payment=payment, device=device, event=event)


def _refund_in_the_books(event: PaymentEvent) -> Refund:
    payment, refund = event.payment, refund_of(event)
    is_booked = payment.is_training or booked_minor(payment, "refund") >= payment.refunded_minor
    if refund is None or payment.refunded_minor <= 0 or not is_booked or given_back_minor(refund) <= 0:
        raise NotInTheBooks(f"{payment.public_id} is not refunded")
    return refund


# Any: the document is JSON.
def _refund_document(event: PaymentEvent, refund: Refund, device: Device) -> dict[str, Any]:
    return refund_document(
        refund=refund,
        given_back_minor=given_back_minor(refund),
        payment=event.payment,
        device=device,
        event=event,
    )


# Any: the document is JSON.
def _sign(document: dict[str, Any], now: datetime) -> dict[str, str]:
    return sign_document(label=Label.RECEIPT, document=document, purpose=Purpose.RECEIPT, now=now)


@transaction.atomic(durable=True)
def _write(news: _News, now: datetime) -> bool:
    confirmation = Confirmation(
        id=uuid7(),
        payment=news.event.payment,
        event_id=news.event.id,
        customer=news.customer,
        device=news.device,
        kind=news.kind,
        refund=news.refund,
        signed=news.signed,
        at=now,
    )
    # Whoever comes second, even at the same moment, finds the row and tells nothing.
    Confirmation.objects.bulk_create([confirmation], ignore_conflicts=True)
    if not Confirmation.objects.filter(id=confirmation.id).exists():
        return False
    append_event(
        stream=customer_stream(news.customer.id),
        kind="consent.requested" if news.kind is Kind.CONSENT else f"payment.{news.kind}",
        facts=_facts(news),
        key=f"confirmation:{news.event.id}",
        now=now,
    )
    if news.refund is not None and not news.event.payment.is_training:
        _write_of_refund(news, news.refund, now)
    return True


def _facts(news: _News) -> dict[str, str | int | bool | None]:
    payment = news.event.payment
    facts: dict[str, str | int | bool | None] = {"payment": payment.public_id}
    # The device that made the code: of a question, the one that may answer it.
    facts["device"] = public_id("dev", news.device.id)
    if news.refund is not None:
        facts["refund"] = news.refund.public_id
    if payment.is_training:
        facts["training"] = True
    return facts


def _write_of_refund(news: _News, refund: Refund, now: datetime) -> None:
    payment = news.event.payment
    # What this entry of the history says: a refund in parts is told part by part.
    amount = Money(int(news.event.facts["amount"]), payment.currency)
    write_letter(
        customer=news.customer,
        letter=REFUNDED,
        facts={
            "amount": str(amount),
            "merchant": payment.merchant.legal_name,
            "reference": payment.reference,
            "instrument": payment.instrument.label if payment.instrument else "-",
        },
        cause=f"refund:{refund.id}",
        now=now,
    )
