import json
from dataclasses import FrozenInstanceError, replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from apps.fraud.facts import Facts
from apps.fraud.models import Assessment, Verdict
from apps.fraud.operations import assess
from apps.kernel.ids import uuid7
from apps.kernel.money import Money

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
FACTS = Facts(
    payment=uuid7(),
    customer=uuid7(),
    device=uuid7(),
    instrument=uuid7(),
    merchant=uuid7(),
    store=uuid7(),
    till=uuid7(),
    cashier="0042",
    amount=Money(4250, "CHF"),
    code_issued_at=NOW - timedelta(seconds=12),
    scanned_at=NOW,
    device_enrolled_at=NOW - timedelta(days=40),
    is_attended=True,
    made_online=False,
    suspicions=("counter_gap",),
)

pytestmark = pytest.mark.django_db(transaction=True)


def test_keeps_every_fact_and_lets_pass_in_one_statement(django_assert_num_queries) -> None:  # type: ignore[no-untyped-def]
    with django_assert_num_queries(1):
        assessment = assess(facts=FACTS, now=NOW)

    kept = Assessment.objects.get(id=assessment.id)
    assert (kept.verdict, kept.payment_id, kept.at) == (Verdict.PASS, FACTS.payment, NOW)
    assert kept.facts == json.loads(json.dumps(FACTS.as_document()))
    assert kept.facts["amount"] == {"amount": 4250, "currency": "CHF"}
    assert kept.facts["code_issued_at"] == "2026-11-24T09:29:48+00:00"
    assert kept.facts["suspicions"] == ["counter_gap"]


def test_a_payment_is_judged_anew_for_each_instrument() -> None:
    assess(facts=FACTS, now=NOW)
    assess(facts=replace(FACTS, instrument=uuid7()), now=NOW)

    assert Assessment.objects.filter(payment_id=FACTS.payment).count() == 2


def test_an_assessment_goes_with_the_transaction_that_wanted_it() -> None:
    with pytest.raises(RuntimeError), transaction.atomic():  # noqa: PT012
        assess(facts=FACTS, now=NOW)
        raise RuntimeError("the server failed")

    assert not Assessment.objects.exists()


def test_facts_cannot_be_changed_on_the_way() -> None:
    with pytest.raises(FrozenInstanceError):
        FACTS.cashier = "0001"  # type: ignore[misc]


def test_the_database_refuses_an_unknown_verdict() -> None:
    with pytest.raises(IntegrityError, match="assessment_verdict_is_known"):
        Assessment.objects.create(payment_id=uuid7(), facts={}, verdict="perhaps", at=NOW)


@pytest.mark.parametrize("change", ["UPDATE fraud_assessment SET verdict = 'block'", "DELETE FROM fraud_assessment"])
def test_what_was_judged_is_never_rewritten(change: str) -> None:
    assess(facts=FACTS, now=NOW)

    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(change)
