"""Every write of fraud: judging payments, keeping the rules and lists, and noting what became of it."""

from apps.fraud.operations.back_testing import back_test, run_back_test
from apps.fraud.operations.judging import assess, assess_with
from apps.fraud.operations.listings import end_listing, list_subject
from apps.fraud.operations.outcomes import note_outcome, note_refund
from apps.fraud.operations.rules import (
    RuleText,
    ask_live,
    carry_out_decision,
    carry_out_live_decision,
    draft_rule,
    read_rule,
    retire_rule,
    submit_rule,
)

__all__ = [
    "RuleText",
    "ask_live",
    "assess",
    "assess_with",
    "back_test",
    "carry_out_decision",
    "carry_out_live_decision",
    "draft_rule",
    "end_listing",
    "list_subject",
    "note_outcome",
    "note_refund",
    "read_rule",
    "retire_rule",
    "run_back_test",
    "submit_rule",
]
