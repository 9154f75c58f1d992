"""Doorbells that nobody hears, and what was run without them."""

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from mpayment.celery import Doorbell

# Port 1 is nobody's: the connection is refused.
DEAD_BROKER: Final = "redis://127.0.0.1:1/0"

ran: list[str] = []
_dead: Final = Doorbell(DEAD_BROKER)


def ring_dead(*, message_id: UUID, topic: str, arguments: Mapping[str, str | int]) -> None:
    _dead.ring(message_id, topic, arguments)


def note_down(**arguments: str) -> None:
    ran.append(arguments.get("payment_id", ""))
