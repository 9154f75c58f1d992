"""Direct SQL cannot write a limit or a counter that makes no sense; PostgreSQL itself refuses."""

import pytest
from django.db import IntegrityError, connection, transaction

LIMIT = (
    "INSERT INTO limits_paymentlimit (id, scope, subject_id, currency, per_payment_minor, per_day_minor, set_at)"
    " VALUES (gen_random_uuid(), {}, '0192f0c1-2a5b-7def-8123-456789abcde0', {}, {}, {}, now())"
)
PENDING = (
    "INSERT INTO limits_pendinglimit"
    " (id, scope, subject_id, currency, per_payment_minor, per_day_minor, asked_at, effective_at)"
    " VALUES (gen_random_uuid(), {}, '0192f0c1-2a5b-7def-8123-456789abcde0', {}, {}, {},"
    " now(), now() + interval '{} hours')"
)
COUNTER = (
    "INSERT INTO limits_daycounter (id, scope, subject_id, currency, day, used_minor, counted_since)"
    " VALUES (gen_random_uuid(), {}, '0192f0c1-2a5b-7def-8123-456789abcde0', {}, '2026-11-24', {}, now())"
)

pytestmark = pytest.mark.django_db(transaction=True)


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        (LIMIT.format("'merchant'", "'CHF'", "1", "1"), "limit_scope_is_known"),
        (LIMIT.format("'device'", "'XXX'", "1", "1"), "limit_currency_is_supported"),
        (LIMIT.format("'device'", "'CHF'", "-1", "1"), "limit_is_not_negative"),
        (LIMIT.format("'device'", "'CHF'", "1", "-1"), "day_limit_is_not_negative"),
        (LIMIT.format("'device'", "'CHF'", "NULL", "NULL"), "limit_says_how_much"),
        (PENDING.format("'merchant'", "'CHF'", "1", "1", 1), "pending_limit_scope_is_known"),
        (PENDING.format("'device'", "'XXX'", "1", "1", 1), "pending_limit_currency_is_supported"),
        (PENDING.format("'device'", "'CHF'", "-1", "1", 1), "pending_limit_is_not_negative"),
        (PENDING.format("'device'", "'CHF'", "1", "-1", 1), "pending_day_limit_is_not_negative"),
        (PENDING.format("'device'", "'CHF'", "NULL", "NULL", 1), "pending_limit_says_how_much"),
        (PENDING.format("'device'", "'CHF'", "1", "1", 0), "pending_limit_waits"),
        (COUNTER.format("'shop'", "'CHF'", "1"), "counter_scope_is_known"),
        (COUNTER.format("'device'", "'XXX'", "1"), "counter_currency_is_supported"),
        (COUNTER.format("'device'", "'CHF'", "-1"), "counter_is_not_negative"),
    ],
)
def test_what_makes_no_sense_is_refused(statement: str, constraint: str) -> None:
    with pytest.raises(IntegrityError, match=constraint):
        run(statement)


@pytest.mark.parametrize(
    "statement",
    [
        LIMIT.format("'device'", "'CHF'", "1", "NULL"),
        PENDING.format("'device'", "'CHF'", "NULL", "1", 24),
        COUNTER.format("'merchant'", "'CHF'", "0"),
    ],
)
def test_there_is_one_of_each_per_subject(statement: str) -> None:
    run(statement)

    with pytest.raises(IntegrityError, match="is_one_per_subject"):
        run(statement)


def test_no_update_takes_a_counter_below_nothing() -> None:
    run(COUNTER.format("'merchant'", "'CHF'", "5"))

    with pytest.raises(IntegrityError, match="counter_is_not_negative"):
        run("UPDATE limits_daycounter SET used_minor = used_minor - 6")
