"""Whether somebody has stopped new authorisations of a merchant, a provider, a kind of instrument, or of everything.

Asked right before each authorisation that is begun, also one that waited for a person. What is held already may be
captured, cancelled and refunded all the same, and training goes on.
"""

from typing import Final
from uuid import UUID

from apps.instruments.models import Instrument
from apps.merchants.models import Mode
from apps.switches.queries import stops_now
from apps.transactions.models import Payment

CODE: Final = "payments_stopped"


def stopped_by(
    *, merchant_id: UUID, mode: str, is_training: bool, instrument: Instrument, account_id: UUID
) -> str | None:
    """Return what stops an authorisation with this instrument at this provider account, or None."""
    if is_training:
        return None
    return stops_now().of(
        is_live=mode == Mode.LIVE,
        merchant=str(merchant_id),
        provider=str(account_id),
        instrument_kind=str(instrument.kind),
    )


def payment_stopped_by(payment: Payment, instrument: Instrument, account_id: UUID) -> str | None:
    """Return what stops a further authorisation of a payment that has begun, or None."""
    return stopped_by(
        merchant_id=payment.merchant_id,
        mode=payment.mode,
        is_training=payment.is_training,
        instrument=instrument,
        account_id=account_id,
    )
