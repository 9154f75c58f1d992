import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone
from pytest_django import Settings

from apps.kernel.ids import uuid7
from apps.live.errors import UnfitFacts
from apps.live.models import Event, Number, Waiting
from apps.live.operations import Fact, append_event, number_events
from apps.live.queries import events_after, last_number

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
ALICE = "customer:alice"
BOB = "customer:bob"


def append(stream: str = ALICE, kind: str = "payment.captured", key: str | None = None, **facts: Fact) -> Event:
    return append_event(stream=stream, kind=kind, facts=facts, key=key, now=NOW)


def kinds_after(after: int, stream: str = ALICE) -> list[tuple[int, str]]:
    return [(number, event.kind) for number, event in events_after(stream, after=after, limit=100)]


def test_each_stream_counts_from_one_in_the_order_in_which_it_was_written() -> None:
    append(kind="first")
    append(BOB, kind="other")
    append(kind="second")

    assert number_events(now=NOW, limit=100) == 3
    assert kinds_after(0) == [(1, "first"), (2, "second")]
    assert kinds_after(0, BOB) == [(1, "other")]
    assert last_number(ALICE) == 2
    assert last_number("customer:carol") == 0


def test_the_order_within_one_transaction_is_kept_whatever_the_ids_say() -> None:
    with transaction.atomic():
        for place in range(50):
            append(kind=f"step {place}")

    number_events(now=NOW, limit=100)

    assert [kind for _, kind in kinds_after(0)] == [f"step {place}" for place in range(50)]


def test_a_batch_ends_at_its_limit_and_the_next_one_goes_on() -> None:
    for place in range(5):
        append(kind=f"step {place}")

    assert [number_events(now=NOW, limit=2) for _ in range(4)] == [2, 2, 1, 0]
    assert [number for number, _ in kinds_after(0)] == [1, 2, 3, 4, 5]
    assert not Waiting.objects.exists()


def test_a_reader_gets_what_comes_after_his_number_and_no_more_than_he_asked_for() -> None:
    for place in range(5):
        append(kind=f"step {place}", payment="pay_1")
    number_events(now=NOW, limit=100)

    [(number, event), _] = events_after(ALICE, after=2, limit=2)

    assert (number, event.kind, event.facts) == (3, "step 2", {"payment": "pay_1"})


def test_what_is_rolled_back_has_no_number_and_leaves_no_gap() -> None:
    with transaction.atomic():
        append(kind="never happened")
        transaction.set_rollback(True)
    append(kind="happened")

    number_events(now=NOW, limit=100)

    assert kinds_after(0) == [(1, "happened")]


def test_an_event_that_commits_late_is_never_skipped_by_a_reader_who_is_further() -> None:
    written, may_commit = threading.Event(), threading.Event()

    def commit_late() -> None:
        try:
            with transaction.atomic():
                append(kind="early but late")
                written.set()
                may_commit.wait(10)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        late = pool.submit(commit_late)
        written.wait(10)
        append(kind="late but early")
        number_events(now=NOW, limit=100)
        seen = kinds_after(0)
        may_commit.set()
        late.result(10)
    number_events(now=NOW, limit=100)

    assert seen == [(1, "late but early")]
    assert kinds_after(seen[-1][0]) == [(2, "early but late")]


def test_eight_who_number_at_once_give_every_number_once_and_no_gap() -> None:
    for place in range(100):
        append(ALICE if place % 2 else BOB, kind=f"step {place}")
    start = threading.Barrier(8)

    def number() -> int:
        try:
            start.wait(10)
            return sum(number_events(now=NOW, limit=7) for _ in range(10))
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as pool:
        counts = [each.result(30) for each in [pool.submit(number) for _ in range(8)]]

    assert sum(counts) == 100
    for stream in (ALICE, BOB):
        assert [number for number, _ in kinds_after(0, stream)] == list(range(1, 51))


def test_appending_with_a_key_twice_gives_the_first_event_back() -> None:
    first = append(key="pay_1:captured", payment="pay_1")

    again = append(key="pay_1:captured", payment="pay_2")

    assert (again.id, again.facts) == (first.id, {"payment": "pay_1"})
    assert Event.objects.count() == 1


def test_the_same_key_in_another_stream_is_another_event() -> None:
    assert append(ALICE, key="pay_1").id != append(BOB, key="pay_1").id


def test_without_a_key_every_event_is_its_own() -> None:
    assert append().id != append().id


def test_two_handlers_at_once_append_once() -> None:
    start = threading.Barrier(2)

    def handler() -> str:
        try:
            start.wait(10)
            with transaction.atomic():
                return str(append(key="pay_1:captured").id)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        ids = {each.result(20) for each in [pool.submit(handler) for _ in range(2)]}

    assert len(ids) == 1
    assert Event.objects.count() == 1


@pytest.mark.parametrize("fact", [1.5, ["a"], {"a": 1}, b"bytes", "x" * 201])
def test_facts_are_ids_and_small_values(fact: object) -> None:
    with pytest.raises(UnfitFacts):
        append_event(stream=ALICE, kind="k", facts={"fact": fact}, now=NOW)  # type: ignore[dict-item]


def test_without_redis_events_are_written_and_numbered_all_the_same(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    append()

    assert number_events(now=NOW, limit=100) == 1


def run(statement: str, *parameters: object) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, parameters)


@pytest.mark.parametrize("prefix", ["", "SET LOCAL session_replication_role = replica; "])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE live_event SET kind = 'payment.refunded'",
        "DELETE FROM live_event",
        "TRUNCATE live_event CASCADE",
        "UPDATE live_number SET number = 7",
        "DELETE FROM live_number",
        "TRUNCATE live_number",
    ],
)
def test_direct_sql_cannot_change_what_was_told(prefix: str, statement: str) -> None:
    append()
    number_events(now=NOW, limit=100)

    with pytest.raises(Exception, match="what was told stays told"):
        run(prefix + statement)

    assert kinds_after(0) == [(1, "payment.captured")]


def test_direct_sql_cannot_forget_an_event_before_it_has_a_number() -> None:
    append()

    with pytest.raises(Exception, match="has no number yet"):
        run("DELETE FROM live_waiting")
    with pytest.raises(Exception, match="stays told"):
        run("TRUNCATE live_waiting")


def test_direct_sql_cannot_leave_a_gap_or_number_an_event_in_a_foreign_stream() -> None:
    event = append()

    with pytest.raises(Exception, match="does not follow"):
        run("INSERT INTO live_number VALUES (%s, %s, 2, now())", event.id, ALICE)
    with pytest.raises(Exception, match="not of the stream"):
        run("INSERT INTO live_number VALUES (%s, %s, 1, now())", event.id, BOB)


def test_every_event_waits_for_a_number_however_it_was_written() -> None:
    Event.objects.create(id=uuid7(), stream=ALICE, kind="by hand", at=NOW - timedelta(days=400))

    assert number_events(now=NOW, limit=1) == 1
    assert Number.objects.get().number == 1
