"""The rules and whether there are lists, as one process knows them; every judgement finds out whether that is so still.

The database renews the edition with every change of a rule or list. What is known is replaced as a whole, so that
threads which reload at once do no harm to one another.
"""

import logging
from dataclasses import dataclass
from uuid import UUID

from apps.fraud.conditions import read_condition
from apps.fraud.errors import RuleMalformed
from apps.fraud.models import Listing, Rule, Rulebook, Verdict
from apps.fraud.statement import KnownRule, Statement, write_statement
from apps.fraud.states import JUDGING, RuleStatus
from apps.fraud.verdicts import thresholds_now

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KnownRules:
    """One edition of the rulebook, and the statement that judges by it."""

    edition: UUID | None
    rules: tuple[KnownRule, ...]
    statement: Statement


# What this process knows; nothing before the first payment.
_known: KnownRules | None = None


def known_rules() -> KnownRules:
    """Return what this process knows, which may have changed since; the statement finds out."""
    return _known or _keep(None, (), has_lists=False)


def reload_rules() -> KnownRules:
    """Read the rulebook again."""
    # The edition first: a change in between makes the next judgement read it again.
    edition = Rulebook.objects.values_list("edition", flat=True).first()
    stored = Rule.objects.filter(status__in=JUDGING).order_by("name", "version")
    rules = tuple(rule for rule in map(_read, stored) if rule is not None)
    has_lists = Listing.objects.filter(ended_at=None).exists()
    return _keep(edition, rules, has_lists=has_lists)


def _keep(edition: UUID | None, rules: tuple[KnownRule, ...], *, has_lists: bool) -> KnownRules:
    global _known  # one name that is bound anew, at once
    statement = write_statement(rules, has_lists=has_lists, thresholds=thresholds_now())
    _known = KnownRules(edition, rules, statement)
    return _known


def _read(rule: Rule) -> KnownRule | None:
    try:
        condition = read_condition(rule.condition)
    except RuleMalformed:
        # Written for another release. One rule that cannot be read must not stop every payment.
        logger.error("fraud rule left out", extra={"rule": rule.subject})  # the place says nothing more
        return None
    return KnownRule(
        name=rule.name,
        version=rule.version,
        condition=condition,
        score=rule.score,
        verdict=Verdict(rule.verdict),
        reason=rule.reason,
        merchant_id=rule.merchant_id,
        is_shadow=rule.status == RuleStatus.SHADOW,
    )
