"""The doorbell: a task only says that there is a note to look at. What is lost here, the sweeper finds."""

import json
import logging
import os
import time
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Final
from uuid import UUID, uuid4

import django
import redis
from celery import Celery
from celery.signals import setup_logging, worker_ready
from django.conf import settings
from django.utils import timezone

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mpayment.settings")
django.setup()

# After the line above, without which no model can be imported.
from apps.outbox import operations  # noqa: E402

logger = logging.getLogger(__name__)

app = Celery("mpayment")
app.config_from_object("django.conf:settings", namespace="CELERY")

QUEUE: Final[str] = settings.CELERY_TASK_DEFAULT_QUEUE
PATIENCE_SECONDS: Final = 0.5
# After a failure nobody rings for so long, so that a dead Redis costs one request half a second and not every request.
SILENCE_SECONDS: Final = 2.0


@app.task(name="run_message")  # type: ignore[untyped-decorator]  # Celery has no types
def run_message(message_id: str, topic: str, arguments: dict[str, str | int]) -> None:
    """Run the note, unless somebody else does or did."""
    operations.run_rung(message_id=UUID(message_id), topic=topic, arguments=arguments, now=timezone.now())


class Doorbell:
    """Rings for a note, or quickly does not. Without `broker_url` at the broker of the settings.

    A payment waits behind every ring, so the task is put into the queue with one command instead of through a
    publisher, which would take longer than the database takes for the payment's rows. What it puts there is what a
    publisher puts there; a test compares the two.
    """

    def __init__(self, broker_url: str | None = None) -> None:
        self._broker_url = broker_url or settings.REDIS_URL
        self._silent_until = 0.0

    def ring(self, message_id: UUID, topic: str, arguments: Mapping[str, str | int]) -> bool:
        """Send the task, and say whether the broker took it; never raise and never wait beyond PATIENCE_SECONDS."""
        if time.monotonic() < self._silent_until:
            return False
        try:
            _broker(self._broker_url).lpush(QUEUE, _envelope((str(message_id), topic, dict(arguments))))
        except redis.RedisError as error:
            # Whatever is wrong with the broker: the note is committed, and the sweeper needs no broker.
            self._silent_until = time.monotonic() + SILENCE_SECONDS
            logger.warning("doorbell silent", extra={"error": type(error).__name__})
            return False
        return True


_doorbell: Final = Doorbell()


def ring(*, message_id: UUID, topic: str, arguments: Mapping[str, str | int]) -> None:
    """Ring for a note after its commit; this is what OUTBOX_DOORBELL names."""
    _doorbell.ring(message_id, topic, arguments)


@lru_cache(maxsize=4)
def _broker(url: str) -> redis.Redis:
    # The worker's own connections wait for a Redis that comes back; somebody who pays does not.
    return redis.Redis.from_url(
        url, socket_connect_timeout=PATIENCE_SECONDS, socket_timeout=PATIENCE_SECONDS, retry=None
    )


def _envelope(arguments: tuple[object, ...]) -> str:
    """Return the task as the Redis transport keeps it: Celery's own message, in the envelope of its library kombu."""
    identifier = str(uuid4())
    task = app.amqp.as_task_v2(identifier, run_message.name, arguments, {}, ignore_result=True)
    delivery = {"exchange": "", "routing_key": QUEUE}
    return json.dumps(
        {
            "body": b64encode(json.dumps(task.body).encode()).decode(),
            "content-encoding": "utf-8",
            "content-type": "application/json",
            "headers": task.headers,
            "properties": {
                **task.properties,
                "delivery_mode": 2,
                "delivery_info": delivery,
                "priority": 0,
                "body_encoding": "base64",
                "delivery_tag": str(uuid4()),
            },
        }
    )


# Any: signals pass whatever they have.
@setup_logging.connect  # type: ignore[untyped-decorator]
def leave_logging_alone(**_: Any) -> None:
    """Keep LOGGING as the settings say; without a receiver Celery installs its own."""


@worker_ready.connect  # type: ignore[untyped-decorator]
def say_ready(**_: Any) -> None:
    """Say, whatever the log level, from when on the worker takes tasks: whoever starts it waits for this line."""
    print("worker ready", flush=True)
