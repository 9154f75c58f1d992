"""Each measure of the history alone: it sees what belongs to it, to the second, and nobody else's."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.fraud.conditions import Look
from apps.fraud.facts import Facts
from apps.fraud.history import looks_sql
from apps.fraud.models import Assessment
from apps.fraud.operations import assess, assess_with, note_refund
from apps.fraud.vocabulary import MEASURES
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from tests.fraud.bench import CUSTOMER, MERCHANT, NOW, ago, judge, other, pay, shadow

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = 60


def seen(facts: Facts, *looks: Look) -> list[int | None]:
    """Return what rules see of the history when this payment is judged; the payment itself is not kept."""
    with transaction.atomic(), connection.cursor() as cursor:
        assessment = assess(facts=facts, now=facts.scanned_at)
        columns = looks_sql(looks).removeprefix(",")
        cursor.execute(f"SELECT {columns} FROM fraud_assessment judged WHERE judged.id = %s", [assessment.id])  # noqa: S608
        row = cursor.fetchone()
        transaction.set_rollback(True)
    return list(row)


def look(measure: str, minutes: int = HOUR, after: int = 0) -> Look:
    return Look(measure, minutes, after)


@pytest.mark.parametrize("subject", ["customer", "device", "instrument", "store"])
def test_payments_and_what_was_spent_are_counted_with_this_one(subject: str) -> None:
    everybody = {"customer": other(), "device": other(), "instrument": other(), "store": other()}
    mine = {name: value for name, value in everybody.items() if name != subject}
    judge(pay(100, at=ago(minutes=59, seconds=59), **mine))
    judge(pay(10, at=NOW, **mine))
    # Just too long ago, of somebody else, in another currency, in training.
    judge(pay(1000, at=ago(minutes=60), **mine))
    judge(pay(1000, **everybody))
    judge(pay(1000, "EUR", at=ago(minutes=1), **mine))
    judge(pay(1000, at=ago(minutes=1), is_training=True, **mine))

    looks = look(f"payments_of_{subject}"), look(f"spent_minor_of_{subject}")

    assert seen(pay(1), *looks) == [4, 111]


def test_training_has_a_history_of_its_own() -> None:
    judge(pay(at=ago(minutes=1)))
    judge(pay(at=ago(minutes=1), is_training=True))

    assert seen(pay(is_training=True), look("payments_of_customer")) == [2]


def test_a_payment_that_is_judged_again_counts_once_but_for_each_instrument() -> None:
    second = other()
    earlier = judge(pay(100, at=ago(minutes=1)))
    assess_with(earlier=earlier, instrument=second, now=ago(minutes=1))

    looks = [look(f"{what}_of_{whose}") for what in ("payments", "spent_minor") for whose in ("customer", "instrument")]

    assert seen(pay(1), *looks, look("instruments_of_customer")) == [2, 2, 101, 101, 2]
    assert seen(pay(1, instrument=second), *looks) == [2, 2, 101, 101]
    again = Assessment.objects.get(is_again=True)
    assert (again.instrument_id, again.facts["instrument"]) == (second, str(second))


def test_a_payment_is_no_history_of_itself() -> None:
    facts = pay(at=ago(minutes=1))
    judge(facts)

    assert seen(facts, look("payments_of_customer"), look("spent_minor_of_customer")) == [1, 1000]


def test_more_than_a_thousand_payments_are_not_counted() -> None:
    Assessment.objects.bulk_create(
        Assessment(payment_id=uuid7(), facts={}, verdict="pass", at=ago(minutes=1), customer_id=CUSTOMER)
        for _ in range(1001)
    )

    assert seen(pay(), look("payments_of_customer")) == [1001]


@pytest.mark.parametrize(
    ("measure", "differing", "mine"),
    [
        ("towns_of_customer", lambda: {"town": "CH Genève"}, ["device", "instrument"]),
        ("towns_of_device", lambda: {"town": "CH Genève"}, ["customer", "instrument"]),
        ("stores_of_customer", lambda: {"store": other()}, ["device", "instrument"]),
        ("stores_of_device", lambda: {"store": other()}, ["customer", "instrument"]),
        ("devices_of_customer", lambda: {"device": other()}, ["instrument"]),
        ("devices_of_instrument", lambda: {"device": other()}, ["customer"]),
        ("instruments_of_customer", lambda: {"instrument": other()}, ["device"]),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_different_places_and_things_are_counted_once_each(
    measure: str, differing: Callable[[], dict[str, Any]], mine: list[str]
) -> None:
    elsewhere = differing()
    for minutes in (59, 30, 1):
        judge(pay(at=ago(minutes=minutes), **elsewhere, **{name: other() for name in mine}))
    judge(pay(at=ago(minutes=60), **differing() if "town" not in elsewhere else {"town": "CH Chur"}))
    strangers = {name: other() for name in ("customer", "device", "instrument")}
    judge(pay(at=ago(minutes=1), **strangers | {"town": "CH Basel", "store": other()}))

    assert seen(pay(), look(measure)) == [2]
    assert seen(pay(), look(measure, 61)) == [3]


def test_travel_that_nobody_can_make_is_two_towns_within_minutes() -> None:
    judge(pay(at=ago(minutes=10), town="CH Genève"))
    judge(pay(at=ago(minutes=5), town=""))

    assert seen(pay(), look("towns_of_device", 10), look("towns_of_device", 11)) == [1, 2]


def test_a_habit_is_known_after_enough_payments_and_measured_in_hundredths() -> None:
    for minutes, amount in ((59, 1000), (30, 2000), (2, 1500)):
        judge(pay(amount, at=ago(minutes=minutes)))
    judge(pay(90_000, "EUR", at=ago(minutes=1)))
    judge(pay(90_000, at=ago(minutes=60)))
    judge(pay(90_000, at=ago(minutes=1), customer=other()))

    assert seen(pay(7499), look("percent_of_habit", after=3), look("percent_of_habit", after=4)) == [499, None]
    assert seen(pay(7500), look("percent_of_habit", after=3)) == [500]


def give_back(amount: int = 500, currency: str = "CHF", *, minutes: int = 1, **fields: Any) -> None:
    usual: dict[str, Any] = {
        "refund_id": uuid7(),
        "customer_id": CUSTOMER,
        "merchant_id": MERCHANT,
        "cashier": "0042",
        "amount": Money(amount, currency),
        "now": ago(minutes=minutes),
    }
    note_refund(**usual | fields)


@pytest.mark.parametrize(
    ("whose", "mine", "strange"),
    [
        ("customer", {"merchant_id": uuid7(), "cashier": "9"}, {"customer_id": uuid7()}),
        ("customer", {"merchant_id": uuid7(), "cashier": ""}, {"customer_id": None}),
        ("cashier", {"customer_id": None}, {"cashier": "0043"}),
        ("cashier", {"customer_id": uuid7()}, {"merchant_id": uuid7()}),
    ],
    ids=["customer", "nobody", "cashier", "merchant"],
)
def test_refunds_are_counted_by_customer_and_by_cashier(
    whose: str, mine: dict[str, Any], strange: dict[str, Any]
) -> None:
    give_back(100, minutes=59, **mine)
    give_back(10, minutes=0, **mine)
    give_back(1000, minutes=60, **mine)
    give_back(1000, **strange)

    assert seen(pay(), look(f"refunds_of_{whose}"), look(f"refunded_minor_of_{whose}")) == [2, 110]
    give_back(7, "EUR", **mine)
    assert seen(pay(), look(f"refunds_of_{whose}"), look(f"refunded_minor_of_{whose}")) == [3, 110]


def test_a_till_that_names_no_cashier_accuses_none() -> None:
    give_back(cashier="")

    assert seen(pay(cashier=""), look("refunds_of_cashier")) == [0]


def test_a_refund_is_counted_once_however_often_it_is_noted() -> None:
    refund = uuid7()
    give_back(refund_id=refund)
    give_back(refund_id=refund)

    assert seen(pay(), look("refunds_of_customer")) == [1]


def test_every_measure_of_the_history_is_read_by_the_statement_that_keeps_the_payment(
    django_assert_num_queries,
) -> None:  # type: ignore[no-untyped-def]
    names = [name for name, measure in MEASURES.items() if measure.is_history]
    for name in names:
        after = {"after_payments": 1} if name == "percent_of_habit" else {}
        shadow({"measure": name, "window_minutes": HOUR, "at_least": 0, **after}, name=name)
    judge(pay())

    with django_assert_num_queries(1):
        assessment = assess(facts=pay(), now=NOW)

    assert {hit["rule"] for hit in assessment.hits} == set(names)


# Any history, against a model that looks at every payment of it.

SIMPLE = st.tuples(
    st.integers(0, 125),  # minutes ago
    st.integers(1, 3),  # customer
    st.integers(1, 3),  # device
    st.integers(1, 2),  # instrument
    st.sampled_from(["", "CH Zürich", "CH Bern"]),
    st.sampled_from(["CHF", "EUR"]),
    st.integers(1, 500),
)


@pytest.mark.django_db(transaction=False)
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(history=st.lists(SIMPLE, max_size=12), window=st.integers(1, 120))
def test_sql_sees_what_a_naive_reading_sees(history: list[Any], window: int, db: None) -> None:
    people = {number: uuid7() for number in range(1, 4)}
    payments = [
        pay(
            amount,
            currency,
            at=ago(minutes=minutes),
            customer=people[customer],
            device=people[device],
            instrument=people[instrument],
            town=town,
        )
        for minutes, customer, device, instrument, town, currency, amount in history
    ]
    for facts in payments:
        assess(facts=facts, now=facts.scanned_at)
    now = pay(77, customer=people[1], device=people[1], instrument=people[1])

    recent = [facts for facts in payments if facts.scanned_at > NOW - timedelta(minutes=window)]
    of_customer = [facts for facts in recent if facts.customer == now.customer]
    same_money = [facts for facts in of_customer if facts.amount.currency == "CHF"]
    spent = sum(facts.amount.amount for facts in same_money)
    expected = [
        1 + len(of_customer),
        1 + sum(facts.instrument == now.instrument for facts in recent),
        77 + spent,
        len({facts.town for facts in [*recent, now] if facts.device == now.device and facts.town}),
        len({facts.device for facts in [*of_customer, now]}),
        77 * 100 * len(same_money) // spent if len(same_money) >= 2 else None,
    ]

    looks = (
        look("payments_of_customer", window),
        look("payments_of_instrument", window),
        look("spent_minor_of_customer", window),
        look("towns_of_device", window),
        look("devices_of_customer", window),
        look("percent_of_habit", window, 2),
    )
    assert seen(now, *looks) == expected
