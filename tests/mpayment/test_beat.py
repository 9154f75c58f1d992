from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import OperationalError, connections
from django.utils import timezone
from pytest_django.fixtures import Settings

from apps.outbox.models import Message
from apps.outbox.operations import sweep
from mpayment import beat
from mpayment.beat import Beat
from tests.mpayment import doorbells

MINUTE = timedelta(minutes=1)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def topics(settings: Settings) -> None:
    settings.OUTBOX_DOORBELL = ""
    settings.OUTBOX_HANDLERS = {"minutely": "tests.mpayment.doorbells.note_down"}
    doorbells.ran.clear()


def test_leaves_one_note_at_the_start_and_one_per_interval() -> None:
    clock = Beat({"minutely": MINUTE})
    start = timezone.now()

    left = []
    for seconds in range(0, 181, 20):
        now = start + timedelta(seconds=seconds)
        left.append(len(clock.tick(now)))
        sweep(now=now, limit=10)

    assert left == [1, 0, 0, 1, 0, 0, 1, 0, 0, 1]
    assert len(doorbells.ran) == Message.objects.filter(done_at__isnull=False).count() == 4


def test_leaves_no_second_note_while_one_waits() -> None:
    clock = Beat({"minutely": MINUTE})
    start = timezone.now()

    assert clock.tick(start) == ["minutely"]
    assert clock.tick(start + MINUTE) == []
    assert Beat({"minutely": MINUTE}).tick(start + MINUTE) == []

    assert Message.objects.count() == 1


def test_two_clocks_at_once_leave_one_note() -> None:
    now = timezone.now()

    def tick(_: int) -> list[str]:
        try:
            return Beat({"minutely": MINUTE}).tick(now)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as pool:
        left = [topic for topics in pool.map(tick, range(4)) for topic in topics]

    assert left == ["minutely"]
    assert Message.objects.count() == 1


def test_a_note_that_could_not_be_left_is_still_due(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Beat({"minutely": MINUTE})
    now = timezone.now()

    def fail(**_: object) -> None:
        raise OperationalError("the database is away")

    with monkeypatch.context() as patch:
        patch.setattr(beat, "leave_message", fail)
        with pytest.raises(OperationalError):
            clock.tick(now)

    assert clock.tick(now) == ["minutely"]
