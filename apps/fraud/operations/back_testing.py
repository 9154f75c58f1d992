"""Trying a version of a rule on what is stored: what it would have stopped, and how much of that was good."""

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db import connection, transaction

from apps.audit.operations import record
from apps.fraud.conditions import holds, looks_of, read_condition
from apps.fraud.errors import PeriodMalformed, UnknownRule
from apps.fraud.history import looks_sql
from apps.fraud.locks import lock_back_test
from apps.fraud.models import BackTest, Rule, Verdict
from apps.fraud.queries import BAD, OUTCOME, precision_basis_points
from apps.fraud.topics import BACK_TEST
from apps.fraud.verdicts import Thresholds, sternest, thresholds_now
from apps.kernel.actors import Actor
from apps.outbox.operations import leave_message

BATCH: Final = 500
# More than so many payments are not tried; the result says so.
MOST_TRIED: Final = 1_000_000
MOST_SAMPLES: Final = 20
SETTLED_DAYS: Final = 30
LONGEST: Final = timedelta(days=400)
_COUNTS: Final = ("tried", "hits", "passed", "consent", "review", "block", "good", "bad", "open")


@transaction.atomic(durable=True)
def back_test(
    *,
    rule_version: UUID,
    since: datetime,
    until: datetime,
    settled_days: int = SETTLED_DAYS,
    by: Actor,
    now: datetime,
) -> BackTest:
    """Ask for a back-test over what was judged from `since` until before `until`; it is run behind the scenes.

    Without a word about it, a payment is taken for good after `settled_days`. Raises UnknownRule, PeriodMalformed.
    """
    rule = Rule.objects.filter(id=rule_version).first()
    if rule is None:
        raise UnknownRule
    if not since < until <= now or until - since > LONGEST or not 0 <= settled_days <= LONGEST.days:
        raise PeriodMalformed(f"a back-test ends by now, and is of at most {LONGEST.days} days")
    asked = BackTest.objects.create(
        rule=rule,
        since=since,
        until=until,
        settled_days=settled_days,
        thresholds=thresholds_now().as_document(),
        maker=str(by),
        at=now,
        result=dict.fromkeys(_COUNTS, 0) | {"samples_bad": [], "samples_good": []},
    )
    leave_message(topic=BACK_TEST, arguments={"back_test_id": str(asked.id)}, now=now)
    facts = {"back_test": str(asked.id), "since": since.isoformat(), "until": until.isoformat()}
    record(actor=by, action="fraud_rule.back_test_asked", subject=rule.subject, facts=facts, now=now)
    return asked


def run_back_test(*, back_test_id: UUID, now: datetime) -> BackTest:
    """Try the rule on batch after batch, each in a transaction of its own that also keeps how far it came.

    Whoever runs it again, after a crash or at the same time, goes on from there. Raises UnknownBackTest.
    """
    while True:
        asked = _try_batch(back_test_id, now)
        if asked.ended_at is not None:
            return asked


@transaction.atomic(durable=True)
def _try_batch(back_test_id: UUID, now: datetime) -> BackTest:
    asked = lock_back_test(back_test_id)
    if asked.ended_at is not None:
        return asked
    trial = _Trial(asked)
    rows = trial.next_rows()
    for row in rows:
        trial.take(row)
    result = asked.result
    is_cut = result["tried"] >= MOST_TRIED and len(rows) == BATCH
    if len(rows) < BATCH or is_cut:
        asked.ended_at = now
        result["is_cut"] = is_cut
        result["precision_basis_points"] = precision_basis_points(result["bad"], result["good"])
    asked.save(update_fields=["position_at", "position_id", "result", "ended_at"])
    return asked


class _Trial:
    """One batch of one back-test."""

    def __init__(self, asked: BackTest) -> None:
        self.asked, self.rule = asked, asked.rule
        self.condition = read_condition(asked.rule.condition)
        self.looks = sorted(looks_of(self.condition), key=repr)
        self.thresholds = Thresholds(**asked.thresholds)
        self.settled = timedelta(days=asked.settled_days)

    # Any: the columns of a row, as the statement names them.
    def next_rows(self) -> list[dict[str, Any]]:
        """Return the next assessments in the order of their time, each with what was known then and later."""
        asked = self.asked
        after = asked.position_at or asked.since, asked.position_id or UUID(int=0)
        # Our own words and checked numbers; the values travel beside it.
        # The batch first, so that nothing is read for what is not in it.
        statement = f"""
            WITH judged AS MATERIALIZED (
                SELECT * FROM fraud_assessment stored
                WHERE (stored.at, stored.id) > (%(after_at)s::timestamptz, %(after_id)s::uuid)
                  AND stored.at < %(until)s::timestamptz AND NOT stored.is_again AND NOT stored.is_training
                  AND (%(merchant)s::uuid IS NULL OR stored.merchant_id = %(merchant)s::uuid)
                ORDER BY stored.at, stored.id LIMIT {BATCH}
            )
            SELECT judged.id, judged.at, judged.facts, judged.verdict, judged.hits,
                   ({OUTCOME}) AS outcome{looks_sql(self.looks)}
            FROM judged ORDER BY judged.at, judged.id
        """  # noqa: S608
        values: dict[str, datetime | UUID | None] = {
            "after_at": after[0],
            "after_id": after[1],
            "until": asked.until,
            "merchant": self.rule.merchant_id,
            "known_at": asked.at,
        }
        names = ["id", "at", "facts", "verdict", "hits", "outcome"]
        with connection.cursor() as cursor:
            cursor.execute(statement, values)
            return [
                dict(zip(names, row, strict=False)) | {"seen": dict(zip(self.looks, row[len(names) :], strict=True))}
                for row in cursor.fetchall()
            ]

    def take(self, row: Mapping[str, Any]) -> None:
        """Count one assessment."""
        asked, result = self.asked, self.asked.result
        asked.position_at, asked.position_id = row["at"], row["id"]
        result["tried"] += 1
        if not holds(self.condition, json.loads(row["facts"]), row["seen"]):
            return
        result["hits"] += 1
        would = self._verdict(json.loads(row["hits"]))
        result["passed" if would == Verdict.PASS else str(would)] += 1
        became = self._became(row)
        result[became] += 1
        samples = result.get(f"samples_{became}")
        if samples is not None and len(samples) < MOST_SAMPLES:
            samples.append(str(row["id"]))

    # Any: JSON values.
    def _verdict(self, hits: list[dict[str, Any]]) -> Verdict:
        """Return what the payment would have met with this version in the place of the one that was live, if any."""
        others = [hit for hit in hits if hit["rule"] != self.rule.name and not hit["is_shadow"]]
        score = self.rule.score + sum(hit["score"] for hit in others)
        own = [Verdict(self.rule.verdict), *(Verdict(hit["verdict"]) for hit in others)]
        return sternest(*own, self.thresholds.verdict(score))

    def _became(self, row: Mapping[str, Any]) -> str:
        if row["outcome"] is not None:
            return "bad" if row["outcome"] in BAD else "good"
        # What was blocked took no place, and so says nothing of itself.
        is_settled = row["verdict"] != Verdict.BLOCK and row["at"] <= self.asked.at - self.settled
        return "good" if is_settled else "open"
