"""Doorbells that nobody hears, and what was run without them."""

from typing import Final
from uuid import UUID

from mpayment.celery import Doorbell

# Port 1 is nobody's: the connection is refused.
DEAD_BROKER: Final = "redis://127.0.0.1:1/0"

ran: list[str] = []
_dead: Final = Doorbell(DEAD_BROKER)


def ring_dead(*, message_id: UUID, topic: str) -> None:
    _dead.ring(message_id)


def note_down(**arguments: str) -> None:
    ran.append(arguments.get("payment_id", ""))
