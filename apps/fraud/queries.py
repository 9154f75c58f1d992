"""Every read of rules and of what became of their hits that deserves a name."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q, QuerySet

from apps.fraud.errors import UnknownRule
from apps.fraud.models import Assessment, BackTest, Listing, OutcomeKind, Rule
from apps.fraud.states import JUDGING, RuleStatus

BAD: Final = frozenset({OutcomeKind.CONFIRMED_FRAUD.value, OutcomeKind.DISPUTED.value})
# The newest word about an assessment called `judged`, as it was known at a moment; about a payment that was judged
# again, the word about either of its assessments.
OUTCOME: Final = """
    SELECT outcome.kind FROM fraud_assessmentoutcome outcome
    JOIN fraud_assessment either ON either.id = outcome.assessment_id
    WHERE either.payment_id = judged.payment_id AND outcome.at <= %(known_at)s::timestamptz
    ORDER BY outcome.at DESC, outcome.id DESC LIMIT 1
"""
_BAD_WORDS: Final = ", ".join(f"'{word}'" for word in sorted(BAD))
_PRECISION: Final = f"""
    SELECT hit ->> 'rule', (hit ->> 'version')::int, (hit ->> 'is_shadow')::boolean, count(*),
           count(*) FILTER (WHERE word.kind IN ({_BAD_WORDS})),
           count(*) FILTER (WHERE word.kind NOT IN ({_BAD_WORDS})
               OR word.kind IS NULL AND judged.verdict <> 'block' AND judged.at <= %(settled_at)s::timestamptz)
    FROM fraud_assessment judged
    CROSS JOIN LATERAL jsonb_array_elements(judged.hits) AS hit
    LEFT JOIN LATERAL ({OUTCOME}) AS word ON true
    WHERE judged.at >= %(since)s::timestamptz AND judged.at < %(until)s::timestamptz
      AND NOT judged.hits = '[]'::jsonb AND NOT judged.is_again AND NOT judged.is_training
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608  # our own words


@dataclass(frozen=True, slots=True)
class RulePrecision:
    """What became of the payments that one version of a rule was right or wrong about."""

    name: str
    version: int
    is_shadow: bool
    hits: int
    bad: int
    good: int

    @property
    def open(self) -> int:
        """How many nobody can say anything about yet."""
        return self.hits - self.bad - self.good

    @property
    def precision_basis_points(self) -> int | None:
        """How many of ten thousand hits were bad; None before anything is known."""
        return precision_basis_points(self.bad, self.good)


def precision_basis_points(bad: int, good: int) -> int | None:
    """Return how many of ten thousand were bad, rounded down; None of nothing."""
    return bad * 10_000 // (bad + good) if bad + good else None


def rule_precision(*, since: datetime, until: datetime, settled: timedelta, now: datetime) -> list[RulePrecision]:
    """Return the record of each version that held in the period, live and in shadow apart, by name and version.

    Without a word about it, a payment is taken for good after `settled`; one that was blocked took no place, and
    stays open.
    """
    values = {"since": since, "until": until, "settled_at": now - settled, "known_at": now}
    with connection.cursor() as cursor:
        cursor.execute(_PRECISION, values)
        return [RulePrecision(*row) for row in cursor.fetchall()]


def all_rules(*, statuses: Iterable[RuleStatus] = RuleStatus) -> QuerySet[Rule]:
    """Return the versions in these states, by name and the newest first."""
    return Rule.objects.filter(status__in=list(statuses)).order_by("name", "-version")


def find_rule(name: str, version: int | None = None) -> Rule:
    """Return that version of a rule, or its newest one. Raises UnknownRule."""
    found = Rule.objects.filter(name=name)
    if version is not None:
        found = found.filter(version=version)
    rule = found.order_by("-version").first()
    if rule is None:
        raise UnknownRule
    return rule


def newest_rules(*, after: str = "") -> QuerySet[Rule]:
    """Return the newest version of each rule, by name; `after` goes on behind a name."""
    rules = Rule.objects.filter(name__gt=after) if after else Rule.objects.all()
    return rules.order_by("name", "-version").distinct("name")


def judging_rules() -> QuerySet[Rule]:
    """Return what payments are judged by now, live and in shadow."""
    return Rule.objects.filter(status__in=JUDGING).order_by("name", "version")


def versions_of(name: str) -> QuerySet[Rule]:
    """Return every version of a rule, newest first."""
    return Rule.objects.filter(name=name).order_by("-version")


def rule_with(rule_id: UUID) -> Rule:
    """Return one version with its approvals. Raises UnknownRule."""
    rule = Rule.objects.select_related("approval", "live_approval").filter(id=rule_id).first()
    if rule is None:
        raise UnknownRule
    return rule


def sampled_assessments(ids: Iterable[UUID]) -> QuerySet[Assessment]:
    """Return the assessments that a back-test kept as samples, oldest first."""
    return Assessment.objects.filter(id__in=list(ids)).order_by("at", "id")


def back_tests_of(rule_id: UUID) -> QuerySet[BackTest]:
    """Return the back-tests of a version, newest first."""
    return BackTest.objects.filter(rule_id=rule_id).order_by("-id")


def open_listings(*, now: datetime) -> QuerySet[Listing]:
    """Return what the lists say now, newest first."""
    return Listing.objects.filter(Q(until=None) | Q(until__gt=now), ended_at=None).order_by("-id")


def ended_listings(*, now: datetime) -> QuerySet[Listing]:
    """Return what the lists said once, newest first: taken off by somebody, or over by itself."""
    return Listing.objects.filter(Q(ended_at__isnull=False) | Q(until__lte=now)).order_by("-id")
