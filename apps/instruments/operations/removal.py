"""All means of payment of a customer who leaves."""

from datetime import datetime
from uuid import UUID

from apps.instruments.locks import lock_instruments
from apps.instruments.operations.changes import move_locked
from apps.instruments.states import InstrumentStatus
from apps.kernel.actors import Actor


def remove_instruments(*, customer_id: UUID, reason: str, by: Actor, now: datetime) -> int:
    """Remove every instrument of the customer, whose row is locked, in the caller's transaction; return how many.

    Their providers are told. The rows stay, with their sealed tokens: what was paid with them may still be given back.
    """
    instruments = lock_instruments(customer_id)
    # The default last: no other one has to take its place for a moment.
    ordered = sorted(instruments, key=lambda instrument: instrument.is_default)
    return sum(
        move_locked(instrument, instruments, to=InstrumentStatus.REMOVED, reason=reason, by=by, now=now)
        for instrument in ordered
    )
