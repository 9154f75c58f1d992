"""I2 and I3: as the service's role, no more is given back than was taken, reserved and promised."""

import re
from datetime import datetime
from typing import Any
from uuid import UUID

import pytest
from psycopg.errors import CheckViolation, InsufficientPrivilege

from apps.kernel.ids import uuid7
from apps.transactions.models import Payment, Refund
from apps.transactions.states import MOVES, OPERATION_MOVES, REFUND_MOVES
from tests.cast import Phone
from tests.invariants.by_hand import EVENT, RESERVED, accepted_part, capture_journal, note, operation, refund, without
from tests.invariants.service import Service, Step, refused
from tests.shop import Shop, carry_out_all

GIVEN_BACK = """
    UPDATE transactions_payment SET refunded_minor = refunded_minor + %(amount)s, version = version + 1,
        refund_reserved_minor = refund_reserved_minor - %(amount)s, refund_status = 'partial' WHERE id = %(payment)s
"""


@pytest.fixture
def payment(shop: Shop, phone: Phone, now: datetime) -> Payment:
    """A sale of 10.00 that the provider has captured."""
    sold = shop.sell(phone, 1000, now=now)
    shop.capture(sold, now=now)
    return carry_out_all(sold.id, now=now)


@pytest.fixture
def asked(service: Service, payment: Payment) -> UUID:
    """A refund of 4.00 that is on its way."""
    service.run(*without(refund(payment, 400)))
    return Refund.objects.get().id


def given_back(payment: Payment, refund_id: UUID, amount: int = 400, booked: int = 400) -> dict[str, list[Step]]:
    """Return everything that the provider's yes to a refund is."""
    told = {"id": uuid7(), "payment": payment.id, "amount": amount, "kind": "payment.refunded"}
    turned = {"debit": f"merchant_payable:{payment.merchant_id}", "credit": "provider_receivable:bank"}
    return {
        "operation": accepted_part(refund_id),
        "refund": [("UPDATE transactions_refund SET status = 'succeeded' WHERE id = %(id)s", {"id": refund_id})],
        "books": capture_journal(payment, booked, kind="refund", **turned),
        "payment": [(GIVEN_BACK, told), (EVENT, told)],
    }


def sums(payment: Payment) -> tuple[int, int]:
    return Payment.objects.values_list("refund_reserved_minor", "refunded_minor").get(id=payment.id)


def test_a_whole_refund_is_accepted_and_given_back(service: Service, payment: Payment, asked: UUID) -> None:
    assert sums(payment) == (400, 0)

    service.run(*without(given_back(payment, asked)))

    assert sums(payment) == (0, 400)


@pytest.mark.parametrize("missing", ["refund", "operation", "work", "payment"])
def test_no_part_of_a_refund_may_be_missing(service: Service, payment: Payment, missing: str) -> None:
    parts = refund(payment, 400)
    gone = ["refund", "operation", "work"] if missing == "refund" else [missing]

    with refused(CheckViolation, "payment_refunds", "operation_is_carried_out"):
        service.run(*without(parts, *gone))

    assert (sums(payment), Refund.objects.count()) == ((0, 0), 0)


@pytest.mark.parametrize("missing", ["operation", "refund", "books", "payment"])
def test_no_part_of_the_giving_back_may_be_missing(
    service: Service, payment: Payment, asked: UUID, missing: str
) -> None:
    with refused(CheckViolation, "payment_refunds", "payment_is_in_the_books"):
        service.run(*without(given_back(payment, asked), missing))

    assert sums(payment) == (400, 0)


@pytest.mark.parametrize(("amount", "booked"), [(400, 399), (400, 800), (300, 400), (300, 300)])
def test_what_is_given_back_is_what_was_promised_and_booked(
    service: Service, payment: Payment, asked: UUID, amount: int, booked: int
) -> None:
    with refused(CheckViolation, "payment_refunds", "payment_is_in_the_books"):
        service.run(*without(given_back(payment, asked, amount, booked)))


def test_the_same_refund_is_not_given_back_twice(service: Service, payment: Payment, asked: UUID) -> None:
    parts = given_back(payment, asked)
    service.run(*without(parts))
    service.run(*without(refund(payment, 400)))

    with refused(CheckViolation, "cannot become"):
        service.run(*without(given_back(payment, asked)))
    with refused(CheckViolation, "payment_refunds_add_up"):
        service.run(*without(given_back(payment, asked), "operation", "refund"))


