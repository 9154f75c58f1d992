"""The till's request as a whole: it waits for a worker without asking the database in a loop, and never too long."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from apps.kernel.money import Money
from apps.outbox.models import Message
from apps.outbox.operations import Run, run_message, sweep
from apps.providers.models import ProviderCall
from apps.transactions.models import Payment
from apps.transactions.operations import carry_out_operation, look_at_payment, take_payment
from apps.transactions.operations import take as take_module
from apps.transactions.requests import Answered, RequestKey, Sale
from apps.transactions.states import Status
from tests.cast import WRONG_PIN, Phone
from tests.shop import Shop, open_operations


def take(
    shop: Shop, code: str, *, now: datetime, amount: int = 4250, key: RequestKey | None = None, reference: str = "T-1"
) -> Answered:
    sale = Sale(amount=Money(amount, "CHF"), reference=reference)
    return take_payment(code=code, sale=sale, point=shop.point, key=key or shop.key(), by=shop.actor, now=now)


@contextmanager
def worker() -> Iterator[None]:
    """Carry out whatever is left, as a worker process would."""
    stop = threading.Event()

    def work() -> None:
        while not stop.is_set():
            if not sweep(now=timezone.now(), limit=5):
                stop.wait(0.01)
        connection.close()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


@pytest.fixture
def short_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(take_module, "WAIT_FOR_OUTCOME", timedelta(seconds=1))


def test_waits_for_the_worker_and_answers_with_the_outcome(shop: Shop, phone: Phone, now: datetime) -> None:
    with worker():
        answer = take(shop, phone.make_code(now=now), now=timezone.now())

    assert (answer.payment.status, answer.is_replay) == (Status.AUTHORISED, False)


def test_a_no_of_ours_needs_no_worker(shop: Shop, phone: Phone, now: datetime) -> None:
    answer = take(shop, phone.make_code(now=now, pin=WRONG_PIN), now=timezone.now())

    assert (answer.payment.status, answer.payment.tries_left) == (Status.DECLINED, 2)


def test_without_a_worker_the_till_is_told_that_it_is_being_processed(
    shop: Shop, phone: Phone, now: datetime, short_patience: None
) -> None:
    began = time.monotonic()

    answer = take(shop, phone.make_code(now=now), now=timezone.now())

    assert answer.payment.status == Status.AUTHORISING
    assert 0.9 < time.monotonic() - began < 5


def test_an_unknown_outcome_is_waited_for_too(shop: Shop, phone: Phone, now: datetime) -> None:
    def find_out() -> None:
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline:
            unknown = Payment.objects.filter(status=Status.UNKNOWN).first()
            if unknown is not None:
                operation = open_operations(unknown.id)[0]
                carry_out_operation(operation_id=operation.id, now=timezone.now() + timedelta(seconds=2))
                break
            time.sleep(0.05)
        connection.close()

    asking = threading.Thread(target=find_out)
    asking.start()
    with worker():
        answer = take(shop, phone.make_code(now=now), amount=9902, now=timezone.now())
    asking.join()

    assert answer.payment.status == Status.AUTHORISED


def test_the_web_process_may_call_the_provider_itself(
    shop: Shop, phone: Phone, now: datetime, settings: Settings
) -> None:
    settings.AUTHORISE_IN = "request"

    answer = take(shop, phone.make_code(now=now), now=timezone.now())

    assert answer.payment.status == Status.AUTHORISED
    left = Message.objects.filter(topic="transactions.carry_out", done_at=None)
    assert left.count() == 1
    assert run_message(message_id=left.get().id, now=timezone.now() + timedelta(seconds=5)) == Run.DONE
    assert Payment.objects.get().status == Status.AUTHORISED
    assert ProviderCall.objects.filter(verb="authorise").count() == 1


def test_a_repetition_joins_and_gets_the_payment_as_it_is_now(shop: Shop, phone: Phone, now: datetime) -> None:
    code, key = phone.make_code(now=now), shop.key("same")
    with worker():
        first = take(shop, code, now=timezone.now(), key=key)
    shop.capture(first.payment, now=timezone.now())

    again = take(shop, code, now=timezone.now(), key=key)

    assert again.is_replay
    assert (again.payment.id, again.payment.status) == (first.payment.id, Status.CAPTURED)


def test_a_repetition_of_a_running_payment_waits_for_it(shop: Shop, phone: Phone, now: datetime) -> None:
    code, key, answers = phone.make_code(now=now), shop.key("same"), list[Answered]()

    def ask() -> None:
        answers.append(take(shop, code, now=timezone.now(), key=key))
        connection.close()

    requests = [threading.Thread(target=ask) for _ in range(3)]
    for request in requests:
        request.start()
    time.sleep(0.5)
    with worker():
        for request in requests:
            request.join()

    assert {answer.payment.status for answer in answers} == {Status.AUTHORISED}
    assert sorted(answer.is_replay for answer in answers) == [False, True, True]


def test_a_poll_waits_and_an_outcome_that_is_known_is_answered_at_once(shop: Shop, phone: Phone, now: datetime) -> None:
    started = shop.start(phone.make_code(now=now), now=timezone.now())
    began = time.monotonic()
    waiting = look_at_payment(payment_id=started.payment_id, point=shop.point, wait_seconds=0.6, now=timezone.now())
    waited = time.monotonic() - began
    assert started.operation_id is not None
    carry_out_operation(operation_id=started.operation_id, now=timezone.now())

    began = time.monotonic()
    known = look_at_payment(payment_id=started.payment_id, point=shop.point, wait_seconds=20, now=timezone.now())

    assert (waiting.status, known.status) == (Status.AUTHORISING, Status.AUTHORISED)
    assert waited > 0.5
    assert time.monotonic() - began < 5


def test_without_redis_the_row_is_read_instead(shop: Shop, phone: Phone, now: datetime, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    with worker():
        answer = take(shop, phone.make_code(now=now), now=timezone.now())

    assert answer.payment.status == Status.AUTHORISED


def test_above_the_limit_of_waiting_requests_the_answer_is_given_at_once(
    shop: Shop, phone: Phone, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = threading.BoundedSemaphore(1)
    taken.acquire()
    monkeypatch.setattr(take_module, "_places", lambda limit: taken)
    began = time.monotonic()

    answer = take(shop, phone.make_code(now=now), now=timezone.now())

    assert answer.payment.status == Status.AUTHORISING
    assert time.monotonic() - began < 2


def test_nobody_holds_a_database_connection_while_waiting(
    shop: Shop, phone: Phone, now: datetime, short_patience: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = []
    original = take_module.Waiter.wait

    def wait(self: take_module.Waiter, seconds: float) -> bool:
        held.append(connection.connection is not None)
        return original(self, seconds)

    monkeypatch.setattr(take_module.Waiter, "wait", wait)

    take(shop, phone.make_code(now=now), now=timezone.now())

    assert held == [False]
