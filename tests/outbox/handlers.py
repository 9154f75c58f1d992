"""Handlers and doorbells for the tests: they write down what they were given."""

import threading
from collections.abc import Mapping
from uuid import UUID

from apps.kernel.errors import Refused

ran: list[str] = []
rung: list[tuple[UUID, str]] = []
gate = threading.Event()


def note_down(*, payment_id: str) -> None:
    ran.append(payment_id)


def claim_and_note_down(*, payment_id: str) -> bool:
    """Do the work once, and say whether it was done now."""
    if payment_id in ran:
        return False
    ran.append(payment_id)
    return True


def fail(*, payment_id: str) -> None:
    ran.append(payment_id)
    raise Refused(f"not {payment_id}")


def wait_for_gate(*, payment_id: str) -> None:
    ran.append(payment_id)
    gate.wait(timeout=10)


def ring(*, message_id: UUID, topic: str, arguments: Mapping[str, str | int]) -> None:
    rung.append((message_id, topic))


def ring_broken(*, message_id: UUID, topic: str, arguments: Mapping[str, str | int]) -> None:
    raise ConnectionError("the broker is away")
