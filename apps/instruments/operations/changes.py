"""What becomes of a linked account: it is named, preferred, suspended, removed."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.instruments import topics
from apps.instruments.errors import InvalidName
from apps.instruments.locks import lock_instrument
from apps.instruments.models import Instrument
from apps.instruments.states import MOVES, InstrumentStatus
from apps.kernel.actors import Actor
from apps.kernel.transitions import WrongState, check_move
from apps.outbox.operations import leave_message

PROVIDER: Final = "provider"
_LONGEST_NAME: Final = 40


@transaction.atomic(durable=True)
def rename_instrument(*, instrument_id: UUID, customer_id: UUID, name: str, by: Actor, now: datetime) -> Instrument:
    """Give the customer's instrument his own name, or none. Raises UnknownInstrument, WrongState, InvalidName."""
    name = name.strip()
    if len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidName
    instrument, _ = lock_instrument(instrument_id, customer_id=customer_id)
    _refuse_removed(instrument)
    if instrument.name == name:
        return instrument
    instrument.name = name
    instrument.save(update_fields=["name"])
    record(actor=by, action="instrument.renamed", subject=instrument.public_id, now=now)
    return instrument


@transaction.atomic(durable=True)
def make_default(*, instrument_id: UUID, customer_id: UUID, by: Actor, now: datetime) -> Instrument:
    """Let codes that name no instrument mean this one. Raises UnknownInstrument, and WrongState unless it is active."""
    instrument, instruments = lock_instrument(instrument_id, customer_id=customer_id)
    if instrument.status != InstrumentStatus.ACTIVE:
        raise WrongState("only an active means of payment can be the default", status=str(instrument.status))
    if instrument.is_default:
        return instrument
    for other in instruments:
        if other.is_default:
            other.is_default = False
            other.save(update_fields=["is_default"])
    _choose(instrument, by=by, now=now)
    return instrument


@transaction.atomic(durable=True)
def move_instrument(
    *, instrument_id: UUID, customer_id: UUID, to: InstrumentStatus, reason: str, by: Actor, now: datetime
) -> Instrument:
    """Suspend, resume or remove the customer's instrument; takes effect with the next code.

    When the default is removed, the lowest active handle that remains becomes it; a suspended default stays the
    customer's choice and pays nothing. Asking for the status that it has already changes nothing. The provider is told
    of a removal, until it knows.
    Raises UnknownInstrument, WrongState.
    """
    instrument, instruments = lock_instrument(instrument_id, customer_id=customer_id)
    move_locked(instrument, instruments, to=to, reason=reason, by=by, now=now)
    return instrument


def move_locked(
    instrument: Instrument,
    instruments: list[Instrument],
    *,
    to: InstrumentStatus,
    reason: str,
    by: Actor,
    now: datetime,
) -> bool:
    """Move one of the customer's locked instruments, in the caller's transaction; say whether its status changed.

    What a provider has suspended and somebody else suspends as well, the provider can no longer resume.
    """
    if instrument.status == to:
        if instrument.suspended_by == PROVIDER != by.kind:
            instrument.suspended_by = by.kind
            instrument.save(update_fields=["suspended_by"])
            record(actor=by, action=f"instrument.{to}", subject=instrument.public_id, reason=reason, now=now)
        return False
    check_move(MOVES, InstrumentStatus(instrument.status), to)
    instrument.status = to
    instrument.suspended_by = by.kind if to == InstrumentStatus.SUSPENDED else ""
    if to == InstrumentStatus.REMOVED:
        instrument.is_default, instrument.removed_at = False, now
        leave_end_of_consent(instrument, by=by, now=now)
    instrument.save(update_fields=["status", "suspended_by", "is_default", "removed_at"])
    record(actor=by, action=f"instrument.{to}", subject=instrument.public_id, reason=reason, now=now)
    if not any(candidate.is_default for candidate in instruments):
        # Sorted by handle; the list holds this very instrument, as it is now.
        active = [candidate for candidate in instruments if candidate.status == InstrumentStatus.ACTIVE]
        for successor in active[:1]:
            _choose(successor, by=by, now=now)
    return True


def leave_end_of_consent(instrument: Instrument, *, by: Actor, now: datetime) -> None:
    """Have the provider told of a removal, in the caller's transaction, unless it was the provider's own."""
    if instrument.consent and by.kind != PROVIDER:
        leave_message(topic=topics.END_CONSENT, arguments={"instrument_id": str(instrument.id)}, now=now)


def _choose(instrument: Instrument, *, by: Actor, now: datetime) -> None:
    instrument.is_default = True
    instrument.save(update_fields=["is_default"])
    record(actor=by, action="instrument.made_default", subject=instrument.public_id, now=now)


def _refuse_removed(instrument: Instrument) -> None:
    if instrument.status == InstrumentStatus.REMOVED:
        raise WrongState("this means of payment was removed", status=str(instrument.status))
