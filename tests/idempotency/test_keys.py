"""One key, one object, however often and however parallel it is asked."""

import hashlib
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from apps.idempotency.errors import CancelledBeforeArrival, KeyInProgress, KeyReused
from apps.idempotency.models import AnsweredRequest
from apps.idempotency.operations import (
    Buried,
    Claimed,
    Known,
    Subject,
    bury_key,
    claim_key,
    forget_requests,
)

pytestmark = pytest.mark.django_db(transaction=True)
NOW = timezone.now()
PAYMENT = Subject("payment", "pay_1")
BODY = hashlib.sha256(b"{}").digest()


def claim(**changes: Any) -> Claimed | Known:
    asked = {"scope": "till:1", "key": "k", "method": "POST", "path": "/payments", "body_digest": BODY}
    return claim_key(**(asked | {"subject": PAYMENT, "now": NOW} | changes))


def answer(subject: Subject = PAYMENT, before_commit: Callable[[], object] = lambda: None) -> Claimed | Known:
    with transaction.atomic():
        claimed = claim(subject=subject)
        before_commit()
    return claimed


def in_thread(work: Callable[[], object]) -> threading.Thread:
    def run() -> None:
        work()
        connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


def test_the_first_request_gets_the_key_and_a_repetition_its_object() -> None:
    first, second, third = answer(), answer(Subject("payment", "pay_2")), answer()

    assert isinstance(first, Claimed)
    assert second == third == Known(PAYMENT)


def test_another_till_may_use_the_same_key() -> None:
    answer()

    with transaction.atomic():
        assert isinstance(claim(scope="till:2"), Claimed)

    assert AnsweredRequest.objects.count() == 2


@pytest.mark.parametrize("change", [{"method": "PUT"}, {"path": "/returns"}, {"body_digest": bytes(32)}])
def test_refuses_a_key_that_was_used_for_another_request(change: dict[str, object]) -> None:
    answer()

    with pytest.raises(KeyReused) as refused:
        claim(**change)

    assert refused.value.code == "idempotency_key_reused"


def test_a_key_is_free_again_when_its_transaction_failed() -> None:
    with pytest.raises(ZeroDivisionError):
        answer(before_commit=lambda: 1 // 0)

    assert isinstance(answer(), Claimed)


def test_a_key_that_made_nothing_is_not_committed() -> None:
    with pytest.raises(IntegrityError, match="does not say what it made"), transaction.atomic():
        claim(subject=Subject("", ""))

    assert AnsweredRequest.objects.count() == 0


def test_a_parallel_repetition_waits_and_gets_the_first_ones_object() -> None:
    claimed, results = threading.Event(), []

    def slowly() -> None:
        claimed.set()
        time.sleep(0.5)

    first = in_thread(lambda: answer(before_commit=slowly))
    claimed.wait(timeout=10)
    second = in_thread(lambda: results.append(answer(Subject("payment", "pay_2"))))
    first.join(timeout=10)
    second.join(timeout=10)

    assert results == [Known(PAYMENT)]


def test_a_repetition_gives_up_after_two_seconds() -> None:
    claimed, release = threading.Event(), threading.Event()

    def hold() -> None:
        claimed.set()
        release.wait(timeout=20)

    first = in_thread(lambda: answer(before_commit=hold))
    claimed.wait(timeout=10)
    started = time.monotonic()
    with pytest.raises(KeyInProgress) as refused:
        answer()
    waited = time.monotonic() - started
    release.set()
    first.join(timeout=10)

    assert 1.9 < waited < 6
    assert refused.value.code == "idempotency_in_progress"
    assert refused.value.facts == {"retry_after_seconds": 1}
    assert answer() == Known(PAYMENT)


def test_a_buried_key_refuses_its_late_request_and_may_be_buried_twice() -> None:
    assert bury_key(scope="till:1", key="k", now=NOW) == Buried()
    assert bury_key(scope="till:1", key="k", now=NOW) == Buried()

    with pytest.raises(CancelledBeforeArrival):
        answer()


def test_burying_a_key_that_arrived_names_what_it_made() -> None:
    answer()

    assert bury_key(scope="till:1", key="k", now=NOW) == Known(PAYMENT)


def test_burying_waits_for_a_request_that_is_being_answered() -> None:
    claimed, results = threading.Event(), []

    def slowly() -> None:
        claimed.set()
        time.sleep(0.5)

    def bury() -> None:
        with transaction.atomic():
            results.append(bury_key(scope="till:1", key="k", now=NOW))

    first = in_thread(lambda: answer(before_commit=slowly))
    claimed.wait(timeout=10)
    second = in_thread(bury)
    first.join(timeout=10)
    second.join(timeout=10)

    assert results == [Known(PAYMENT)]


def test_forgets_only_what_is_old_enough() -> None:
    answer()

    assert forget_requests(before=NOW) == 0
    assert forget_requests(before=NOW + timedelta(days=90)) == 1
