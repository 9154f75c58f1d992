import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from pytest_django import Settings

from apps.live.announcements import LIFETIME_SECONDS, announce, maker_of, waiting_for
from apps.live.connection import live_redis
from apps.live.presence import end_presence, is_present, note_presence
from stack import Redis


def test_an_announcement_before_the_wait_is_kept_for_it(bell: Redis) -> None:
    with waiting_for("pay_1") as waiter:
        assert announce("pay_1") == 1

        assert waiter.wait(5) is True


def test_whoever_makes_the_subject_is_told_without_having_registered(bell: Redis) -> None:
    with waiting_for("pay_1") as other:
        announce("pay_1")

        assert maker_of("pay_1").wait(5) is True
        assert other.wait(5) is True
        assert maker_of("pay_1").wait(0.3) is False
    assert maker_of("pay_2").wait(0.3) is False


def test_what_nobody_collects_expires(bell: Redis) -> None:
    announce("pay_1")

    assert 0 < live_redis().ttl("live:maker:pay_1") <= LIFETIME_SECONDS


def test_twenty_waiters_are_all_told_at_once(bell: Redis) -> None:
    ready = threading.Barrier(21)

    def wait(_: int) -> bool:
        with waiting_for("pay_1") as waiter:
            ready.wait(10)
            return waiter.wait(10)

    with ThreadPoolExecutor(20) as pool:
        answers = pool.map(wait, range(20))
        ready.wait(10)
        told = announce("pay_1")

        assert told == 20
        assert list(answers) == [True] * 20


def test_nobody_is_woken_by_somebody_elses_outcome(bell: Redis) -> None:
    with waiting_for("pay_1") as waiter:
        assert announce("pay_2") == 0

        assert waiter.wait(0.6) is False


def test_the_time_is_up_when_nothing_was_announced(bell: Redis) -> None:
    with waiting_for("pay_1") as waiter:
        before = time.monotonic()
        assert waiter.wait(0.4) is False

    assert time.monotonic() - before >= 0.4


def test_what_a_waiter_leaves_goes_with_the_next_one_or_expires(bell: Redis) -> None:
    with waiting_for("pay_1"):
        announce("pay_1")

    left = live_redis().keys("*")
    assert all(0 < live_redis().ttl(key) <= LIFETIME_SECONDS for key in left)
    with waiting_for("pay_2"):
        assert {key for key in set(live_redis().keys("*")) & set(left) if "maker" not in key} == set()


def test_without_redis_a_waiter_looks_by_itself_until_the_time_is_up(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    looks = 0
    with waiting_for("pay_1") as waiter:
        deadline = time.monotonic() + 1
        while waiter.wait(deadline - time.monotonic()):
            looks += 1

    assert 2 <= looks <= 5


def test_without_redis_nobody_is_told_and_nothing_fails(settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert announce("pay_1") == 0
    assert note_presence("dev_1") is False
    assert is_present("dev_1") is False
    end_presence("dev_1")


def test_a_redis_that_dies_while_somebody_waits_turns_the_wait_into_looking(bell: Redis) -> None:
    with waiting_for("pay_1") as waiter:
        threading.Timer(0.3, bell.stop).start()

        assert waiter.wait(20) is True
        assert waiter.is_registered is False


def test_a_phone_is_present_until_it_leaves_or_falls_silent(bell: Redis) -> None:
    note_presence("dev_1")

    assert is_present("dev_1") is True
    assert is_present("dev_2") is False
    assert live_redis().ttl("live:presence:dev_1") > 0
    end_presence("dev_1")
    assert is_present("dev_1") is False


@pytest.mark.usefixtures("bell")
def test_announcing_twice_wakes_once_for_each() -> None:
    with waiting_for("pay_1") as waiter:
        announce("pay_1")
        announce("pay_1")

        assert [waiter.wait(1), waiter.wait(1), waiter.wait(0.3)] == [True, True, False]
