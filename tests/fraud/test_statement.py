"""PostgreSQL judges as Python does: any rules, any history, anything unknown."""

from dataclasses import replace
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.fraud.conditions import Look, holds, looks_of, read_condition
from apps.fraud.errors import RuleMalformed
from apps.fraud.history import looks_sql
from apps.fraud.models import Assessment, Verdict
from apps.fraud.operations import assess
from apps.fraud.operations import judging as judging_module
from apps.fraud.rulebook import KnownRules
from apps.fraud.statement import KnownRule, write_statement
from apps.fraud.verdicts import SEVERITY, Thresholds
from tests.fraud.bench import MERCHANT, NOW, ago, other, pay

pytestmark = pytest.mark.django_db

THRESHOLDS = Thresholds(consent=10, review=20, block=30)
LEAVES = st.one_of(
    st.builds(
        lambda measure, least: {"measure": measure, "window_minutes": 60, "at_least": least},
        st.sampled_from(["payments_of_customer", "payments_of_device", "towns_of_customer", "refunds_of_customer"]),
        st.integers(0, 4),
    ),
    st.builds(
        lambda least, currency: {
            "measure": "spent_minor_of_customer",
            "window_minutes": 60,
            "at_most": least,
            "currency": currency,
        },
        st.integers(0, 1500),
        st.sampled_from(["CHF", "EUR"]),
    ),
    # Not known before two payments.
    st.builds(
        lambda least: {"measure": "percent_of_habit", "window_minutes": 60, "after_payments": 2, "at_least": least},
        st.integers(0, 300),
    ),
    # Not known of this payment.
    st.just({"measure": "counter_gap", "at_least": 0}),
    st.builds(lambda answer: {"measure": "is_attended", "is": answer}, st.booleans()),
    st.builds(lambda least: {"measure": "amount_minor", "at_least": least}, st.integers(0, 1000)),
)
TREES = st.recursive(
    LEAVES,
    lambda parts: (
        st.builds(lambda some: {"all": some}, st.lists(parts, min_size=1, max_size=3))
        | st.builds(lambda some: {"any": some}, st.lists(parts, min_size=1, max_size=3))
        | st.builds(lambda part: {"not": part}, parts)
    ),
    max_leaves=5,
)
RULES = st.lists(
    st.tuples(TREES, st.integers(0, 15), st.sampled_from(list(Verdict)), st.booleans(), st.sampled_from([0, 1, 2])),
    max_size=4,
)
HISTORY = st.lists(
    st.tuples(st.integers(0, 70), st.booleans(), st.integers(1, 700), st.sampled_from(["", "CH Bern", "CH Chur"])),
    max_size=5,
)


# Any: JSON values.
def known(number: int, tree: Any, score: int, verdict: Verdict, is_shadow: bool, scope: int) -> KnownRule:
    return KnownRule(
        name=f"rule_{number}",
        version=1,
        condition=read_condition(tree),
        score=score,
        verdict=verdict,
        reason=f"reason_{number % 2}",
        merchant_id=[None, MERCHANT, other()][scope],
        is_shadow=is_shadow,
    )


def seen_of(assessment: Assessment, rules: list[KnownRule]) -> dict[Look, int | None]:
    looks = list(frozenset[Look]().union(*(looks_of(rule.condition) for rule in rules)))
    with connection.cursor() as cursor:
        statement = f"SELECT 0 {looks_sql(looks)} FROM fraud_assessment judged WHERE judged.id = %s"  # noqa: S608
        cursor.execute(statement, [assessment.id])
        return dict(zip(looks, cursor.fetchone()[1:], strict=True))


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(drawn=RULES, history=HISTORY)
def test_one_statement_says_what_a_reading_by_hand_says(
    drawn: list[Any], history: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    try:
        rules = [known(number, *each) for number, each in enumerate(drawn)]
    except RuleMalformed:
        return  # deeper than any rule may be
    facts = replace(pay(500), counter=None)
    statement = write_statement(rules, has_lists=False, thresholds=THRESHOLDS)
    with transaction.atomic():
        for minutes, is_same, amount, town in history:
            at = ago(minutes=minutes)
            assess(facts=pay(amount, at=at, town=town, **{} if is_same else {"device": other()}), now=at)
        monkeypatch.setattr(judging_module, "known_rules", lambda: KnownRules(None, tuple(rules), statement))
        judged = assess(facts=facts, now=NOW)
        monkeypatch.undo()
        seen = seen_of(judged, rules)
        transaction.set_rollback(True)

    hits = [
        rule
        for rule in rules
        if rule.merchant_id in (None, MERCHANT) and holds(rule.condition, facts.as_document(), seen)
    ]
    live = [rule for rule in hits if not rule.is_shadow]
    score = sum(rule.score for rule in live)
    verdict = max([*(rule.verdict for rule in live), THRESHOLDS.verdict(score)], key=SEVERITY.index)
    assert judged.hits == [rule.as_document() for rule in hits]
    assert (judged.verdict, judged.score) == (verdict, score)
    assert judged.reasons == sorted({rule.reason for rule in live})
