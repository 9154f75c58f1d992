"""What the notes are run by: one thin function per topic."""

from uuid import UUID

from django.utils import timezone

from apps.fraud.operations import carry_out_decision, carry_out_live_decision, run_back_test


def decide_rule(*, approval_id: str, subject: str) -> None:
    """Run the topic `fraud.decide_rule`; `subject` is the rule as the approval calls it."""
    carry_out_decision(approval_id=UUID(approval_id), now=timezone.now())


def decide_live(*, approval_id: str, subject: str) -> None:
    """Run the topic `fraud.decide_live`; `subject` is the rule as the approval calls it."""
    carry_out_live_decision(approval_id=UUID(approval_id), now=timezone.now())


def back_test(*, back_test_id: str) -> None:
    """Run the topic `fraud.back_test`."""
    run_back_test(back_test_id=UUID(back_test_id), now=timezone.now())
