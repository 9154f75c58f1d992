"""A rule from its draft to its end: written, approved by a second person, tried in shadow, and then live."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from apps.approvals.models import Approval
from apps.approvals.operations import ask_approval
from apps.approvals.queries import find_approval
from apps.approvals.states import ApprovalStatus
from apps.audit.operations import record
from apps.fraud.conditions import read_condition
from apps.fraud.errors import NotBackTested, NotTheMaker, RuleMalformed, TooManyRules, UnknownRule
from apps.fraud.locks import lock_name, lock_rule, lock_versions
from apps.fraud.models import BackTest, Rule, Verdict
from apps.fraud.states import JUDGING, MOVES, RuleStatus
from apps.kernel.actors import Actor
from apps.kernel.transitions import check_move

APPROVAL_ACTION: Final = "fraud_rule"
LIVE_ACTION: Final = "fraud_rule_live"
APPROVAL_LASTS: Final = timedelta(days=7)
MOST_RULES: Final = 40
HIGHEST_SCORE: Final = 1000
NAME: Final = re.compile(r"[a-z][a-z0-9_]{1,39}", re.ASCII)
_MEMBERS: Final = frozenset({"name", "condition", "score", "verdict", "reason", "merchant"})


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleText:
    """What a version of a rule says, checked."""

    name: str
    # Any: a JSON value that `read_condition` has read.
    condition: Any
    score: int = 0
    verdict: Verdict = Verdict.PASS
    reason: str
    merchant_id: UUID | None = None


def read_rule(document: object) -> RuleText:
    """Return the rule that a JSON object says. RuleMalformed names the place of what is wrong.

    Members: name, condition, reason, and score or verdict or both; merchant (a plain UUID) limits it to one merchant.
    """
    if not isinstance(document, dict) or not document.keys() <= _MEMBERS:
        raise RuleMalformed(f"rule: an object with no other members than {', '.join(sorted(_MEMBERS))}")
    score, verdict = document.get("score", 0), document.get("verdict", Verdict.PASS.value)
    if type(score) is not int or not 0 <= score <= HIGHEST_SCORE:
        raise RuleMalformed(f"score: a whole number from 0 to {HIGHEST_SCORE}")
    if verdict not in Verdict.values:
        raise RuleMalformed(f"verdict: one of {', '.join(Verdict.values)}")
    if not score and verdict == Verdict.PASS:
        raise RuleMalformed("score: a rule without a score needs a verdict of its own")
    condition = document.get("condition")
    read_condition(condition)
    return RuleText(
        name=_word(document, "name"),
        condition=condition,
        score=score,
        verdict=Verdict(verdict),
        reason=_word(document, "reason"),
        merchant_id=_merchant(document.get("merchant")),
    )


# Any: JSON values.
def _word(document: dict[str, Any], member: str) -> str:
    word = document.get(member)
    if not isinstance(word, str) or not NAME.fullmatch(word):
        raise RuleMalformed(f"{member}: 2 to 40 of a-z, 0-9 and _, a letter first")
    return word


def _merchant(text: object) -> UUID | None:
    if text is None:
        return None
    try:
        return UUID(text if isinstance(text, str) else "")
    except ValueError:
        raise RuleMalformed("merchant: a UUID, or left out for every merchant") from None


@transaction.atomic(durable=True)
def draft_rule(*, text: RuleText, by: Actor, now: datetime) -> Rule:
    """Write a new rule, or the next version of one that has the name already."""
    lock_name(text.name)
    latest = Rule.objects.filter(name=text.name).order_by("-version").values_list("version", flat=True).first()
    rule = Rule.objects.create(
        name=text.name,
        version=(latest or 0) + 1,
        condition=text.condition,
        score=text.score,
        verdict=text.verdict,
        reason=text.reason,
        merchant_id=text.merchant_id,
        maker=str(by),
        made_at=now,
    )
    record(actor=by, action="fraud_rule.drafted", subject=rule.subject, facts=content_of(rule), now=now)
    return rule


@transaction.atomic(durable=True)
def submit_rule(*, rule_id: UUID, by: Actor, now: datetime) -> Approval:
    """Ask a second person whether the draft may be tried in shadow. Raises UnknownRule, NotTheMaker, WrongState."""
    rule = lock_rule(rule_id)
    check_move(MOVES, RuleStatus(rule.status), RuleStatus.AWAITING_APPROVAL)
    if rule.maker != str(by):
        raise NotTheMaker
    approval = _ask(rule, APPROVAL_ACTION, by, now)
    rule.status, rule.approval = RuleStatus.AWAITING_APPROVAL, approval
    rule.save(update_fields=["status", "approval"])
    record(actor=by, action="fraud_rule.submitted", subject=rule.subject, now=now)
    return approval


@transaction.atomic(durable=True)
def carry_out_decision(*, approval_id: UUID, now: datetime) -> None:
    """Do what the second person said: try the rule in shadow, or give it up. Safe to run twice.

    TooManyRules while every place is taken; the note is tried again later.
    """
    approval = find_approval(approval_id)
    rule = _locked_with(approval)
    if rule.status != RuleStatus.AWAITING_APPROVAL or rule.approval_id != approval.id:
        return
    by = _decider(approval)
    if approval.status != ApprovalStatus.APPROVED:
        _retire(rule, by, f"approval_{approval.status}", now)
        return
    _supersede(rule, RuleStatus.SHADOW, by, now)
    if Rule.objects.filter(status__in=JUDGING).count() >= MOST_RULES:
        raise TooManyRules
    check_move(MOVES, RuleStatus(rule.status), RuleStatus.SHADOW)
    rule.status, rule.checker, rule.shadow_at = RuleStatus.SHADOW, approval.checker, now
    rule.save(update_fields=["status", "checker", "shadow_at"])
    record(actor=by, action="fraud_rule.in_shadow", subject=rule.subject, now=now)


@transaction.atomic(durable=True)
def ask_live(*, rule_id: UUID, by: Actor, now: datetime) -> Approval:
    """Ask a second person whether a rule in shadow may decide. Raises UnknownRule, WrongState, NotBackTested."""
    rule = lock_rule(rule_id)
    check_move(MOVES, RuleStatus(rule.status), RuleStatus.LIVE)
    if not BackTest.objects.filter(rule=rule, ended_at__isnull=False).exists():
        raise NotBackTested
    approval = _ask(rule, LIVE_ACTION, by, now)
    rule.live_approval = approval
    rule.save(update_fields=["live_approval"])
    return approval


@transaction.atomic(durable=True)
def carry_out_live_decision(*, approval_id: UUID, now: datetime) -> None:
    """Let the rule decide in the place of its older version, if the second person said so. Safe to run twice."""
    approval = find_approval(approval_id)
    rule = _locked_with(approval)
    if approval.status != ApprovalStatus.APPROVED or rule.status != RuleStatus.SHADOW:
        # Refused, or retired meanwhile: what is in shadow stays there.
        return
    if rule.live_approval_id != approval.id:
        return
    by = _decider(approval)
    _supersede(rule, RuleStatus.LIVE, by, now)
    check_move(MOVES, RuleStatus(rule.status), RuleStatus.LIVE)
    rule.status, rule.live_at = RuleStatus.LIVE, now
    rule.save(update_fields=["status", "live_at"])
    record(actor=by, action="fraud_rule.live", subject=rule.subject, now=now)


@transaction.atomic(durable=True)
def retire_rule(*, rule_id: UUID, reason: str, by: Actor, now: datetime) -> Rule:
    """Stop a rule, or give up a draft: one person is enough, because a rule that misfires must stop at once."""
    rule = lock_rule(rule_id)
    _retire(rule, by, reason, now)
    return rule


def _ask(rule: Rule, action: str, by: Actor, now: datetime) -> Approval:
    return ask_approval(
        action=action, subject=rule.subject, asked=content_of(rule), maker=by, lifetime=APPROVAL_LASTS, now=now
    )


def content_of(rule: Rule) -> dict[str, object]:
    """Return everything that the version says, as the second person sees it."""
    return {
        "rule": rule.name,
        "version": rule.version,
        "condition": rule.condition,
        "score": rule.score,
        "verdict": str(rule.verdict),
        "reason": rule.reason,
        "merchant": None if rule.merchant_id is None else str(rule.merchant_id),
    }


def _locked_with(approval: Approval) -> Rule:
    """Return the rule that the approval is about, it and its other versions locked."""
    _, _, called = approval.subject.partition(":")
    name, _, version = called.rpartition(":")
    for rule in lock_versions(name):
        if str(rule.version) == version:
            return rule
    raise UnknownRule


def _supersede(rule: Rule, status: RuleStatus, by: Actor, now: datetime) -> None:
    """Retire the other version that has the place, if there is one; its versions are locked."""
    for other in Rule.objects.filter(name=rule.name, status=status).exclude(id=rule.id):
        _retire(other, by, f"superseded by version {rule.version}", now)


def _retire(rule: Rule, by: Actor, reason: str, now: datetime) -> None:
    check_move(MOVES, RuleStatus(rule.status), RuleStatus.RETIRED)
    rule.status, rule.retired_at = RuleStatus.RETIRED, now
    rule.save(update_fields=["status", "retired_at"])
    record(actor=by, action="fraud_rule.retired", subject=rule.subject, reason=reason, now=now)


def _decider(approval: Approval) -> Actor:
    """Return who decided; nobody did where the time was over."""
    return Actor.read(approval.checker) if approval.checker else Actor("system", "approvals")
