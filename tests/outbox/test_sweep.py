"""The sweeper: overdue work is done without a broker."""

import os
import signal
import subprocess
import sys
import threading
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from apps.outbox.models import Message
from apps.outbox.operations import leave_message, sweep
from apps.outbox.queries import oldest_overdue, overdue_count
from tests.outbox import handlers

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
GRACE = timedelta(seconds=2)


def leave(payment_id: str, *, topic: str = "note", ago: int = 0) -> Message:
    return leave_message(topic=topic, arguments={"payment_id": payment_id}, now=NOW - timedelta(seconds=ago))


def test_runs_the_longest_overdue_first_and_no_more_than_the_limit() -> None:
    leave("new")
    leave("old", ago=60)
    leave("older", ago=120)

    count = sweep(now=NOW, limit=2)

    assert count == 2
    assert handlers.ran == ["older", "old"]


def test_a_second_sweep_finds_nothing() -> None:
    leave("one")

    assert sweep(now=NOW, limit=10) == 1
    assert sweep(now=NOW, limit=10) == 0
    assert handlers.ran == ["one"]


def test_a_failing_note_does_not_stop_the_others() -> None:
    leave("bad", topic="fail", ago=60)
    leave("good")

    sweep(now=NOW, limit=10)

    assert handlers.ran == ["bad", "good"]


def test_leaves_a_fresh_note_to_its_worker_but_not_one_that_fell_due() -> None:
    leave("fresh")
    earlier = NOW - timedelta(seconds=5)
    leave_message(topic="note", arguments={"payment_id": "timed"}, due_at=NOW, now=earlier)

    sweep(now=NOW, limit=10, grace=GRACE)
    during_grace = list(handlers.ran)
    sweep(now=NOW + GRACE, limit=10, grace=GRACE)

    assert during_grace == ["timed"]
    assert handlers.ran == ["timed", "fresh"]


def test_parallel_sweepers_share_the_work_and_run_nothing_twice() -> None:
    for number in range(30):
        leave(str(number))
    counts: list[int] = []

    def work() -> None:
        counts.append(sweep(now=NOW, limit=100))
        connection.close()

    sweepers = [threading.Thread(target=work) for _ in range(3)]
    for sweeper in sweepers:
        sweeper.start()
    for sweeper in sweepers:
        sweeper.join(timeout=30)

    assert sum(counts) == 30
    assert sorted(handlers.ran, key=int) == [str(number) for number in range(30)]


def test_counts_what_is_overdue_and_names_the_oldest() -> None:
    leave("new")
    oldest = leave("old", ago=60)

    assert overdue_count(now=NOW) == 2
    assert overdue_count(now=NOW, by=timedelta(seconds=30)) == 1
    assert oldest_overdue(now=NOW) == oldest
    sweep(now=NOW, limit=10)
    assert oldest_overdue(now=NOW) is None


def test_the_command_sweeps_once_and_says_how_many(capsys: pytest.CaptureFixture[str]) -> None:
    leave("one", ago=60)

    call_command("run_sweeper", "--once")

    assert capsys.readouterr().out == "1 run\n"


def test_the_command_stops_cleanly_when_it_is_told_to() -> None:
    # SIGTERM reaches the main thread only, so the sweeper is a process of its own, on the test's database.
    code = (
        "import django; django.setup()\n"
        "from django.db import connection\n"
        f"connection.settings_dict['NAME'] = {connection.settings_dict['NAME']!r}\n"
        "from django.core.management import call_command\n"
        "call_command('run_sweeper', '--pause', '0.1')\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, env=os.environ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "sweeping\n"
        process.send_signal(signal.SIGTERM)

        rest, _ = process.communicate(timeout=20)

    assert rest == "stopped\n"
    assert process.returncode == 0