def test_no_more_is_given_back_than_was_captured(service: Service, payment: Payment, asked: UUID) -> None:
    with refused(CheckViolation, "payment_refunded_within_captured"):
        service.run(*without(refund(payment, 601)))

    service.run(*without(refund(payment, 600)))

    assert sums(payment) == (1000, 0)


def test_no_refund_is_asked_for_besides_those_that_are_promised(
    service: Service, payment: Payment, asked: UUID
) -> None:
    # Of nothing, of another refund's, in another currency.
    for stray in (
        operation(payment, "refund", 100),
        operation(payment, "refund", 100, refund=asked),
        operation(payment, "refund", 100, currency="EUR", refund=asked),
    ):
        with refused(CheckViolation, "payment_refunds"):
            service.run(stray, note("transactions.carry_out", "operation_id", stray[1]["id"]))


def test_a_refund_is_not_asked_for_in_another_currency(service: Service, payment: Payment) -> None:
    with refused(CheckViolation, "payment_refunds"):
        service.run(*without(refund(payment, 400, currency="EUR")))


def test_a_part_counts_for_the_sale_of_its_refund(
    service: Service, shop: Shop, phone: Phone, payment: Payment, asked: UUID, now: datetime
) -> None:
    other = shop.sell(phone, 900, now=now)
    shop.capture(other, now=now)
    stray = operation(other, "refund", 400, refund=asked)

    with refused(CheckViolation, "payment_refunds"):
        service.run(
            stray,
            note("transactions.carry_out", "operation_id", stray[1]["id"]),
            (RESERVED, {"payment": other.id, "amount": 400}),
        )


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ("status = 'awaiting_approval'", CheckViolation),
        ("status = 'succeeded'", CheckViolation),
        ("status = 'failed', failure_reason = 'mine'", CheckViolation),
        ("status = 'lost'", CheckViolation),
        ("amount_minor = 1", InsufficientPrivilege),
        ("currency = 'EUR'", InsufficientPrivilege),
        ("payment_id = payment_id", InsufficientPrivilege),
        ("asked_by = 'operator:me'", InsufficientPrivilege),
        ("approval_id = NULL", InsufficientPrivilege),
    ],
)
def test_a_promise_stays_as_it_was_made(
    service: Service, payment: Payment, asked: UUID, change: str, error: type[Any]
) -> None:
    with refused(error):
        service.run(f"UPDATE transactions_refund SET {change}")  # noqa: S608  # the changes are above


def test_no_refund_begins_in_the_middle(service: Service, payment: Payment) -> None:
    parts = refund(payment, 400)
    ((statement, values),) = parts["refund"]
    parts["refund"] = [(statement.replace("'queued'", "'succeeded'"), values)]

    with refused(CheckViolation, "does not begin as"):
        service.run(*without(parts))


def test_a_day_that_was_closed_and_a_return_stay(service: Service, payment: Payment) -> None:
    service.run(
        "INSERT INTO transactions_dayclose (id, till_id, mode, business_date, currency, told, ours, differences,"
        " matched, closed_at) SELECT %(id)s, till_id, mode, business_date, currency, '{}', '{}', '[]', true, now()"
        " FROM transactions_payment",
        id=uuid7(),
    )

    for table, column in (("transactions_dayclose", "matched"), ("transactions_return", "mode")):
        with refused(InsufficientPrivilege):
            service.run(f"UPDATE {table} SET {column} = {column}")  # noqa: S608  # the tables are above
        with refused(InsufficientPrivilege):
            service.run(f"DELETE FROM {table}")  # noqa: S608  # the tables are above


@pytest.mark.usefixtures("transactional_db")
@pytest.mark.parametrize(
    ("function", "moves"),
    [
        ("transactions_payment_moves", MOVES),
        ("transactions_operation_moves", OPERATION_MOVES),
        ("transactions_refund_moves", REFUND_MOVES),
    ],
)
def test_the_triggers_know_the_moves_of_the_code(service: Service, function: str, moves: dict[str, Any]) -> None:
    with service.connect() as own:
        (source,) = own.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [function]).fetchone() or ("",)

    known = set(re.findall(r"\('(\w+)', '(\w+)'\)", source))
    assert known == {(str(origin), str(target)) for origin, targets in moves.items() for target in targets}
