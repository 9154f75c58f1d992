"""The only place that locks links and instruments; both after their customer's row, which makes the handles' order."""

from uuid import UUID

from apps.customers.locks import lock_customer
from apps.instruments.errors import UnknownInstrument, UnknownLink
from apps.instruments.models import Instrument, InstrumentLink


def lock_link(link_id: UUID, *, customer_id: UUID) -> InstrumentLink:
    """Return the customer's link, locked until the transaction ends. Raises UnknownLink."""
    link = InstrumentLink.objects.select_for_update().filter(id=link_id, customer_id=customer_id).first()
    if link is None:
        raise UnknownLink
    return link


def lock_instruments(customer_id: UUID) -> list[Instrument]:
    """Return all instruments that the customer ever had, by handle, locked until the transaction ends."""
    return list(Instrument.objects.select_for_update(no_key=True).filter(customer_id=customer_id).order_by("handle"))


def lock_instrument(instrument_id: UUID, *, customer_id: UUID) -> tuple[Instrument, list[Instrument]]:
    """Return the customer's instrument and, by handle, all that he ever had; locked. Raises UnknownInstrument."""
    lock_customer(customer_id)
    instruments = lock_instruments(customer_id)
    for instrument in instruments:
        if instrument.id == instrument_id:
            return instrument, instruments
    raise UnknownInstrument
