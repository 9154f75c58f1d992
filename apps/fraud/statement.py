"""The one statement that judges a payment and keeps what it judged, for one edition of the rules.

What the facts say is compared in Python and travels as yes, no, or nothing known; what the history says is read,
compared and summed up by PostgreSQL, whose AND, OR and NOT treat the unknown as `conditions` does. Nothing is inserted
where the rules have changed meanwhile. Only our own words and checked numbers are put into the text.
"""

# ruff: noqa: S608  # see above

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from django.db import connection
from psycopg.types.json import Jsonb

from apps.fraud.conditions import Condition, Every, Leaf, Look, Opposite, Some, compare, looks_of
from apps.fraud.history import look_sql
from apps.fraud.models import Assessment, Verdict
from apps.fraud.verdicts import SEVERITY, Thresholds

BLOCKED: Final = "listed_as_blocked"
ALLOWED: Final = "listed_as_allowed"
_JUDGED: Final = ("verdict", "score", "reasons", "hits")
_LISTED: Final = """
    (SELECT bool_or(entry.is_block) FROM fraud_listing entry
     WHERE entry.subject_id IN (judged.customer_id, judged.device_id, judged.instrument_id)
       AND (entry.kind, entry.subject_id) IN (('customer', judged.customer_id), ('device', judged.device_id),
                                              ('instrument', judged.instrument_id))
       AND entry.ended_at IS NULL AND (entry.until IS NULL OR entry.until > judged.at))
"""


@dataclass(frozen=True, slots=True)
class KnownRule:
    """One version that every payment is judged by, read and ready."""

    name: str
    version: int
    condition: Condition
    score: int
    verdict: Verdict
    reason: str
    merchant_id: UUID | None
    is_shadow: bool

    def as_document(self) -> dict[str, Any]:
        """Return what an assessment keeps of a rule that held."""
        return {
            "rule": self.name,
            "version": self.version,
            "score": self.score,
            "verdict": str(self.verdict),
            "is_shadow": self.is_shadow,
        }


@dataclass(frozen=True, slots=True)
class Statement:
    """The text, and what is put into its places for every payment alike."""

    text: str
    # What is compared in Python, by the name of its place.
    leaves: Mapping[str, Leaf] = field(default_factory=dict)
    # Any: whatever the driver takes.
    constants: Mapping[str, Any] = field(default_factory=dict)

    # Any: whatever the driver takes.
    def values(self, assessment: Assessment, edition: UUID | None) -> dict[str, Any]:
        """Return everything that the places take for this payment."""
        fields = [field for field in Assessment._meta.concrete_fields if field.name not in _JUDGED]
        row = {
            str(field.column): field.get_db_prep_save(field.pre_save(assessment, True), connection) for field in fields
        }
        compared = {name: compare(leaf, assessment.facts, {}) for name, leaf in self.leaves.items()}
        return {**self.constants, **row, **compared, "edition": edition}


def write_statement(rules: Sequence[KnownRule], *, has_lists: bool, thresholds: Thresholds) -> Statement:
    """Return the statement for these rules; it gives the verdict, score, reasons and hits of what it inserted."""
    return _Writer(rules).write(has_lists, thresholds)


