"""Leaving a note, running it, and backing off."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.kernel.masking import Secret
from apps.outbox.errors import UnfitArguments
from apps.outbox.locks import LEASE, claim_message
from apps.outbox.models import Message
from apps.outbox.operations import LONGEST_DELAY, Run, delay_after, leave_message, run_message
from tests.outbox import handlers

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()


def leave(topic: str = "note", payment_id: str = "pay_1") -> Message:
    return leave_message(topic=topic, arguments={"payment_id": payment_id}, now=NOW)


def test_rings_the_doorbell_only_after_the_commit() -> None:
    with transaction.atomic():
        message = leave()
        before_commit = list(handlers.rung)

    assert before_commit == []
    assert handlers.rung == [(message.id, "note")]


def test_vanishes_with_the_transaction_that_left_it() -> None:
    with transaction.atomic():
        leave()
        transaction.set_rollback(True)

    assert Message.objects.count() == 0
    assert handlers.rung == []


@pytest.mark.parametrize("doorbell", ["tests.outbox.handlers.ring_broken", "no.such.place"])
def test_a_broken_doorbell_harms_nobody(settings: Settings, doorbell: str) -> None:
    settings.OUTBOX_DOORBELL = doorbell

    with transaction.atomic():
        message = leave()

    assert run_message(message_id=message.id, now=NOW) is Run.DONE


def test_work_for_later_rings_nothing_and_is_not_run_early() -> None:
    message = leave_message(topic="note", arguments={"payment_id": "p"}, due_at=NOW + timedelta(minutes=1), now=NOW)

    early = run_message(message_id=message.id, now=NOW)
    late = run_message(message_id=message.id, now=NOW + timedelta(minutes=1))

    assert (early, late) == (Run.NOT_OURS, Run.DONE)
    assert handlers.rung == []


# Any: the point is what the types forbid.
@pytest.mark.parametrize("value", [Secret("x"), 1.5, None, ["a"], b"bytes", True, "x" * 101])
def test_refuses_anything_but_ids(value: Any) -> None:
    with pytest.raises(UnfitArguments):
        leave_message(topic="note", arguments={"payment_id": value}, now=NOW)

    assert Message.objects.count() == 0


def test_runs_a_note_once_however_often_it_is_looked_at() -> None:
    message = leave()

    runs = [run_message(message_id=message.id, now=NOW) for _ in range(2)]

    assert runs == [Run.DONE, Run.NOT_OURS]
    assert handlers.ran == ["pay_1"]
    message.refresh_from_db()
    assert message.done_at is not None
    assert (message.tries, message.claimed_until, message.last_error) == (1, None, "")


def test_backs_off_after_a_failure_and_keeps_only_the_name_of_the_error() -> None:
    message = leave("fail", "pay_secretive")

    first = run_message(message_id=message.id, now=NOW)
    at_once = run_message(message_id=message.id, now=NOW)

    assert (first, at_once) == (Run.FAILED, Run.NOT_OURS)
    message.refresh_from_db()
    assert message.due_at >= NOW + timedelta(seconds=1)
    assert message.last_error == "apps.kernel.errors.Refused refused"
    assert run_message(message_id=message.id, now=message.due_at) is Run.FAILED


def test_a_topic_without_a_handler_stays_and_says_so() -> None:
    message = leave("unheard_of")

    assert run_message(message_id=message.id, now=NOW) is Run.FAILED

    message.refresh_from_db()
    assert message.done_at is None
    assert message.last_error == "apps.outbox.errors.UnknownTopic"


def test_waits_twice_as_long_each_time_up_to_ten_minutes() -> None:
    assert [delay_after(tries).total_seconds() for tries in (1, 2, 3, 4)] == [1, 2, 4, 8]
    assert delay_after(5000) == LONGEST_DELAY


def test_a_note_of_a_dead_worker_is_free_again_after_its_lease() -> None:
    message = leave()
    claim_message(message.id, now=NOW)

    during = run_message(message_id=message.id, now=NOW + LEASE - timedelta(seconds=1))
    after = run_message(message_id=message.id, now=NOW + LEASE)

    assert (during, after) == (Run.NOT_OURS, Run.DONE)


def test_refuses_to_run_inside_a_transaction() -> None:
    message = leave()

    with pytest.raises(RuntimeError, match="inside a transaction"), transaction.atomic():
        run_message(message_id=message.id, now=NOW)


def test_only_one_of_many_parallel_workers_runs_it() -> None:
    message = leave("slow")
    outcomes: list[Run] = []
    barrier = threading.Barrier(4)

    def work(message_id: UUID) -> None:
        barrier.wait(timeout=10)
        outcomes.append(run_message(message_id=message_id, now=NOW))
        if len(outcomes) == 3:
            handlers.gate.set()  # the losers return while the winner is still at it
        connection.close()

    workers = [threading.Thread(target=work, args=[message.id]) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(timeout=20)

    assert sorted(outcomes) == [Run.DONE, Run.NOT_OURS, Run.NOT_OURS, Run.NOT_OURS]
    assert handlers.ran == ["pay_1"]
