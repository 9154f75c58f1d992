"""The doorbell: a task only says that there is a note to look at. What is lost here, the sweeper finds."""

import logging
import os
import time
from functools import lru_cache
from typing import Any, Final
from uuid import UUID

import django
from celery import Celery
from celery.signals import setup_logging, worker_ready
from django.utils import timezone
from kombu import pools
from kombu.connection import Connection

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "mpayment.settings")
django.setup()

# After the line above, without which no model can be imported.
from apps.outbox import operations  # noqa: E402

logger = logging.getLogger(__name__)

app = Celery("mpayment")
app.config_from_object("django.conf:settings", namespace="CELERY")

PATIENCE_SECONDS: Final = 0.5
# After a failure nobody rings for so long, so that a dead Redis costs one request half a second and not every request.
SILENCE_SECONDS: Final = 2.0


@app.task(name="run_message")  # type: ignore[untyped-decorator]  # Celery has no types
def run_message(message_id: str) -> None:
    """Run the note, unless somebody else does or did."""
    operations.run_message(message_id=UUID(message_id), now=timezone.now())


class Doorbell:
    """Rings for a note, or quickly does not. Without `broker_url` at the broker of the settings."""

    def __init__(self, broker_url: str | None = None) -> None:
        self._broker_url = broker_url
        self._silent_until = 0.0

    def ring(self, message_id: UUID) -> bool:
        """Send the task, and say whether the broker took it; never raise and never wait beyond PATIENCE_SECONDS."""
        if time.monotonic() < self._silent_until:
            return False
        try:
            with pools.producers[_connection(self._broker_url)].acquire(
                block=True, timeout=PATIENCE_SECONDS
            ) as producer:
                run_message.apply_async((str(message_id),), producer=producer, retry=False)
        except Exception as error:
            # Whatever is wrong with the broker: the note is committed, and the sweeper needs no broker.
            self._silent_until = time.monotonic() + SILENCE_SECONDS
            logger.warning("doorbell silent", extra={"error": type(error).__name__})
            return False
        return True


_doorbell: Final = Doorbell()


def ring(*, message_id: UUID, topic: str) -> None:
    """Ring for a note after its commit; this is what OUTBOX_DOORBELL names."""
    _doorbell.ring(message_id)


@lru_cache(maxsize=4)
def _connection(broker_url: str | None) -> Connection:
    # The worker's own connections wait for a Redis that comes back; somebody who pays does not.
    impatient = {
        "max_retries": 0,
        "socket_connect_timeout": PATIENCE_SECONDS,
        "socket_timeout": PATIENCE_SECONDS,
        "retry_on_timeout": False,
    }
    connection: Connection = app.connection_for_write(
        broker_url, transport_options=impatient, connect_timeout=PATIENCE_SECONDS
    )
    return connection


# Any: signals pass whatever they have.
@setup_logging.connect  # type: ignore[untyped-decorator]
def leave_logging_alone(**_: Any) -> None:
    """Keep LOGGING as the settings say; without a receiver Celery installs its own."""


@worker_ready.connect  # type: ignore[untyped-decorator]
def say_ready(**_: Any) -> None:
    """Say, whatever the log level, from when on the worker takes tasks: whoever starts it waits for this line."""
    print("worker ready", flush=True)
