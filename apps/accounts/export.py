"""Everything that the installation keeps of one customer, for himself, as one JSON document.

It is made piece by piece, so that ten years of payments need no more memory than a day's.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet

from apps.confirmations.models import Confirmation
from apps.customers.models import Customer
from apps.customers.topics import customer_stream
from apps.devices.models import Device, Session, StopConfirmation
from apps.instruments.models import Instrument
from apps.kernel.ids import public_id
from apps.limits.models import PaymentLimit, PendingLimit, Scope
from apps.live.queries import events_after
from apps.mail.models import Letter
from apps.transactions.models import Payment, Refund

# Rows read at once.
BATCH: Final = 200

# Any: JSON.
Piece = dict[str, Any]
Row = TypeVar("Row", bound=Model)


def export_of(customer: Customer, *, now: datetime) -> Iterator[str]:
    """Yield the text of the document in parts; every row in it is the customer's own.

    No secret is in it: keys, PIN, tokens and sealed account numbers stay where they are. What happens while it is
    written may be in it or not.
    """
    yield '{"exported_at":' + _text(now) + ',"customer":' + _text(_customer(customer))
    yield from _list("devices", _each(Device.objects.filter(customer=customer), _device))
    yield from _list("sessions", _each(Session.objects.filter(device__customer=customer), _session))
    yield from _list("stop_confirmations", _each(StopConfirmation.objects.filter(customer=customer), _stop))
    yield from _list("instruments", _each(Instrument.objects.filter(customer=customer), _instrument))
    yield from _list("limits", _limits(customer))
    yield from _list("payments", _payments(customer.id))
    yield from _list("events", _events(customer.id))
    # The address may have been somebody else's before.
    letters = Letter.objects.filter(to=customer.email, created_at__gte=customer.created_at)
    yield from _list("letters", _each(letters, _letter))
    yield "}"


def _list(name: str, pieces: Iterable[Piece]) -> Iterator[str]:
    yield f',"{name}":['
    for position, piece in enumerate(pieces):
        yield ("," if position else "") + _text(piece)
    yield "]"


def _text(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_rfc3339)


def _rfc3339(moment: object) -> str:
    if not isinstance(moment, datetime):
        raise TypeError(f"{type(moment).__name__} has no place in an export")
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _batches(rows: QuerySet[Row]) -> Iterator[list[Row]]:
    """Yield the rows in the order of their ids, which is that of their making."""
    ordered, last = rows.order_by("pk"), None
    while batch := list((ordered if last is None else ordered.filter(pk__gt=last))[:BATCH]):
        yield batch
        last = batch[-1].pk


def _each(rows: QuerySet[Row], shape: Callable[[Row], Piece]) -> Iterator[Piece]:
    for batch in _batches(rows):
        yield from map(shape, batch)


def _customer(customer: Customer) -> Piece:
    return {
        "id": customer.public_id,
        "email": customer.email,
        "language": customer.language,
        "status": customer.status,
        "created_at": customer.created_at,
    }


def _device(device: Device) -> Piece:
    return {
        "id": device.public_id,
        "name": device.name,
        "platform": device.platform,
        "key_protection": device.key_protection,
        "status": device.status,
        "counter": device.counter,
        "enrolled_at": device.enrolled_at,
        "activated_at": device.activated_at,
        "revoked_at": device.revoked_at,
        "pin_wrong_at": [datetime.fromtimestamp(second, UTC) for second in device.pin_wrong_times],
        "pin_locked_at": device.pin_locked_at,
    }


def _session(session: Session) -> Piece:
    return {
        "device": public_id("dev", session.device_id),
        "opened_at": session.created_at,
        "confirmed_until": session.confirmed_until,
        "ended_at": session.ended_at,
    }


def _stop(confirmation: StopConfirmation) -> Piece:
    return {"at": confirmation.at, "signed": confirmation.signed}


def _instrument(instrument: Instrument) -> Piece:
    return {
        "handle": instrument.handle,
        "kind": instrument.kind,
        "label": instrument.label,
        "name": instrument.name,
        "currency": instrument.currency,
        "status": instrument.status,
        "is_default": instrument.is_default,
        "linked_at": instrument.created_at,
        "removed_at": instrument.removed_at,
    }


def _limits(customer: Customer) -> Iterator[Piece]:
    own = {"scope": Scope.CUSTOMER, "subject_id": customer.id}
    for limit in PaymentLimit.objects.filter(**own).order_by("currency"):
        yield _limit(limit) | {"set_at": limit.set_at}
    for pending in PendingLimit.objects.filter(**own).order_by("currency"):
        yield _limit(pending) | {"asked_at": pending.asked_at, "effective_at": pending.effective_at}


def _limit(limit: PaymentLimit | PendingLimit) -> Piece:
    return {
        "currency": limit.currency,
        "per_payment": limit.per_payment_minor,
        "per_day": limit.per_day_minor,
    }


def _payments(customer_id: UUID) -> Iterator[Piece]:
    payments = Payment.objects.select_related("merchant", "till__store", "instrument")
    for batch in _batches(payments.filter(customer_id=customer_id)):
        refunds: dict[UUID, list[Piece]] = {payment.id: [] for payment in batch}
        for refund in Refund.objects.filter(payment__in=batch).order_by("id"):
            refunds[refund.payment_id].append(_refund(refund))
        receipts: dict[UUID, list[Piece]] = {payment.id: [] for payment in batch}
        for confirmation in Confirmation.objects.filter(payment__in=batch, customer_id=customer_id).order_by("id"):
            if confirmation.signed is not None:
                receipts[confirmation.payment_id].append(confirmation.signed)
        for payment in batch:
            yield _payment(payment) | {"refunds": refunds[payment.id], "receipts": receipts[payment.id]}


def _payment(payment: Payment) -> Piece:
    instrument = payment.instrument
    return {
        "id": payment.public_id,
        "device": None if payment.device_id is None else public_id("dev", payment.device_id),
        "status": payment.status,
        "amount": payment.amount_minor,
        "tip": payment.tip_minor,
        "captured": payment.captured_minor,
        "refunded": payment.refunded_minor,
        "currency": payment.currency,
        "merchant": payment.merchant.legal_name,
        "store": payment.till.store.name,
        "reference": payment.reference,
        "instrument": None if instrument is None else {"handle": instrument.handle, "label": instrument.label},
        "decline_code": payment.decline_code or None,
        "lines": payment.lines,
        "training": payment.is_training,
        "created_at": payment.created_at,
        "captured_at": payment.captured_at,
    }


def _refund(refund: Refund) -> Piece:
    return {
        "id": refund.public_id,
        "status": refund.status,
        "amount": refund.amount_minor,
        "currency": refund.currency,
        "reason": refund.reason,
        "created_at": refund.created_at,
        "ended_at": refund.ended_at,
    }


def _events(customer_id: UUID) -> Iterator[Piece]:
    after = 0
    while batch := events_after(customer_stream(customer_id), after=after, limit=BATCH):
        for seq, event in batch:
            yield {**event.facts, "seq": seq, "type": event.kind, "at": event.at}
        after = batch[-1][0]


def _letter(letter: Letter) -> Piece:
    return {
        "subject": letter.subject,
        "language": letter.language,
        "written_at": letter.created_at,
        "sent_at": letter.sent_at,
    }
