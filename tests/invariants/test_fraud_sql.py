"""What somebody with the service's own connection cannot do to the rules: rewrite, approve, go live, or forget."""

# ruff: noqa: S608  # statements of our own

import pytest
from psycopg.errors import InsufficientPrivilege, RestrictViolation

from apps.fraud.operations import ask_live, carry_out_decision, submit_rule
from apps.kernel.transitions import WrongState
from tests.fraud.bench import ANNA, NOW, decide, draft, judge, live, pay, shadow
from tests.invariants.service import Service, refused

BIG = {"measure": "amount_minor", "at_least": 20_000}


@pytest.mark.parametrize(
    "change", ["condition = '{}'", "score = 0", "verdict = 'pass'", "reason = 'x'", "maker = 'x'", "merchant_id = NULL"]
)
def test_what_a_rule_says_is_nobodys_to_change(quiet: None, service: Service, change: str) -> None:
    live(BIG)

    with refused(InsufficientPrivilege):
        service.run(f"UPDATE fraud_rule SET {change}")


def test_a_rule_does_not_judge_by_a_statement(quiet: None, service: Service) -> None:
    submit_rule(rule_id=draft(BIG).id, by=ANNA, now=NOW)

    with refused(RestrictViolation, "was not approved"):
        service.run("UPDATE fraud_rule SET status = 'shadow', checker = 'operator:beat', shadow_at = now()")


def test_a_rule_does_not_go_live_by_a_statement(quiet: None, service: Service) -> None:
    shadow(BIG)

    with refused(RestrictViolation, "may not go live"):
        service.run("UPDATE fraud_rule SET status = 'live', live_at = now(), live_approval_id = approval_id")


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM fraud_rulebook",
        "DELETE FROM fraud_listing",
        "UPDATE fraud_listing SET until = now()",
        "UPDATE fraud_assessment SET hits = '[]'",
        "UPDATE fraud_assessmentoutcome SET kind = 'good'",
        "UPDATE fraud_refunded SET amount_minor = 1",
        "UPDATE fraud_backtest SET since = now()",
        "ALTER TABLE fraud_rule DISABLE TRIGGER fraud_rule_stays",
    ],
)
def test_nothing_is_forgotten_or_bent(quiet: None, service: Service, statement: str) -> None:
    live(BIG)

    with refused(InsufficientPrivilege):
        service.run(statement)


def test_the_service_itself_leads_a_rule_from_draft_to_live_and_judges_by_it(quiet: None, service: Service) -> None:
    with service.instead_of_the_owner():
        rule = live(BIG)
        assert judge(pay(20_000)).verdict == "review"
        approval = submit_rule(rule_id=draft(BIG).id, by=ANNA, now=NOW)
        decide(approval, is_yes=False)
        carry_out_decision(approval_id=approval.id, now=NOW)

    with pytest.raises(WrongState):
        ask_live(rule_id=rule.id, by=ANNA, now=NOW)
