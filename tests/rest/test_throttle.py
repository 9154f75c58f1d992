"""Buckets of tokens: the same promises from Redis and from a process that has to do without it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

import pytest
from pytest_django import Settings

from apps.live.connection import live_redis
from apps.rest import throttle
from apps.rest.errors import TooManyRequests
from apps.rest.throttle import Draw, Drawn, LocalBuckets, Rate, draw, require

SLOW = Rate(per_second=0.001, at_once=3)


def local() -> Callable[..., Drawn]:
    buckets = LocalBuckets()
    return lambda *draws: buckets.draw(draws, 100.0)


@pytest.fixture(params=["redis", "local"])
def taking(request: pytest.FixtureRequest) -> Callable[..., Drawn]:
    return draw if request.param == "redis" else local()


@pytest.fixture
def name() -> str:
    return f"test:{uuid4()}"


def test_so_many_at_once_and_then_a_wait(taking: Callable[..., Drawn], name: str) -> None:
    taken = [taking(Draw(name, SLOW)) for _ in range(4)]

    assert [each.wait_seconds > 0 for each in taken] == [False, False, False, True]
    assert [round(each.left) for each in taken] == [2, 1, 0, 0]
    assert 900 < taken[-1].wait_seconds <= 1000


def test_asking_takes_nothing(taking: Callable[..., Drawn], name: str) -> None:
    for _ in range(5):
        assert taking(Draw(name, SLOW, tokens=0)) == Drawn(0.0, 3.0)
    for _ in range(3):
        taking(Draw(name, SLOW))
    assert taking(Draw(name, SLOW, tokens=0)).wait_seconds > 0


def test_all_buckets_give_or_none(taking: Callable[..., Drawn], name: str) -> None:
    empty, full = Draw(f"{name}:1", SLOW), Draw(f"{name}:2", SLOW)
    for _ in range(3):
        taking(empty)

    assert taking(full, empty).wait_seconds > 0
    assert taking(full).left == 2.0


def test_fills_again_while_nobody_takes() -> None:
    buckets, each = LocalBuckets(), Draw("x", Rate(per_second=2, at_once=4))
    for _ in range(4):
        buckets.draw((each,), 100.0)

    assert buckets.draw((each,), 100.0).wait_seconds == 0.5
    assert buckets.draw((each,), 100.5) == Drawn(0.0, 0.0)
    assert buckets.draw((each,), 1000.0) == Drawn(0.0, 3.0)


def test_redis_forgets_a_bucket_that_is_full_again(name: str) -> None:
    draw(Draw(name, Rate(per_second=1, at_once=3)))

    assert 0 < live_redis().ttl(f"rate:{name}") <= 4


def test_whoever_comes_too_often_is_told_when_to_come_again(name: str) -> None:
    for _ in range(3):
        require(Draw(name, SLOW))

    with pytest.raises(TooManyRequests) as refused:
        require(Draw(name, SLOW))
    assert 900 < float(str(refused.value.facts["retry_after_seconds"])) <= 1000


def test_twenty_at_once_take_no_more_than_there_is(name: str) -> None:
    with ThreadPoolExecutor(10) as pool:
        taken = list(pool.map(lambda _: draw(Draw(name, SLOW)).wait_seconds == 0, range(20)))

    assert sum(taken) == 3


def test_a_redis_that_fails_is_left_alone_for_a_moment(
    name: str, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(throttle, "_away_until", 0.0)
    monkeypatch.setattr(throttle, "_local", LocalBuckets())
    asked: list[int] = []

    def count() -> object:
        asked.append(1)
        return live_redis()

    monkeypatch.setattr(throttle, "live_redis", count)
    settings.REDIS_URL = "unix:///nowhere/redis.sock?db=0"

    waits = [draw(Draw(name, SLOW)).wait_seconds for _ in range(4)]

    assert [wait > 0 for wait in waits] == [False, False, False, True]
    assert len(asked) == 1


def test_too_many_local_buckets_are_forgotten_rather_than_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "MOST_LOCAL_BUCKETS", 2)
    buckets = LocalBuckets()

    for number in range(5):
        assert buckets.draw((Draw(str(number), SLOW),), 1.0) == Drawn(0.0, 2.0)