class _Writer:
    """Gives names to everything that several rules share."""

    def __init__(self, rules: Sequence[KnownRule]) -> None:
        self.rules = rules
        looks = frozenset[Look]().union(*(looks_of(rule.condition) for rule in rules))
        self.looks = {look: f"look_{number}" for number, look in enumerate(sorted(looks, key=repr))}
        self.leaves: dict[Leaf, str] = {}

    def write(self, has_lists: bool, thresholds: Thresholds) -> Statement:
        columns = ", ".join(str(field.column) for field in Assessment._meta.concrete_fields)
        seen = "".join(f", {look_sql(look)} AS {name}" for look, name in self.looks.items())
        text = f"""
            WITH judged AS (SELECT {_row()}),
            seen AS (
                SELECT (SELECT edition FROM fraud_rulebook) AS edition,
                       {_LISTED if has_lists else "NULL::boolean"} AS is_blocked{seen}
                FROM judged
            ),
            summed AS ({self._summed()})
            INSERT INTO fraud_assessment ({columns})
            SELECT {", ".join(_source(str(field.column), thresholds) for field in Assessment._meta.concrete_fields)}
            FROM judged, seen, summed
            WHERE seen.edition IS NOT DISTINCT FROM %(edition)s::uuid
            RETURNING verdict, score, reasons, hits
        """
        constants: dict[str, Any] = {}
        if self.rules:
            constants["documents"] = Jsonb([rule.as_document() for rule in self.rules])
            constants["words"] = [rule.reason for rule in self.rules]
        return Statement(text, {name: leaf for leaf, name in self.leaves.items()}, constants)

    def _summed(self) -> str:
        """What the rules say together; the ones in shadow are kept, and change nothing."""
        if not self.rules:
            return "SELECT 0 AS score, 0 AS own, '[]'::jsonb AS reasons, '[]'::jsonb AS hits"
        rows = ", ".join(
            f"({number}, {rule.score:d}, {SEVERITY.index(rule.verdict)}, {rule.is_shadow!s}, {self._rule(rule)})"
            for number, rule in enumerate(self.rules)
        )
        return f"""
            SELECT coalesce(sum(rule.score) FILTER (WHERE NOT rule.is_shadow), 0)::integer AS score,
                   coalesce(max(rule.severity) FILTER (WHERE NOT rule.is_shadow), 0) AS own,
                   coalesce(jsonb_agg(DISTINCT (%(words)s::text[])[rule.number + 1])
                            FILTER (WHERE NOT rule.is_shadow), '[]') AS reasons,
                   coalesce(jsonb_agg(%(documents)s::jsonb -> rule.number ORDER BY rule.number), '[]') AS hits
            FROM judged, seen, LATERAL (VALUES {rows}) AS rule (number, score, severity, is_shadow, holds)
            WHERE rule.holds
        """

    def _rule(self, rule: KnownRule) -> str:
        condition = self._condition(rule.condition)
        return condition if rule.merchant_id is None else f"(judged.merchant_id = '{rule.merchant_id}' AND {condition})"

    def _condition(self, condition: Condition) -> str:
        match condition:
            case Leaf():
                if condition.look is not None:
                    return self._compared(condition, condition.look)
                name = self.leaves.setdefault(condition, f"fact_{len(self.leaves)}")
                return f"%({name})s::boolean"
            case Opposite(part=part):
                return f"(NOT {self._condition(part)})"
            case Every(parts=parts):
                return f"({' AND '.join(self._condition(part) for part in parts)})"
            case Some(parts=parts):
                return f"({' OR '.join(self._condition(part) for part in parts)})"

    def _compared(self, leaf: Leaf, look: Look) -> str:
        name = f"seen.{self.looks[look]}"
        bounds = [] if leaf.at_least is None else [f"{name} >= {leaf.at_least:d}"]
        if leaf.at_most is not None:
            bounds.append(f"{name} <= {leaf.at_most:d}")
        compared = " AND ".join(bounds)
        if leaf.currency is None:
            return f"({compared})"
        return f"(CASE WHEN judged.currency = '{leaf.currency}' THEN {compared} END)"


def _row() -> str:
    # What is selected must say its type; a length is left to the column, which refuses what is too long.
    return ", ".join(
        f"%({field.column})s::{str(field.db_type(connection)).partition('(')[0]} AS {field.column}"
        for field in Assessment._meta.concrete_fields
        if field.name not in _JUDGED
    )


def _source(column: str, thresholds: Thresholds) -> str:
    match column:
        case "score" | "hits":
            return f"summed.{column}"
        case "reasons":
            return f"""CASE WHEN seen.is_blocked IS NULL THEN summed.reasons
                WHEN seen.is_blocked THEN '["{BLOCKED}"]'::jsonb || summed.reasons
                ELSE '["{ALLOWED}"]'::jsonb || summed.reasons END"""
        case "verdict":
            words = ", ".join(f"'{verdict.value}'" for verdict in SEVERITY)
            return f"""CASE WHEN seen.is_blocked THEN 'block' WHEN NOT seen.is_blocked THEN 'pass'
                ELSE (ARRAY[{words}])[1 + greatest(summed.own, CASE
                    WHEN summed.score >= {thresholds.block:d} THEN 3 WHEN summed.score >= {thresholds.review:d} THEN 2
                    WHEN summed.score >= {thresholds.consent:d} THEN 1 ELSE 0 END)] END"""
        case _:
            return f"judged.{column}"
