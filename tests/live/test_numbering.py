"""The process that gives numbers: rung, unrung, without Redis, and at its end."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from apps.live.bell import BELL, await_ring
from apps.live.connection import live_redis
from apps.live.hints import HINTS
from apps.live.operations import append_event, number_events
from apps.live.queries import last_number
from stack import Redis

pytestmark = pytest.mark.django_db(transaction=True)
ALICE = "customer:alice"


def append(kind: str = "payment.captured") -> None:
    append_event(stream=ALICE, kind=kind, facts={"payment": "pay_1"}, now=timezone.now())


@contextmanager
def numbering(*options: str) -> Iterator["subprocess.Popen[str]"]:
    """Run the command as a process of its own on this test's database and Redis, until the block ends."""
    code = (
        "import django; from django.conf import settings; django.setup();"
        f"settings.DATABASES['default']['NAME'] = {connection.settings_dict['NAME']!r};"
        f"settings.REDIS_URL = {django_settings.REDIS_URL!r};"
        "from django.core.management import call_command;"
        f"call_command('run_numbering', {', '.join(map(repr, options))})"
    )
    environment = {**os.environ, "PGAPPNAME": "numbering"}
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert process.stdout is not None
        assert process.stdout.readline() == "numbering\n"
        yield process
    finally:
        process.kill()
        process.communicate(timeout=10)


def seconds_until_numbered(number: int, within: float = 10) -> float:
    started = time.monotonic()
    while last_number(ALICE) < number:
        assert time.monotonic() - started < within, "not numbered in time"
        time.sleep(0.01)
    return time.monotonic() - started


def test_a_committed_event_rings(bell: Redis) -> None:
    append()
    append()

    assert live_redis().llen(BELL) == 1
    assert await_ring(1) is True


@pytest.mark.usefixtures("bell")
def test_nobody_waits_longer_than_asked_for_a_ring() -> None:
    started = time.monotonic()

    assert await_ring(1) is False
    assert time.monotonic() - started < 2


@pytest.mark.usefixtures("bell")
def test_hints_go_out_after_the_commit_with_their_numbers() -> None:
    with live_redis().pubsub(ignore_subscribe_messages=True) as listener:
        listener.subscribe(HINTS)
        listener.get_message(timeout=1)
        append("payment.captured")
        append("payment.refunded")

        number_events(now=timezone.now(), limit=10)
        heard = [json.loads(message["data"]) for _ in range(2) if (message := listener.get_message(timeout=1))]

    assert [(hint["stream"], hint["seq"], hint["kind"]) for hint in heard] == [
        (ALICE, 1, "payment.captured"),
        (ALICE, 2, "payment.refunded"),
    ]
    assert heard[0]["facts"] == {"payment": "pay_1"}
    assert heard[0]["at"].endswith("Z")


@pytest.mark.usefixtures("bell")
def test_the_process_numbers_at_once_when_it_is_rung() -> None:
    with numbering("--pause", "30"):
        append()

        assert seconds_until_numbered(1) < 1


def test_the_process_looks_by_itself_when_nobody_rang(bell: Redis, settings: Settings) -> None:
    with numbering():
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        append()

        assert seconds_until_numbered(1) < 3


def test_the_process_survives_a_redis_that_dies_and_comes_back(bell: Redis) -> None:
    with numbering("--pause", "0.5") as process:
        bell.stop()
        append()
        seconds_until_numbered(1)
        bell.start()
        append()

        seconds_until_numbered(2)
        assert process.poll() is None


@pytest.mark.usefixtures("bell")
def test_the_process_survives_that_its_database_connections_are_cut() -> None:
    with numbering("--pause", "0.2") as process:
        append()
        seconds_until_numbered(1)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND application_name = 'numbering'"
            )
            assert cursor.rowcount >= 1
        append()

        seconds_until_numbered(2)
        assert process.poll() is None


@pytest.mark.usefixtures("bell")
def test_the_process_stops_when_it_is_told_to() -> None:
    with numbering() as process:
        process.send_signal(signal.SIGTERM)
        rest, _ = process.communicate(timeout=10)

        assert rest == "stopped\n"
        assert process.returncode == 0


def test_once_numbers_all_that_is_there(capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(5):
        append()

    call_command("run_numbering", "--once", "--limit", "2")

    assert capsys.readouterr().out == "5 numbered\n"
    assert last_number(ALICE) == 5
