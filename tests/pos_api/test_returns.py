"""A customer at the service desk shows a code with purpose 1; what was bought here is listed, by line."""

from dataclasses import replace
from datetime import datetime

import pytest

from apps.codes.models import SpentCode
from apps.kernel.ids import public_id
from apps.merchants.models import Mode
from apps.paycode.claims import Purpose
from apps.transactions.models import Return
from tests.cast import WRONG_PIN, Phone
from tests.pos_api.till import Json, TillProgram, assert_problem, body_of, connect
from tests.shop import Shop, make_payer, make_shop

WINE = {"name": "Wein", "quantity": "2", "amount": 3800, "vat_rate_basis_points": 810}
FRUIT = {"name": "Äpfel", "quantity": "1", "amount": 450, "vat_rate_basis_points": 260}


def scan(till: TillProgram, code: str, **fields: object) -> Json:
    answer = till.post("returns", {"code": code} | fields)
    assert answer.status_code == 201, answer.content
    return body_of(answer)


def return_code(phone: Phone, now: datetime, pin: str | None = None) -> str:
    return phone.make_code(now=now, purpose=Purpose.RETURN, pin=pin)


def test_lists_what_can_be_given_back_by_line(till: TillProgram, phone: Phone, now: datetime) -> None:
    sold = till.pay(phone.make_code(now=now), capture="automatic", lines=[WINE, FRUIT])
    till.post(f"payments/{sold['id']}/refunds", {"amount": 450, "currency": "CHF", "lines": [FRUIT]})
    # Neither is anything that can be given back.
    till.pay(phone.make_code(now=now), 100)
    given_back = till.pay(phone.make_code(now=now), 200, capture="automatic")
    till.post(f"payments/{given_back['id']}/cancel")

    returned = scan(till, return_code(phone, now))

    assert (returned["object"], returned["decline"]) == ("return", None)
    (sale,) = returned["sales"]
    assert (sale["id"], sale["object"], sale["refundable"]) == (sold["id"], "payment", 3800)
    assert (sale["lines"], sale["returned_lines"], sale["store"]) == ([WINE, FRUIT], [FRUIT], "Bahnhof")
    assert sale["receipt"] is None


def test_what_was_chosen_is_given_back(till: TillProgram, phone: Phone, now: datetime) -> None:
    till.pay(phone.make_code(now=now), capture="automatic", lines=[WINE, FRUIT])
    (sale,) = scan(till, return_code(phone, now))["sales"]

    refund = till.post(f"payments/{sale['id']}/refunds", {"amount": 3800, "currency": "CHF", "lines": [WINE]})

    assert refund.status_code == 201
    assert scan(till, return_code(phone, now))["sales"][0]["refundable"] == 450


def test_a_return_is_repeated_safely_and_its_code_names_it(till: TillProgram, phone: Phone, now: datetime) -> None:
    body = {"code": return_code(phone, now)}

    first, again = (till.post("returns", body, key="once") for _ in range(2))

    assert (first.status_code, again.status_code, again.headers["Idempotent-Replayed"]) == (201, 201, "true")
    assert body_of(again)["id"] == body_of(first)["id"]
    spent = SpentCode.objects.get()
    assert (spent.subject_kind, public_id("ret", spent.subject_id)) == ("return", body_of(first)["id"])
    assert Return.objects.count() == 1


def test_a_code_is_spent_by_a_return(till: TillProgram, phone: Phone, now: datetime) -> None:
    code = return_code(phone, now)
    scan(till, code)

    assert scan(till, code)["decline"]["code"] == "already_used"


def test_a_no_has_the_same_words_as_a_payment(till: TillProgram, phone: Phone, now: datetime) -> None:
    wrong_pin = scan(till, return_code(phone, now, pin=WRONG_PIN), language="fr")
    to_pay = scan(till, phone.make_code(now=now))

    assert wrong_pin["sales"] == []
    assert (wrong_pin["decline"]["code"], wrong_pin["decline"]["tries_left"]) == ("pin_wrong", 2)
    assert wrong_pin["decline"]["cashier_message"].startswith("Falsche PIN")
    assert wrong_pin["decline"]["customer_message"].startswith("Le PIN")
    assert to_pay["decline"]["code"] == "wrong_purpose"


def test_a_text_that_is_no_code_is_a_problem_with_words(till: TillProgram) -> None:
    problem = assert_problem(till.post("returns", {"code": "hello", "language": "it"}), 422, "malformed")

    assert set(problem["decline"]) == {"code", "cashier_message", "customer_message", "action"}
    assert not Return.objects.exists()


@pytest.mark.parametrize(
    ("body", "code"), [({}, "invalid_field"), ({"code": 1}, "invalid_field"), ({"code": "x", "a": 1}, "unknown_field")]
)
def test_a_return_is_read_strictly(till: TillProgram, body: dict[str, object], code: str) -> None:
    assert_problem(till.post("returns", body), 422, code)


def test_each_customer_merchant_and_mode_sees_its_own(
    till: TillProgram, shop: Shop, phone: Phone, now: datetime
) -> None:
    till.pay(phone.make_code(now=now), capture="automatic")
    somebody_else = make_payer(shop, now=now)
    elsewhere = connect(make_shop(now=now), now=now)
    training = connect(replace(shop), now=now, mode=Mode.TEST)

    assert scan(till, return_code(somebody_else, now))["sales"] == []
    assert scan(elsewhere, return_code(phone, now))["sales"] == []
    played = phone.make_code(now=now, purpose=Purpose.RETURN, is_training=True)
    assert scan(training, played)["sales"] == []
    assert scan(training, return_code(phone, now))["decline"]["code"] == "wrong_mode"
    assert len(scan(till, return_code(phone, now))["sales"]) == 1
