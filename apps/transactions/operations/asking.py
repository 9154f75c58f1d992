"""Putting an operation on its way: what is to be asked of a provider, under which reference."""

from datetime import datetime

from apps.kernel.ids import uuid7
from apps.outbox.operations import Note
from apps.providers.contract import Verb
from apps.transactions import topics
from apps.transactions.models import Attempt, Operation, Payment, Refund
from apps.transactions.timing import RING_AGAIN


def ask_provider(
    payment: Payment,
    attempt: Attempt,
    *,
    verb: Verb,
    amount_minor: int,
    target: str = "",
    is_final: bool = True,
    refund: Refund | None = None,
    hold_expires_at: datetime | None = None,
    now: datetime,
) -> Operation:
    """Queue one message in the caller's transaction; leave `note_for` with it, or nobody hurries.

    The reference is derived here and never again, so that however often the message is repeated, it is one.
    """
    identifier = uuid7()
    return Operation.objects.create(
        id=identifier,
        payment=payment,
        attempt=attempt,
        verb=verb,
        reference=f"{verb}-{identifier.hex}",
        amount_minor=amount_minor,
        currency=payment.currency,
        target=target,
        is_final=is_final,
        refund=refund,
        hold_expires_at=hold_expires_at,
        next_check_at=now + RING_AGAIN,
        created_at=now,
    )


def note_for(operation: Operation, *, due_at: datetime | None = None) -> Note:
    """Return the note that has the operation carried out, at once unless said otherwise."""
    return Note(topics.CARRY_OUT, {"operation_id": str(operation.id)}, due_at)
