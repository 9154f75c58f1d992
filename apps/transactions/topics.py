"""Names of the background jobs."""

from typing import Final
from uuid import UUID

# One message to a provider: send it, repeat it, or ask what became of it.
CARRY_OUT: Final = "transactions.carry_out"
# Look for payments and operations whose time has come; left by the clock.
WATCH: Final = "transactions.watch"
# What a second person, or the clock, said to a refund that waited for it.
DECIDE_REFUND: Final = "transactions.decide_refund"


def waiting_room(payment_id: UUID) -> str:
    """Return the subject under which requests that wait for a payment are told."""
    return f"payment:{payment_id}"


def merchant_stream(merchant_id: UUID, mode: str) -> str:
    """Return the stream in which a merchant's tills and systems read what happened, live and test apart."""
    return f"merchant:{merchant_id}:{mode}"
