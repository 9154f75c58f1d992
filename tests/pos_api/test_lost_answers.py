"""A till that sent a sale, never read the answer, and does not know an id: it gives up by the key."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import connections, transaction

from apps.audit.models import Record
from apps.idempotency.operations import Subject, claim_key
from apps.merchants.operations import create_till
from apps.transactions.models import Payment
from apps.transactions.operations.claiming import scope_of
from tests.cast import Phone
from tests.pos_api.till import TillProgram, assert_problem, body_of, connect, sale
from tests.shop import STAFF, Shop, make_shop


def lost(key: str, reference: str) -> dict[str, str]:
    return {"idempotency_key": key, "reference": reference}


def test_a_sale_that_did_arrive_is_cancelled(till: TillProgram, phone: Phone, now: datetime) -> None:
    arrived = body_of(till.post("payments", sale(phone.make_code(now=now), reference="R1"), key="lost"))

    answers = [till.post("cancellations", lost("lost", "R1")) for _ in range(2)]

    for answer in answers:
        assert answer.status_code == 200
        off = body_of(answer)
        assert (off["object"], off["id"], off["status"]) == ("payment", arrived["id"], "cancelled")
        assert off["safe_to_retry"]


def test_one_that_never_came_is_refused_should_it_still_come(till: TillProgram, phone: Phone, now: datetime) -> None:
    answers = [till.post("cancellations", lost("lost", "R1")) for _ in range(2)]

    for answer in answers:
        assert answer.status_code == 200
        assert body_of(answer) == {
            "object": "cancellation",
            "status": "never_arrived",
            "idempotency_key": "lost",
            "reference": "R1",
            "safe_to_release_goods": False,
            "safe_to_retry": True,
        }
    late = till.post("payments", sale(phone.make_code(now=now), reference="R1"), key="lost")
    assert_problem(late, 409, "cancelled_before_arrival")
    assert not Payment.objects.exists()
    facts = Record.objects.filter(action="payment.cancelled_before_arrival").values_list("facts", flat=True)
    assert set(map(str, facts)) == {"{'reference': 'R1'}"}
    # A new intention has a new key, and the same receipt number.
    assert till.pay(phone.make_code(now=now), reference="R1")["status"] == "authorised"


def test_a_captured_one_is_given_back(till: TillProgram, phone: Phone, now: datetime) -> None:
    till.post("payments", sale(phone.make_code(now=now), reference="R1", capture="automatic"), key="lost")

    off = body_of(till.post("cancellations", lost("lost", "R1")))

    assert (off["status"], off["refund_status"], off["safe_to_release_goods"]) == ("captured", "pending", False)


def test_a_key_of_another_sale_cancels_nothing(till: TillProgram, phone: Phone, now: datetime) -> None:
    sold = body_of(till.post("payments", sale(phone.make_code(now=now), reference="R1"), key="lost"))

    refused = till.post("cancellations", lost("lost", "R2"))

    assert assert_problem(refused, 409, "other_reference")["payment"] == sold["id"]
    assert body_of(till.get(f"payments/{sold['id']}"))["status"] == "authorised"


def test_a_key_of_something_else_cancels_nothing(till: TillProgram, phone: Phone, now: datetime) -> None:
    sold = till.pay(phone.make_code(now=now), reference="R1", capture="automatic")
    till.post(f"payments/{sold['id']}/refunds", {"amount": 1, "currency": "CHF"}, key="refund")

    assert_problem(till.post("cancellations", lost("refund", "R1")), 422, "idempotency_key_reused")


def test_keys_are_a_tills_own(till: TillProgram, shop: Shop, phone: Phone, now: datetime) -> None:
    neighbour = create_till(store_id=shop.store.id, name="Kasse 2", by=STAFF, now=now)
    sold = body_of(till.post("payments", sale(phone.make_code(now=now), reference="R1"), key="lost"))

    for other in (connect(replace(shop, till=neighbour), now=now), connect(make_shop(now=now), now=now)):
        assert body_of(other.post("cancellations", lost("lost", "R1")))["status"] == "never_arrived"
    assert body_of(till.get(f"payments/{sold['id']}"))["status"] == "authorised"


def test_while_the_lost_request_is_at_work_nobody_guesses(till: TillProgram, shop: Shop, now: datetime) -> None:
    claimed, answered = threading.Event(), threading.Event()

    def be_slow() -> None:
        try:
            with transaction.atomic():
                claim_key(
                    scope=scope_of(shop.point),
                    key="lost",
                    method="POST",
                    path="/api/pos/v1/payments",
                    body_digest=b"",
                    subject=Subject("payment", "another"),
                    now=now,
                )
                claimed.set()
                answered.wait(30)
                transaction.set_rollback(True)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        slow = pool.submit(be_slow)
        claimed.wait(30)
        refused = till.post("cancellations", lost("lost", "R1"))
        answered.set()
        slow.result()

    assert_problem(refused, 409, "idempotency_in_progress")
    assert refused.headers["Retry-After"] == "1"
    assert body_of(till.post("cancellations", lost("lost", "R1")))["status"] == "never_arrived"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"idempotency_key": "lost"}, "invalid_field"),
        ({"reference": "R1"}, "invalid_field"),
        (lost("", "R1"), "invalid_field"),
        (lost("x" * 256, "R1"), "invalid_field"),
        (lost("l\u00f6st", "R1"), "invalid_field"),
        (lost("lost", "R 1"), "invalid_field"),
        (lost("lost", "R1") | {"amount": 1}, "unknown_field"),
    ],
)
def test_a_cancellation_is_read_strictly(till: TillProgram, body: dict[str, object], code: str) -> None:
    assert_problem(till.post("cancellations", body), 422, code)


def test_it_asks_for_a_key_of_its_own(till: TillProgram) -> None:
    refused = till.post("cancellations", lost("lost", "R1"), HTTP_IDEMPOTENCY_KEY="")

    assert_problem(refused, 400, "idempotency_key_missing")
