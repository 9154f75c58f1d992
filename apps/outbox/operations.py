"""Leave a note, run a note, run what nobody looked at."""

import logging
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.module_loading import import_string

from apps.kernel.errors import DomainError
from apps.outbox.errors import UnfitArguments, UnknownTopic
from apps.outbox.locks import claim_message, claim_next, mark_done
from apps.outbox.models import Message
from apps.rows import insert_rows

logger = logging.getLogger(__name__)

FIRST_DELAY: Final = timedelta(seconds=1)
LONGEST_DELAY: Final = timedelta(minutes=10)
_LONGEST_TEXT: Final = 100

Handler = Callable[..., object]  # takes the note's arguments by name


class Run(StrEnum):
    """What became of one look at a note."""

    DONE = "done"
    FAILED = "failed"  # backed off, will be tried again
    NOT_OURS = "not_ours"  # done, not due yet, or claimed by another


@dataclass(frozen=True, slots=True)
class Note:
    """Work to be left for later: who does it, with which ids, and not before when (at once, if not said)."""

    topic: str
    arguments: Mapping[str, str | int]
    due_at: datetime | None = None


def leave_message(
    *, topic: str, arguments: Mapping[str, str | int], due_at: datetime | None = None, now: datetime
) -> Message:
    """Write a note in the caller's transaction; it is run at least once after the commit, not before `due_at`.

    UnfitArguments for anything but ids. Call it inside a transaction together with what makes the work necessary.
    """
    return leave_messages(notes=[Note(topic, arguments, due_at)], now=now)[0]


def leave_messages(*, notes: Sequence[Note], now: datetime) -> list[Message]:
    """Write several notes as `leave_message` does, with one statement."""
    for note in notes:
        _refuse_unfit(note.arguments)
    messages = [
        Message(topic=note.topic, arguments=dict(note.arguments), created_at=now, due_at=max(note.due_at or now, now))
        for note in notes
    ]
    insert_rows(messages)
    due = [message for message in messages if message.due_at == now]
    if due:
        # Robust: a broker that is down must not turn a committed sale into an error; the sweeper finds the note.
        transaction.on_commit(lambda: _ring_all(due), robust=True)
    return messages


def notes_about(*, event: str, arguments: Mapping[str, str | int]) -> list[Note]:
    """Return a note for each topic that EVENT_SUBSCRIBERS names for the event: downstairs does not know who listens."""
    subscribers: Mapping[str, Sequence[str]] = getattr(settings, "EVENT_SUBSCRIBERS", {})
    return [Note(topic, arguments) for topic in subscribers.get(event, ())]


def run_message(*, message_id: UUID, now: datetime) -> Run:
    """Run one note's handler unless it is done, not due, or another's; a failure is backed off, never raised.

    Must not be called inside a transaction. The handler may run twice, even at the same time.
    """
    message = claim_message(message_id, now=now)
    return Run.NOT_OURS if message is None else _run(message, now)


def run_rung(*, message_id: UUID, topic: str, arguments: Mapping[str, str | int], now: datetime) -> Run:
    """Run a note as its doorbell tells it, without claiming it first: for topics whose handler claims its work itself.

    Such a handler returns whether there was anything to do for it. If not, or if it fails, the note is left to the
    sweeper, which claims it. Any other topic is run by `run_message`. Must not be called inside a transaction.
    """
    if not claims_itself(topic):
        return run_message(message_id=message_id, now=now)
    started = time.monotonic()
    try:
        was_ours = _handler(topic)(**arguments)
    except Exception:
        logger.warning("rung message failed", extra={"topic": topic, "message_id": str(message_id)}, exc_info=True)
        return Run.FAILED
    if not was_ours:
        return Run.NOT_OURS
    mark_done(message_id, now + timedelta(seconds=time.monotonic() - started))
    return Run.DONE


def claims_itself(topic: str) -> bool:
    """Say whether the topic's handler makes sure by itself that two of them do not do the same."""
    topics: Collection[str] = getattr(settings, "OUTBOX_SELF_CLAIMING", ())
    return topic in topics


def sweep(*, now: datetime, limit: int, grace: timedelta = timedelta(0)) -> int:
    """Run up to `limit` overdue notes here, without a broker, longest overdue first; return how many were run.

    Any number of sweepers may run at once. `grace` leaves fresh notes to the worker whose doorbell was just rung.
    """
    started = time.monotonic()
    for count in range(limit):
        # Handlers take time: a lease counted from the start of the sweep could be over before the claim.
        current = now + timedelta(seconds=time.monotonic() - started)
        message = claim_next(now=current, grace=grace)
        if message is None:
            return count
        _run(message, current)
    return limit


def _run(message: Message, now: datetime) -> Run:
    started = time.monotonic()
    facts = {"topic": message.topic, "message_id": str(message.id), "tries": message.tries}
    try:
        _handler(message.topic)(**message.arguments)
    except Exception as error:
        logger.warning("outbox message failed", extra=facts, exc_info=True)
        ended = now + timedelta(seconds=time.monotonic() - started)
        # The tries are the fence: if our lease ended and another claimed it meanwhile, its lease stands.
        Message.objects.filter(id=message.id, done_at__isnull=True, tries=message.tries).update(
            claimed_until=None, due_at=ended + delay_after(message.tries), last_error=_name_of(error)
        )
        return Run.FAILED
    ended = now + timedelta(seconds=time.monotonic() - started)
    # Without the fence: the work is done, whoever else may still be at it.
    mark_done(message.id, ended)
    return Run.DONE


def delay_after(tries: int) -> timedelta:
    """Return how long to wait after that many tries: 1, 2, 4 seconds and so on, at most ten minutes."""
    return min(FIRST_DELAY * (1 << min(tries - 1, 20)), LONGEST_DELAY)


def _ring_all(due: Sequence[Message]) -> None:
    for message in due:
        _ring(message)


def _ring(message: Message) -> None:
    path: str = getattr(settings, "OUTBOX_DOORBELL", "")
    if not path:
        return
    try:
        import_string(path)(message_id=message.id, topic=message.topic, arguments=message.arguments)
    except Exception:
        logger.info("outbox doorbell not answered", extra={"topic": message.topic, "message_id": str(message.id)})


def _handler(topic: str) -> Handler:
    handlers: Mapping[str, str] = getattr(settings, "OUTBOX_HANDLERS", {})
    if topic not in handlers:
        raise UnknownTopic(topic)
    handler: Handler = import_string(handlers[topic])
    return handler


def _refuse_unfit(arguments: Mapping[str, str | int]) -> None:
    for name, value in arguments.items():
        fits = isinstance(name, str) and (
            type(value) is int or (isinstance(value, str) and len(value) <= _LONGEST_TEXT)
        )
        if not fits:
            raise UnfitArguments(f"argument {name!r} is not an id")


def _name_of(error: Exception) -> str:
    # The class and the stable code only: the text of a foreign exception may quote what it was given.
    code = f" {error.code}" if isinstance(error, DomainError) else ""
    return f"{type(error).__module__}.{type(error).__qualname__}{code}"[:200]
