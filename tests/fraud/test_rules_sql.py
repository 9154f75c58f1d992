"""Direct SQL cannot rewrite a rule, skip the second person, or forget; PostgreSQL itself refuses, to its owner too."""

# ruff: noqa: S608  # statements of our own

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from apps.fraud.models import AssessmentOutcome, BackTest, Listed, Listing, OutcomeKind, Refunded, Rule, Rulebook
from apps.fraud.operations import back_test, end_listing, list_subject, note_outcome, note_refund, submit_rule
from apps.kernel.money import Money
from tests.fraud.bench import ANNA, BEAT, CUSTOMER, MERCHANT, NOW, ago, decide, draft, judge, live, other, pay, shadow

pytestmark = pytest.mark.django_db(transaction=True)

REPLICA = "SET LOCAL session_replication_role = replica; "
BIG = {"measure": "amount_minor", "at_least": 20_000}
# Any: whatever a rule says.
USUAL: dict[str, Any] = {
    "name": "a",
    "version": 1,
    "condition": BIG,
    "score": 1,
    "reason": "b",
    "maker": "c",
    "made_at": NOW,
}
APPROVE = "status = 'shadow', checker = 'operator:beat', shadow_at = now()"


def run(statement: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


# Any: a model.
def refused(statement: str, model: Any) -> None:
    before = list(model.objects.order_by("pk").values())

    with pytest.raises(DatabaseError):
        run(statement)

    assert list(model.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("prefix", ["", REPLICA])
@pytest.mark.parametrize("how", [draft, shadow, live])
@pytest.mark.parametrize(
    "change",
    [
        "id = gen_random_uuid()",
        "name = 'another'",
        "version = 7",
        'condition = \'{"measure": "amount_minor", "at_least": 0}\'',
        "score = 999",
        "verdict = 'block'",
        "reason = 'other'",
        "merchant_id = gen_random_uuid()",
        "maker = 'operator:beat'",
        "made_at = made_at - interval '1 day'",
    ],
)
def test_no_version_changes_what_it_says(prefix: str, how: Any, change: str) -> None:
    how(BIG)

    refused(f"{prefix}UPDATE fraud_rule SET {change}", Rule)


@pytest.mark.parametrize("prefix", ["", REPLICA])
@pytest.mark.parametrize(
    "change",
    [
        "status = 'live', live_at = now()",
        "status = 'live', live_at = now(), shadow_at = now(), checker = 'operator:beat'",
        APPROVE,
        "status = 'approved'",
        "status = 'retired', approval_id = NULL",
    ],
)
def test_nothing_judges_before_a_second_person_has_allowed_it(prefix: str, change: str) -> None:
    submit_rule(rule_id=draft(BIG).id, by=ANNA, now=NOW)

    refused(f"{prefix}UPDATE fraud_rule SET {change}", Rule)


@pytest.mark.parametrize("prefix", ["", REPLICA])
def test_an_approval_is_for_one_rule_and_names_who_gave_it(prefix: str) -> None:
    first, second = draft(BIG), draft(BIG)
    decide(submit_rule(rule_id=first.id, by=ANNA, now=NOW))
    allowed = Rule.objects.get(id=first.id).approval_id

    for change in (
        f"{APPROVE.replace('beat', 'carla')} WHERE id = '{first.id}'",
        f"{APPROVE.replace('beat', 'anna')} WHERE id = '{first.id}'",
        f"status = 'awaiting_approval', approval_id = '{allowed}' WHERE id = '{second.id}';"
        f"UPDATE fraud_rule SET {APPROVE} WHERE id = '{second.id}'",
    ):
        refused(f"{prefix}UPDATE fraud_rule SET {change}", Rule)
    run(f"UPDATE fraud_rule SET {APPROVE} WHERE id = '{first.id}'")


@pytest.mark.parametrize("prefix", ["", REPLICA])
def test_the_first_approval_does_not_let_a_rule_go_live(prefix: str) -> None:
    shadow(BIG)

    for change in ("", ", live_approval_id = approval_id"):
        refused(f"{prefix}UPDATE fraud_rule SET status = 'live', live_at = now() {change}", Rule)


@pytest.mark.parametrize("prefix", ["", REPLICA])
@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM fraud_rule",
        "UPDATE fraud_rule SET status = 'draft'",
        "UPDATE fraud_rule SET checker = 'operator:carla'",
        "UPDATE fraud_rule SET approval_id = live_approval_id",
        "UPDATE fraud_rule SET live_approval_id = approval_id",
        "UPDATE fraud_rule SET status = 'shadow'",
    ],
)
def test_a_live_rule_keeps_its_history(prefix: str, statement: str) -> None:
    live(BIG)

    refused(prefix + statement, Rule)


