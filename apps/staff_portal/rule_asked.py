"""What a second person is asked about a fraud rule: exactly what was asked, in words, and how the rule was tried."""

from dataclasses import dataclass
from typing import Final

from apps.approvals.models import Approval
from apps.fraud.errors import UnknownRule
from apps.fraud.models import Rule
from apps.fraud.operations.rules import APPROVAL_ACTION, LIVE_ACTION
from apps.fraud.queries import back_tests_of, find_rule
from apps.operators.roles import Permission
from apps.staff_portal.gate import Visitor
from apps.staff_portal.rule_results import Result, result_of
from apps.staff_portal.rule_said import SaidRule, said_rule

RULE_ACTIONS: Final = frozenset({APPROVAL_ACTION, LIVE_ACTION})


@dataclass(frozen=True, slots=True)
class AskedRule:
    """The question; the rule and its newest back-test are left out for whoever may not see rules."""

    question: str
    says: SaidRule
    rule: Rule | None
    result: Result | None


def asked_rule(approval: Approval, visitor: Visitor, language: str) -> AskedRule:
    """Return the question about a rule, told from what the approval itself keeps."""
    says = said_rule(approval.asked, language)
    question = says.words.asked_live if approval.action == LIVE_ACTION else says.words.asked_shadow
    rule = _rule(approval) if visitor.may(Permission.SEE_RULES) else None
    test = back_tests_of(rule.id).filter(ended_at__isnull=False).first() if rule else None
    return AskedRule(question, says, rule, result_of(test, says.words) if test else None)


def _rule(approval: Approval) -> Rule | None:
    try:
        return find_rule(approval.asked["rule"], approval.asked["version"])
    except UnknownRule:
        return None
