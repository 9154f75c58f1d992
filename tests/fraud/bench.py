"""Facts to judge, and rules on every step of their way, in one line each.

judge(pay(amount=20_000))                    # an Assessment, committed
rule = live({"measure": "amount_minor", "at_least": 20_000}, verdict="review")
"""

import itertools
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction

from apps.approvals.models import Approval
from apps.approvals.operations import decide_approval
from apps.fraud.facts import Facts
from apps.fraud.models import Assessment, Rule
from apps.fraud.operations import (
    ask_live,
    assess,
    back_test,
    carry_out_decision,
    carry_out_live_decision,
    draft_rule,
    read_rule,
    run_back_test,
    submit_rule,
)
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.money import Money

NOW = datetime(2026, 11, 24, 9, 30, tzinfo=UTC)
ANNA, BEAT = Actor("operator", "anna"), Actor("operator", "beat")
CUSTOMER, DEVICE, INSTRUMENT = uuid7(), uuid7(), uuid7()
MERCHANT, STORE, TILL = uuid7(), uuid7(), uuid7()
_numbers = itertools.count(1)


def ago(**span: float) -> datetime:
    return NOW - timedelta(**span)


# Any: whatever facts there are.
def pay(amount: int = 1000, currency: str = "CHF", *, at: datetime = NOW, **fields: Any) -> Facts:
    """Return the facts of another payment of the same customer with the same phone at the same till."""
    usual = Facts(
        payment=uuid7(),
        customer=CUSTOMER,
        device=DEVICE,
        instrument=INSTRUMENT,
        merchant=MERCHANT,
        store=STORE,
        till=TILL,
        cashier="0042",
        amount=Money(amount, currency),
        code_issued_at=at - timedelta(seconds=12),
        scanned_at=at,
        device_enrolled_at=at - timedelta(days=40),
        is_attended=True,
        made_online=False,
        town="CH Zürich",
        time_zone="Europe/Zurich",
        counter=8,
        previous_counter=7,
        previous_issued_at=at - timedelta(hours=1),
    )
    return replace(usual, **fields)


def judge(facts: Facts) -> Assessment:
    """Judge the payment at the moment of its scan, and read what was kept."""
    with transaction.atomic():
        assessment = assess(facts=facts, now=facts.scanned_at)
    return Assessment.objects.get(id=assessment.id)


# Any: JSON values.
def draft(condition: Any, *, name: str = "", score: int = 0, verdict: str = "review", **members: Any) -> Rule:
    """Write a rule as Anna."""
    document = {
        "name": name or f"rule_{next(_numbers)}",
        "condition": condition,
        "reason": "looks_wrong",
        "score": score,
        "verdict": verdict,
    }
    return draft_rule(text=read_rule(document | members), by=ANNA, now=NOW)


def decide(approval: Approval, *, is_yes: bool = True, by: Actor = BEAT) -> None:
    """Let a second person decide, as Beat unless `by` says otherwise."""
    decide_approval(approval_id=approval.id, is_yes=is_yes, asked_hash=None, reason="seen", by=by, now=NOW)


def shadow(condition: Any, **members: Any) -> Rule:
    """Return a rule that was approved, and is tried in shadow."""
    rule = draft(condition, **members)
    approval = submit_rule(rule_id=rule.id, by=ANNA, now=NOW)
    decide(approval)
    carry_out_decision(approval_id=approval.id, now=NOW)
    return Rule.objects.get(id=rule.id)


def try_out(rule: Rule, *, since: datetime = NOW - timedelta(days=90), until: datetime = NOW, **fields: Any) -> Any:
    """Return the result of a back-test."""
    asked = back_test(rule_version=rule.id, since=since, until=until, by=ANNA, now=fields.pop("now", NOW), **fields)
    return run_back_test(back_test_id=asked.id, now=NOW).result


def live(condition: Any, **members: Any) -> Rule:
    """Return a rule that decides."""
    rule = shadow(condition, **members)
    try_out(rule)
    approval = ask_live(rule_id=rule.id, by=ANNA, now=NOW)
    decide(approval)
    carry_out_live_decision(approval_id=approval.id, now=NOW)
    return Rule.objects.get(id=rule.id)


def other() -> UUID:
    """Return the id of somebody else."""
    return uuid7()
