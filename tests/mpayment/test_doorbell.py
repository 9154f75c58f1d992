import socket
import time
from collections.abc import Iterator
from datetime import timedelta

import pytest
import redis
from django.conf import settings as loaded
from django.db import transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.kernel.ids import uuid7
from apps.outbox.models import Message
from apps.outbox.operations import leave_message, sweep
from mpayment.celery import PATIENCE_SECONDS, Doorbell
from tests.mpayment import doorbells

# What a busy machine may add to half a second.
SLACK_SECONDS = 0.4


@pytest.fixture
def silent_broker() -> Iterator[str]:
    """A server that takes connections and never says a word."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield f"redis://127.0.0.1:{listener.getsockname()[1]}/0"


def seconds_to_ring(doorbell: Doorbell) -> float:
    began = time.monotonic()
    assert not doorbell.ring(uuid7())
    return time.monotonic() - began


def test_a_broker_that_says_nothing_costs_half_a_second_and_then_nothing_for_a_while(silent_broker: str) -> None:
    doorbell = Doorbell(silent_broker)

    assert seconds_to_ring(doorbell) < PATIENCE_SECONDS + SLACK_SECONDS
    assert seconds_to_ring(doorbell) < 0.1


def test_a_broker_that_is_away_costs_next_to_nothing() -> None:
    assert seconds_to_ring(Doorbell(doorbells.DEAD_BROKER)) < SLACK_SECONDS


def test_a_ring_puts_one_task_with_the_notes_id_into_the_queue() -> None:
    client = redis.Redis.from_url(loaded.REDIS_URL)
    client.delete(loaded.CELERY_TASK_DEFAULT_QUEUE)
    message_id = uuid7()

    assert Doorbell().ring(message_id)

    queued = client.lrange(loaded.CELERY_TASK_DEFAULT_QUEUE, 0, -1)
    client.delete(loaded.CELERY_TASK_DEFAULT_QUEUE)
    assert len(queued) == 1
    assert b"run_message" in queued[0]


@pytest.mark.django_db(transaction=True)
def test_a_note_for_which_nobody_could_ring_stays_and_is_swept(settings: Settings) -> None:
    settings.OUTBOX_DOORBELL = "tests.mpayment.doorbells.ring_dead"
    settings.OUTBOX_HANDLERS = {"note": "tests.mpayment.doorbells.note_down"}
    doorbells.ran.clear()
    now = timezone.now()
    with transaction.atomic():
        note = leave_message(topic="note", arguments={"payment_id": "one"}, now=now)
    assert Message.objects.get(id=note.id).done_at is None

    assert sweep(now=now + timedelta(seconds=1), limit=10) == 1

    assert doorbells.ran == ["one"]
    assert Message.objects.get(id=note.id).done_at is not None