@pytest.mark.parametrize("status", ["awaiting_approval", "shadow", "live", "retired"])
def test_no_rule_is_born_as_anything_but_a_draft(status: str) -> None:
    with pytest.raises(DatabaseError, match="drafted before"), transaction.atomic():
        Rule.objects.create(
            name="a", version=1, condition=BIG, score=1, reason="b", maker="c", made_at=NOW, status=status
        )


@pytest.mark.parametrize(
    ("fields", "guard"),
    [
        ({"version": 0}, "fraud_rule_versions_count_from_one"),
        ({"score": 1001}, "fraud_rule_score_is_bounded"),
        ({"score": -1}, "fraud_rule_score_is_bounded"),
        ({"verdict": "perhaps"}, "fraud_rule_verdict_is_known"),
        ({"maker": ""}, "fraud_rule_has_a_maker"),
        ({"name": "big", "version": 1}, "fraud_rule_version_is_one"),
    ],
)
def test_no_rule_makes_no_sense(fields: dict[str, Any], guard: str) -> None:
    draft(BIG, name="big")

    with pytest.raises(DatabaseError, match=guard), transaction.atomic():
        Rule.objects.create(**USUAL | fields)


@pytest.mark.parametrize("prefix", ["", REPLICA])
@pytest.mark.parametrize(
    "change",
    [
        "subject_id = gen_random_uuid()",
        "is_block = false, until = now()",
        "until = NULL",
        "reason = 'x'",
        "maker = 'x'",
    ],
)
def test_an_entry_of_a_list_stays_what_it_says_and_is_not_removed(prefix: str, change: str) -> None:
    listing = list_subject(
        kind=Listed.CUSTOMER,
        subject_id=CUSTOMER,
        is_block=True,
        until=ago(days=-1),
        reason="stolen",
        by=ANNA,
        now=NOW,
    )

    refused(f"{prefix}UPDATE fraud_listing SET {change}", Listing)
    refused(f"{prefix}DELETE FROM fraud_listing", Listing)
    end_listing(listing_id=listing.id, reason="found", by=BEAT, now=NOW)
    refused(f"{prefix}UPDATE fraud_listing SET ended_at = NULL, ended_by = ''", Listing)


@pytest.mark.parametrize("prefix", ["", REPLICA])
def test_what_became_of_payments_is_written_once(prefix: str) -> None:
    note_outcome(assessment_id=judge(pay()).id, kind=OutcomeKind.DISPUTED, by=BEAT, now=NOW)
    note_refund(refund_id=other(), customer_id=None, merchant_id=MERCHANT, cashier="1", amount=Money(1, "CHF"), now=NOW)

    for model, change in ((AssessmentOutcome, "kind = 'good'"), (Refunded, "amount_minor = 2")):
        refused(f"{prefix}UPDATE {model._meta.db_table} SET {change}", model)
        refused(f"{prefix}DELETE FROM {model._meta.db_table}", model)


@pytest.mark.parametrize("prefix", ["", REPLICA])
def test_a_back_test_keeps_its_question_and_its_result(prefix: str) -> None:
    asked = back_test(rule_version=draft(BIG).id, since=ago(days=1), until=NOW, by=ANNA, now=NOW)
    refused(f"{prefix}UPDATE fraud_backtest SET settled_days = 0", BackTest)
    refused(f"{prefix}DELETE FROM fraud_backtest", BackTest)
    run(f"UPDATE fraud_backtest SET ended_at = now() WHERE id = '{asked.id}'")

    refused(f"{prefix}UPDATE fraud_backtest SET result = '{{}}'", BackTest)


@pytest.mark.parametrize("prefix", ["", REPLICA])
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE fraud_rule SET status = 'retired', retired_at = now()",
        "INSERT INTO fraud_listing (id, kind, subject_id, is_block, reason, maker, at, ended_by)"
        " VALUES (gen_random_uuid(), 'device', gen_random_uuid(), true, 'x', 'y', now(), '')",
    ],
)
def test_every_change_is_a_new_edition_whoever_makes_it(prefix: str, statement: str) -> None:
    live(BIG)
    judge(pay())
    before = Rulebook.objects.get().edition

    run(prefix + statement)

    assert Rulebook.objects.get().edition != before
