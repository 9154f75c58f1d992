"""How a payment changes: status, columns, version and history together, under its lock, and whoever waits is told."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from apps.kernel.actors import Actor
from apps.kernel.transitions import check_move
from apps.live.announcements import announce
from apps.live.operations import append_event
from apps.outbox.operations import Note, notes_about
from apps.rows import insert_row, update_row
from apps.transactions.models import Payment, PaymentEvent
from apps.transactions.operations.limiting import return_limits
from apps.transactions.states import MOVES, Status
from apps.transactions.topics import merchant_stream, waiting_room


def change_payment(
    payment: Payment,
    *,
    to: Status | None = None,
    kind: str,
    by: Actor,
    facts: Mapping[str, str | int] | None = None,
    now: datetime,
    **columns: object,
) -> PaymentEvent:
    """Move the locked payment and set its columns; write one event; announce it after the commit.

    WrongState unless the table allows the move. `facts` hold ids and small values, never a secret.
    """
    if to is not None:
        check_move(MOVES, Status(payment.status), to)
        columns["status"] = to
    if (left := _limits_left(payment, to, columns)) != payment.limits_reserved_minor:
        columns["limits_reserved_minor"] = left
    columns["version"] = payment.version + 1
    for name, value in columns.items():
        setattr(payment, name, value)
    update_row(payment, list(columns))
    # Robust: whoever is not told reads the row a moment later.
    room = waiting_room(payment.id)
    transaction.on_commit(lambda: announce(room), robust=True)
    return record_event(payment, kind=kind, by=by, facts=facts, now=now)


def _limits_left(payment: Payment, to: Status | None, columns: Mapping[str, object]) -> int:
    """Give back what the change frees of the daily limits, and return what the payment still holds of them."""
    if to in (Status.DECLINED, Status.CANCELLED, Status.EXPIRED):
        return return_limits(payment, payment.limits_reserved_minor)
    released = columns.get("released_minor", payment.released_minor)
    growth = released - payment.released_minor if isinstance(released, int) else 0
    return return_limits(payment, growth) if growth else payment.limits_reserved_minor


def record_event(
    payment: Payment, *, kind: str, by: Actor, facts: Mapping[str, str | int] | None = None, now: datetime
) -> PaymentEvent:
    """Write what happened at this version of the payment, into its history and into the merchant's stream."""
    append_event(
        stream=merchant_stream(payment.merchant_id, payment.mode),
        kind=kind,
        facts={"payment": payment.public_id, "version": payment.version, "status": str(payment.status)},
        now=now,
    )
    event = PaymentEvent(
        payment=payment,
        version=payment.version,
        kind=kind,
        status=payment.status,
        actor=str(by),
        facts=dict(facts or {}),
        at=now,
    )
    insert_row(event)
    return event


def notes_for_listeners(payment: Payment, event: PaymentEvent) -> list[Note]:
    """Return the notes for those who hear of this kind of event; none about a payment of nobody."""
    if payment.customer_id is None:
        return []
    return notes_about(event=event.kind, arguments={"payment_id": str(payment.id), "event_id": str(event.id)})
