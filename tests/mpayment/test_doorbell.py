import base64
import json
import socket
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import redis
from django.conf import settings as loaded
from django.db import transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.kernel.ids import uuid7
from apps.outbox.models import Message
from apps.outbox.operations import leave_message, sweep
from mpayment.celery import PATIENCE_SECONDS, Doorbell, run_message
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
    assert not doorbell.ring(uuid7(), "note", {})
    return time.monotonic() - began


def test_a_broker_that_says_nothing_costs_half_a_second_and_then_nothing_for_a_while(silent_broker: str) -> None:
    doorbell = Doorbell(silent_broker)

    assert seconds_to_ring(doorbell) < PATIENCE_SECONDS + SLACK_SECONDS
    assert seconds_to_ring(doorbell) < 0.1


def test_a_broker_that_is_away_costs_next_to_nothing() -> None:
    assert seconds_to_ring(Doorbell(doorbells.DEAD_BROKER)) < SLACK_SECONDS


@pytest.fixture
def queue() -> Iterator[redis.Redis]:
    """The broker, with an empty queue before and after."""
    client = redis.Redis.from_url(loaded.REDIS_URL)
    client.delete(loaded.CELERY_TASK_DEFAULT_QUEUE)
    yield client
    client.delete(loaded.CELERY_TASK_DEFAULT_QUEUE)


def only_task(queue: redis.Redis) -> dict[str, Any]:
    """Take the only task out of the queue; what differs from task to task by its nature is made the same."""
    (raw,) = queue.lrange(loaded.CELERY_TASK_DEFAULT_QUEUE, 0, -1)
    queue.delete(loaded.CELERY_TASK_DEFAULT_QUEUE)
    task: dict[str, Any] = json.loads(raw)
    task["body"] = json.loads(base64.b64decode(task["body"]))
    for name in ("id", "root_id", "argsrepr"):
        assert task["headers"].pop(name)
    for name in ("correlation_id", "delivery_tag"):
        assert task["properties"].pop(name)
    # Where a result would go: nobody waits for one.
    task["properties"].pop("reply_to")
    return task


def test_a_ring_puts_one_task_with_the_note_into_the_queue(queue: redis.Redis) -> None:
    message_id = uuid7()

    assert Doorbell().ring(message_id, "note", {"payment_id": "one"})

    arguments, _, _ = only_task(queue)["body"]
    assert arguments == [str(message_id), "note", {"payment_id": "one"}]


def test_a_ring_puts_there_what_celery_itself_would_put_there(queue: redis.Redis) -> None:
    message_id = uuid7()
    Doorbell().ring(message_id, "note", {"payment_id": "one"})
    ours = only_task(queue)

    run_message.apply_async((str(message_id), "note", {"payment_id": "one"}))

    assert ours == only_task(queue)


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
