"""Putting an operation on its way: what is to be asked of a provider, under which reference."""

from datetime import datetime
from typing import Final
from uuid import UUID

from apps.kernel.ids import uuid7
from apps.outbox.operations import Note
from apps.providers.contract import Verb
from apps.rows import Frozen, insert_row
from apps.transactions import topics
from apps.transactions.models import Attempt, Operation, Payment, Refund
from apps.transactions.states import OperationStatus
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
    identifier = _next_id(payment, is_first=verb == Verb.AUTHORISE and attempt.number == 1)
    operation = Operation(
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
    insert_row(operation)
    return operation


def _next_id(payment: Payment, *, is_first: bool) -> UUID:
    """Return an id above those of the payment's earlier operations, whose order is the order in which they go out.

    Ids of two processes are in no order by themselves; the payment's lock is ours.
    """
    candidate = uuid7()
    if is_first:
        return candidate
    last = _LAST.rows(payment_id=payment.id)
    return candidate if not last or last[0][0] < candidate else UUID(int=last[0][0].int + 1)


_LAST: Final = Frozen(
    lambda payment_id: Operation.objects.filter(payment_id=payment_id).order_by("-id").values_list("id")[:1],
    payment_id=UUID,
)


def is_undecided(operation: Operation) -> bool:
    """Say whether what came of the operation is still to be recorded: a slow worker may come second with the same."""
    return operation.status in (OperationStatus.SENT, OperationStatus.UNKNOWN)


def note_for(operation: Operation, *, due_at: datetime | None = None) -> Note:
    """Return the note that has the operation carried out, at once unless said otherwise."""
    return Note(topics.CARRY_OUT, {"operation_id": str(operation.id)}, due_at)
