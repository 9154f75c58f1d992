"""Selling through the real door: a phone's code, the sandbox bank, and what the till is told."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime

import pytest
from django.db import connections, transaction
from pytest_django import DjangoAssertNumQueries, Settings

from apps.idempotency.operations import Subject, claim_key
from apps.merchants.models import Mode
from apps.merchants.operations import create_till
from apps.merchants.queries import business_date
from apps.transactions.models import Payment
from apps.transactions.operations.claiming import scope_of
from tests.cast import WRONG_PIN, Phone
from tests.pos_api.till import TillProgram, assert_problem, body_of, connect, sale
from tests.shop import PLENTY, STAFF, Shop, make_shop

LINES = [
    {"name": "Äpfel", "quantity": "1.250", "amount": 500, "vat_rate_basis_points": 260},
    {"name": "Pfand", "quantity": "1", "amount": -50, "vat_rate_basis_points": 0},
    {"name": "Wein", "quantity": "2", "amount": 3800, "vat_rate_basis_points": 810},
]


def test_a_sale_is_held_and_then_captured(till: TillProgram, phone: Phone, now: datetime) -> None:
    held = till.post("payments", sale(phone.make_code(now=now), lines=LINES, cashier="0042"))

    assert held.status_code == 201
    payment = body_of(held)
    assert (payment["status"], payment["authorised"], payment["remaining"]) == ("authorised", 4250, 4250)
    assert (payment["final"], payment["safe_to_release_goods"], payment["safe_to_retry"]) == (False, False, False)
    assert payment["instrument"]["kind"] == "bank_account"
    assert payment["expires_at"] is not None

    captured = till.post(f"payments/{payment['id']}/capture")

    assert captured.status_code == 200
    sold = body_of(captured)
    assert (sold["status"], sold["captured"], sold["remaining"], sold["final"]) == ("captured", 4250, 0, True)
    assert (sold["safe_to_release_goods"], sold["safe_to_retry"], sold["expires_at"]) == (True, False, None)
    assert sold["version"] > payment["version"]
    assert "2 Wein                               38.00" in sold["receipt"]["customer"]
    assert any("0042" in line for line in sold["receipt"]["merchant"])


def test_an_automatic_capture_needs_no_second_call(till: TillProgram, phone: Phone, now: datetime) -> None:
    payment = till.pay(phone.make_code(now=now), capture="automatic")

    assert (payment["status"], payment["safe_to_release_goods"]) == ("captured", True)


def test_a_part_is_captured_and_the_rest_kept_for_more(till: TillProgram, phone: Phone, now: datetime) -> None:
    payment = till.pay(phone.make_code(now=now))
    path = f"payments/{payment['id']}/capture"

    first = body_of(till.post(path, {"amount": 1000, "currency": "CHF", "final": False}))
    assert (first["status"], first["captured"], first["remaining"]) == ("captured", 1000, 3250)
    assert first["expires_at"] is not None

    second = body_of(till.post(path, {"amount": 3000, "currency": "CHF"}))
    assert (second["captured"], second["remaining"], second["expires_at"]) == (4000, 0, None)


def test_a_cancelled_sale_may_be_tried_again(till: TillProgram, phone: Phone, now: datetime) -> None:
    payment = till.pay(phone.make_code(now=now))

    cancelled = till.post(f"payments/{payment['id']}/cancel", {})
    again = till.post(f"payments/{payment['id']}/cancel")

    for answer in (cancelled, again):
        assert answer.status_code == 200
        off = body_of(answer)
        assert (off["status"], off["final"], off["safe_to_retry"]) == ("cancelled", True, True)
        assert (off["remaining"], off["expires_at"], off["receipt"]) == (0, None, None)


def test_a_captured_sale_that_is_cancelled_is_given_back(till: TillProgram, phone: Phone, now: datetime) -> None:
    payment = till.pay(phone.make_code(now=now), capture="automatic")

    off = till.post(f"payments/{payment['id']}/cancel").json()

    assert (off["status"], off["refund_status"], off["safe_to_release_goods"]) == ("captured", "pending", False)


def test_a_wrong_pin_says_what_to_do_in_both_languages(till: TillProgram, phone: Phone, now: datetime) -> None:
    payment = till.pay(phone.make_code(now=now, pin=WRONG_PIN), language="fr")

    assert (payment["status"], payment["final"], payment["safe_to_retry"]) == ("declined", True, True)
    decline = payment["decline"]
    assert (decline["code"], decline["tries_left"], decline["action"]) == ("pin_wrong", 2, "new_code")
    assert decline["cashier_message"].startswith("Falsche PIN")
    assert decline["customer_message"].startswith("Le PIN était incorrect")
    assert payment["receipt"]["merchant"] == []
    assert "Rien n’a été débité." in payment["receipt"]["customer"]


@pytest.mark.parametrize(
    ("amount", "code", "action"),
    [
        (9911, "insufficient_funds", "other_instrument"),
        (9914, "suspected_fraud", "other_means"),
        (9920, "provider_unavailable", "wait"),
    ],
)
def test_a_no_of_the_bank_has_words(
    till: TillProgram, phone: Phone, now: datetime, amount: int, code: str, action: str
) -> None:
    decline = till.pay(phone.make_code(now=now), amount)["decline"]

    assert (decline["code"], decline["action"]) == (code, action)
    assert decline["cashier_message"]
    assert decline["customer_message"]
    assert "tries_left" not in decline


def test_a_code_is_spent_once(till: TillProgram, phone: Phone, now: datetime) -> None:
    code = phone.make_code(now=now)
    till.pay(code)

    assert till.pay(code)["decline"]["code"] == "already_used"


def test_an_unknown_outcome_is_202_and_asked_for_again(till: TillProgram, phone: Phone, now: datetime) -> None:
    response = till.post("payments", sale(phone.make_code(now=now), 9904))

    assert (response.status_code, response.headers["Retry-After"]) == (202, "1")
    payment = body_of(response)
    assert (payment["status"], payment["final"], payment["poll_after_ms"]) == ("processing", False, 500)
    assert (payment["safe_to_release_goods"], payment["safe_to_retry"], payment["receipt"]) == (False, False, None)

    looked = till.get(f"payments/{payment['id']}?wait=0")
    assert (looked.status_code, body_of(looked)["status"]) == (200, "processing")
    refused = till.post(f"payments/{payment['id']}/capture")
    assert_problem(refused, 409, "wrong_state")
    assert refused.headers["Retry-After"] == "1"

    cancelled = body_of(till.post(f"payments/{payment['id']}/cancel"))
    assert (cancelled["status"], cancelled["safe_to_retry"]) == ("cancelled", True)


def test_a_repetition_gets_the_payment_as_it_is_now(till: TillProgram, phone: Phone, now: datetime) -> None:
    body = sale(phone.make_code(now=now))
    first = till.post("payments", body, key="once")
    till.post(f"payments/{body_of(first)['id']}/capture")

    again = till.post("payments", body, key="once")

    assert (again.status_code, again.headers["Idempotent-Replayed"]) == (201, "true")
    assert "Idempotent-Replayed" not in first.headers
    assert (body_of(again)["id"], body_of(again)["status"]) == (body_of(first)["id"], "captured")
    assert Payment.objects.count() == 1


def test_captures_and_cancels_are_repeated_safely_too(till: TillProgram, phone: Phone, now: datetime) -> None:
    payment = till.pay(phone.make_code(now=now))
    path = f"payments/{payment['id']}/capture"
    body = {"amount": 1000, "currency": "CHF", "final": False}

    first, again = till.post(path, body, key="take"), till.post(path, body, key="take")

    assert (first.status_code, again.status_code) == (200, 200)
    assert (body_of(again)["captured"], again.headers["Idempotent-Replayed"]) == (1000, "true")


def test_a_key_is_for_one_request_only(till: TillProgram, phone: Phone, now: datetime) -> None:
    body = sale(phone.make_code(now=now))
    payment = body_of(till.post("payments", body, key="once"))

    assert_problem(till.post("payments", body | {"amount": 1}, key="once"), 422, "idempotency_key_reused")
    assert_problem(till.post(f"payments/{payment['id']}/cancel", key="once"), 422, "idempotency_key_reused")


def test_a_key_is_a_tills_own(till: TillProgram, shop: Shop, phone: Phone, now: datetime) -> None:
    neighbour = create_till(store_id=shop.store.id, name="Kasse 2", by=STAFF, now=now)
    other = connect(replace(shop, till=neighbour), now=now)
    mine = till.post("payments", sale(phone.make_code(now=now)), key="once")

    theirs = other.post("payments", sale(phone.make_code(now=now), 100), key="once")

    assert (mine.status_code, theirs.status_code) == (201, 201)
    assert body_of(mine)["id"] != body_of(theirs)["id"]


def test_what_is_still_being_answered_says_when_to_come_back(
    till: TillProgram, shop: Shop, phone: Phone, now: datetime
) -> None:
    claimed, answered = threading.Event(), threading.Event()

    def be_slow() -> None:
        try:
            with transaction.atomic():
                claim_key(
                    scope=scope_of(shop.point),
                    key="once",
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
        refused = till.post("payments", sale(phone.make_code(now=now)), key="once")
        answered.set()
        slow.result()

    assert_problem(refused, 409, "idempotency_in_progress")
    assert refused.headers["Retry-After"] == "1"
    assert not Payment.objects.exists()


def test_a_sale_that_is_sent_six_times_at_once_is_sold_once(till: TillProgram, phone: Phone, now: datetime) -> None:
    body = sale(phone.make_code(now=now))

    def post(_: int) -> str:
        try:
            response = till.post("payments", body, key="once")
            assert response.status_code in (201, 202)
            return str(body_of(response)["id"])
        finally:
            connections.close_all()

    with ThreadPoolExecutor(6) as pool:
        identifiers = set(pool.map(post, range(6)))

    assert len(identifiers) == Payment.objects.count() == 1


def test_finds_a_sale_after_a_lost_answer(till: TillProgram, phone: Phone, shop: Shop, now: datetime) -> None:
    lost = [till.pay(phone.make_code(now=now, pin=WRONG_PIN), reference="R1")["id"]]
    lost.append(till.pay(phone.make_code(now=now), reference="R1")["id"])
    day = business_date(shop.merchant, now=now)

    page = body_of(till.get("payments?reference=R1&limit=1"))
    assert [each["id"] for each in page["data"]] == [lost[1]]
    rest = body_of(till.get(f"payments?reference=R1&date={day}&cursor={page['next_cursor']}"))
    assert ([each["id"] for each in rest["data"]], rest["next_cursor"]) == ([lost[0]], None)

    assert body_of(till.get("payments?reference=R1&date=2020-02-29"))["data"] == []
    assert body_of(connect(make_shop(now=now), now=now).get("payments?reference=R1"))["data"] == []


def test_a_receipt_number_has_one_live_sale(till: TillProgram, phone: Phone, now: datetime) -> None:
    live = till.pay(phone.make_code(now=now), reference="R1")

    refused = till.post("payments", sale(phone.make_code(now=now), reference="R1"))

    assert assert_problem(refused, 409, "reference_in_use")["payment"] == live["id"]


def test_another_merchants_payment_is_not_there(till: TillProgram, phone: Phone, now: datetime) -> None:
    payment = till.pay(phone.make_code(now=now))["id"]
    stranger = connect(make_shop(now=now), now=now)

    assert_problem(stranger.get(f"payments/{payment}"), 404, "payment_not_found")
    assert_problem(stranger.post(f"payments/{payment}/capture"), 404, "payment_not_found")
    assert_problem(stranger.post(f"payments/{payment}/cancel"), 404, "payment_not_found")
    assert body_of(till.get(f"payments/{payment}"))["status"] == "authorised"


def test_a_test_key_does_not_see_live_payments(till: TillProgram, phone: Phone, shop: Shop, now: datetime) -> None:
    payment = till.pay(phone.make_code(now=now))["id"]
    training = connect(shop, now=now, mode=Mode.TEST)

    assert_problem(training.get(f"payments/{payment}"), 404, "payment_not_found")


def test_a_test_key_trains_with_training_codes_only(
    shop: Shop, phone: Phone, now: datetime, settings: Settings
) -> None:
    settings.TRAINING_PROVIDER = shop.bank.code
    training = connect(shop, now=now, mode=Mode.TEST)

    played = training.pay(phone.make_code(now=now, is_training=True), capture="automatic")
    assert played["status"] == "captured"
    assert "*** ÜBUNG: KEINE ZAHLUNG ***" in played["receipt"]["customer"]
    assert training.pay(phone.make_code(now=now))["decline"]["code"] == "wrong_mode"


@pytest.mark.parametrize(
    ("amount", "status", "told"),
    [
        (9931, "processing", None),
        (9932, "action_required", "customer_consent"),
        (9933, "action_required", "cashier_confirm"),
    ],
)
def test_training_amounts_play_what_people_decide(
    shop: Shop, phone: Phone, now: datetime, settings: Settings, amount: int, status: str, told: str | None
) -> None:
    settings.TRAINING_PROVIDER = shop.bank.code
    training = connect(shop, now=now, mode=Mode.TEST)

    played = training.pay(phone.make_code(now=now, is_training=True), amount)

    assert (played["status"], (played["action"] or {"type": None})["type"]) == (status, told)


def test_a_live_key_trains_when_it_says_so(
    till: TillProgram, shop: Shop, phone: Phone, now: datetime, settings: Settings
) -> None:
    settings.TRAINING_PROVIDER = shop.bank.code

    assert till.pay(phone.make_code(now=now, is_training=True), training=True)["status"] == "authorised"
    assert till.pay(phone.make_code(now=now, is_training=True))["decline"]["code"] == "wrong_mode"
    assert till.pay(phone.make_code(now=now), training=True)["decline"]["code"] == "wrong_mode"


def test_the_till_is_told_who_it_is(
    till: TillProgram, shop: Shop, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1):
        response = till.get("till")

    answer = body_of(response)
    assert answer.pop("server_time")
    assert answer == {
        "object": "till",
        "id": shop.till.public_id,
        "name": "Kasse 1",
        "kind": "attended",
        "mode": "live",
        "store": {"id": shop.store.public_id, "name": "Bahnhof"},
        "merchant": {
            "id": shop.merchant.public_id,
            "legal_name": shop.merchant.legal_name,
            "vat_number": "",
            "currency": "CHF",
            "time_zone": "Europe/Zurich",
        },
        "limits": {"per_payment": PLENTY.amount, "per_day": None},
        "languages": ["de", "fr", "it", "en"],
        "language": "de",
    }
