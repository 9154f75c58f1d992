"""The customer answers what is asked of him: yes with the PIN, no without, with the phone that made the code."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from apps.customers.operations import move_customer
from apps.customers.states import CustomerStatus
from apps.live.presence import end_presence, note_presence
from apps.transactions.models import Operation, Payment
from apps.transactions.operations import meet_deadline
from tests.cast import STAFF, WRONG_PIN, Phone, make_phone
from tests.shop import Shop, carry_out_all
from tests.wallet_api.door import Door, assert_problem, body_of, come_in, consent_request, encoded


@pytest.fixture
def asked(shop: Shop, phone: Phone, now: datetime) -> Payment:
    """A second payment within three hundred seconds, of a phone that is online."""
    shop.sell(phone, 4250, now=now)
    note_presence(str(phone.identity.id))
    payment = shop.sell(phone, 990, now=now)
    end_presence(str(phone.identity.id))
    return payment


def address(payment: Payment) -> str:
    return f"consents/{payment.public_id}"


def test_a_phone_shows_what_is_asked_as_it_is_to_be_signed(
    door: Door, phone: Phone, shop: Shop, asked: Payment, now: datetime
) -> None:
    shown = body_of(door.get(f"payments/{asked.public_id}"))

    assert (shown["status"], shown["amount"], shown["currency"]) == ("action_required", 990, "CHF")
    assert shown["merchant"] == shop.merchant.legal_name
    assert shown["action"] == {
        "type": "customer_consent",
        "deadline": (now + timedelta(seconds=30)).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
        "device": phone.identity.public_id,
    }
    assert body_of(door.get("payments"))["data"][0] == shown


def test_a_yes_goes_to_the_bank(door: Door, phone: Phone, asked: Payment, now: datetime) -> None:
    answer = body_of(door.post(address(asked), consent_request(phone, asked)))

    assert (answer["status"], answer["action"]) == ("processing", None)
    assert carry_out_all(asked.id, now=now).status == "authorised"


def test_a_no_declines_without_the_pin_and_nothing_is_sent(door: Door, phone: Phone, asked: Payment) -> None:
    answer = body_of(door.post(address(asked), consent_request(phone, asked, is_yes=False)))

    assert (answer["status"], answer["decline"]["code"]) == ("declined", "customer_refused")
    assert not Operation.objects.filter(payment=asked).exists()


def test_a_wrong_pin_costs_a_try_of_the_one_count_and_the_question_stays(
    door: Door, phone: Phone, asked: Payment
) -> None:
    for left in (2, 1, 0):
        wrong = assert_problem(
            door.post(address(asked), consent_request(phone, asked, pin=WRONG_PIN)), 403, "pin_wrong"
        )
        assert wrong["tries_left"] == left

    assert_problem(door.post(address(asked), consent_request(phone, asked)), 403, "pin_locked")
    assert body_of(door.get("device"))["pin"] == {"state": "locked", "epoch": 1, "tries_left": 0}
    # Without the PIN there is still a no.
    body_of(door.post(address(asked), consent_request(phone, asked, is_yes=False)))


def test_a_yes_without_a_proof_is_told_and_costs_nothing(door: Door, phone: Phone, asked: Payment) -> None:
    problem = assert_problem(door.post(address(asked), consent_request(phone, asked, pin=None)), 422, "invalid_field")

    assert problem["errors"][0]["pointer"] == "/pin_ok"
    assert phone.device().pin_tries_left == 3


@pytest.mark.parametrize("change", ["amount_minor", "merchant", "currency", "id"])
def test_what_was_shown_otherwise_is_not_consented_to(
    door: Door, phone: Phone, shop: Shop, asked: Payment, change: str
) -> None:
    request = consent_request(phone, changed(asked, change, shop))

    assert_problem(door.post(address(asked), request), 403, "signature_invalid")
    assert phone.device().pin_tries_left == 3
    assert Payment.objects.get(id=asked.id).status == "action_required"


def changed(payment: Payment, change: str, shop: Shop) -> Payment:
    other = Payment.objects.select_related("merchant").get(id=payment.id)
    match change:
        case "amount_minor":
            other.amount_minor += 1
        case "merchant":
            other.merchant.legal_name += " "
        case "currency":
            other.currency = "EUR"
        case "id":
            other.id = Payment.objects.exclude(id=payment.id).latest("id").id
    return other


def test_a_no_is_no_yes(door: Door, phone: Phone, asked: Payment) -> None:
    refusal, consent = consent_request(phone, asked, is_yes=False), consent_request(phone, asked)

    turned = refusal | {"decision": "yes", "pin_ok": consent["pin_ok"]}

    assert_problem(door.post(address(asked), turned), 403, "signature_invalid")


def test_a_customer_who_was_frozen_meanwhile_can_only_say_no(door: Door, phone: Phone, asked: Payment) -> None:
    move_customer(customer_id=phone.customer.id, to=CustomerStatus.FROZEN, reason="asked", by=STAFF, now=timezone.now())

    assert_problem(door.post(address(asked), consent_request(phone, asked)), 403, "customer_frozen")
    assert body_of(door.post(address(asked), consent_request(phone, asked, is_yes=False)))["status"] == "declined"


def test_only_the_phone_that_made_the_code_answers(phone: Phone, asked: Payment, now: datetime) -> None:
    second = make_phone(now=now, customer=phone.customer)
    door = come_in(second)

    assert body_of(door.get(f"payments/{asked.public_id}"))["action"]["device"] == phone.identity.public_id
    for request in (consent_request(second, asked), consent_request(phone, asked)):
        assert_problem(door.post(address(asked), request), 404, "payment_not_found")


def test_nobody_answers_for_a_stranger(asked: Payment, now: datetime) -> None:
    stranger = make_phone(now=now)

    answer = come_in(stranger).post(address(asked), consent_request(stranger, asked))

    assert_problem(answer, 404, "payment_not_found")


@pytest.mark.parametrize("nobody", ["pay_00000000000000000000000000", "dev_00000000000000000000000000", "x", "%00"])
def test_what_is_no_payment_is_not_found(door: Door, phone: Phone, asked: Payment, nobody: str) -> None:
    assert_problem(door.post(f"consents/{nobody}", consent_request(phone, asked)), 404, "payment_not_found")


def test_a_question_is_answered_once(door: Door, phone: Phone, asked: Payment) -> None:
    request = consent_request(phone, asked)
    body_of(door.post(address(asked), request))

    assert_problem(door.post(address(asked), request), 409, "wrong_state")
    assert_problem(door.post(address(asked), consent_request(phone, asked, is_yes=False)), 409, "wrong_state")
    assert Operation.objects.filter(payment=asked).count() == 1


def test_after_the_deadline_nothing_is_asked(door: Door, phone: Phone, asked: Payment) -> None:
    meet_deadline(payment_id=asked.id, now=timezone.now() + timedelta(seconds=31))

    assert_problem(door.post(address(asked), consent_request(phone, asked)), 409, "wrong_state")


def test_a_payment_that_asks_nothing_is_in_the_wrong_state(door: Door, phone: Phone, shop: Shop, now: datetime) -> None:
    payment = shop.sell(phone, now=now)

    assert_problem(door.post(address(payment), consent_request(phone, payment)), 409, "wrong_state")


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"decision": "maybe"}, "invalid_field"),
        ({"decision": True}, "invalid_field"),
        ({"decision": None}, "invalid_field"),
        ({"signature": "AA"}, "invalid_field"),
        ({"pin_ok": encoded(bytes(31))}, "invalid_field"),
        ({"pin_ok": None}, "invalid_field"),
        ({"amount": 1}, "unknown_field"),
        ({"status": "authorised"}, "unknown_field"),
    ],
)
def test_d16_a_decision_says_nothing_else(
    door: Door, phone: Phone, asked: Payment, change: dict[str, object], code: str
) -> None:
    assert_problem(door.post(address(asked), consent_request(phone, asked) | change), 422, code)  # type: ignore[operator]

    assert phone.device().pin_tries_left == 3
    assert Payment.objects.get(id=asked.id).status == "action_required"
