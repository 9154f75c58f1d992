"""Tell a customer, once, what became of his payment."""

import logging
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.confirmations.errors import NotInTheBooks
from apps.confirmations.models import Confirmation, Kind
from apps.confirmations.queries import booked_minor, event_of, was_told
from apps.confirmations.receipts import receipt_document
from apps.kernel.ids import public_id, uuid7
from apps.keys.models import Purpose
from apps.keys.operations import sign_document
from apps.live.operations import append_event
from apps.paycode.keys import Label
from apps.transactions.models import Payment, PaymentEvent
from apps.transactions.states import Status

logger = logging.getLogger(__name__)

# What the history says, and what the customer hears; silence about everything that is not an outcome.
# While a hold is being undone the sale is off already, and that is all he needs to know.
TOLD: Final = {
    Status.CAPTURED: Kind.CAPTURED,
    Status.DECLINED: Kind.DECLINED,
    Status.REVERSING: Kind.CANCELLED,
    Status.CANCELLED: Kind.CANCELLED,
    Status.EXPIRED: Kind.CANCELLED,
}


def tell_customer(*, payment_id: UUID, event_id: UUID, now: datetime) -> bool:
    """Write the event into the customer's stream, with a signed receipt if money was captured; say whether it did.

    Safe to run twice, also at once. The row and the history are read again: NotInTheBooks when a note claims a capture
    that they do not show, so that nobody is told "paid" by mistake. Must not be called inside a transaction.
    """
    event = event_of(payment_id=payment_id, event_id=event_id)
    if event is None:
        raise NotInTheBooks(f"event {event_id} is not of payment {payment_id}")
    kind = TOLD.get(Status(event.status))
    if kind is None or event.payment.customer is None or event.payment.device is None or was_told(event_id):
        return False
    # Signed before the transaction: opening the signing key may be slow.
    signed = _signed_receipt(event, now) if kind is Kind.CAPTURED else None
    was_written = _write(event, kind, signed, now)
    if was_written:
        logger.info("customer told", extra={"payment": event.payment.public_id, "kind": kind.value})
    return was_written


def _signed_receipt(event: PaymentEvent, now: datetime) -> dict[str, str]:
    payment = event.payment
    is_booked = payment.is_training or booked_minor(payment) >= payment.captured_minor
    if payment.captured_minor <= 0 or not is_booked or payment.device is None:
        raise NotInTheBooks(f"{payment.public_id} is not captured")
    document = receipt_document(payment=payment, device=payment.device, event=event)
    return sign_document(label=Label.RECEIPT, document=document, purpose=Purpose.RECEIPT, now=now)


@transaction.atomic(durable=True)
def _write(event: PaymentEvent, kind: Kind, signed: dict[str, str] | None, now: datetime) -> bool:
    payment = event.payment
    confirmation = Confirmation(
        id=uuid7(),
        payment=payment,
        event_id=event.id,
        customer=payment.customer,
        device=payment.device,
        kind=kind,
        signed=signed,
        at=now,
    )
    # Whoever comes second, even at the same moment, finds the row and tells nothing.
    Confirmation.objects.bulk_create([confirmation], ignore_conflicts=True)
    if not Confirmation.objects.filter(id=confirmation.id).exists():
        return False
    append_event(
        stream=f"customer:{payment.customer_id}",
        kind=f"payment.{kind}",
        facts=_facts(payment),
        key=f"confirmation:{event.id}",
        now=now,
    )
    return True


def _facts(payment: Payment) -> dict[str, str | int | bool | None]:
    facts: dict[str, str | int | bool | None] = {"payment": payment.public_id}
    if payment.device_id is not None:
        facts["device"] = public_id("dev", payment.device_id)
    if payment.is_training:
        facts["training"] = True
    return facts
