"""How right a rule was, or would have been: counts with their shares, and payments to look at."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.fraud.models import Assessment, BackTest
from apps.fraud.operations.back_testing import SETTLED_DAYS
from apps.fraud.queries import RulePrecision, rule_precision, sampled_assessments
from apps.kernel.ids import public_id
from apps.pages.moments import ZURICH
from apps.staff_portal.words.rules import RuleWords

RECORD_DAYS: Final = 90
_NO_BREAK: Final = "\u00a0"


@dataclass(frozen=True, slots=True)
class Line:
    """One count, and how much of what it is; a share alone has no count."""

    word: str
    count: int | None
    share: str = ""


@dataclass(frozen=True, slots=True)
class Sample:
    """One payment that the rule would have held for."""

    payment: str
    assessment: Assessment


@dataclass(frozen=True, slots=True)
class Result:
    """A back-test as the page shows it, also while it runs."""

    test: BackTest
    period: str
    lines: tuple[Line, ...]
    bad: tuple[Sample, ...]
    good: tuple[Sample, ...]

    @property
    def is_running(self) -> bool:
        return self.test.ended_at is None


@dataclass(frozen=True, slots=True)
class Record:
    """What became of the payments that a version held for, live or in shadow."""

    counted: RulePrecision
    share: str


def records_by_version(now: datetime) -> dict[tuple[str, int], list[Record]]:
    """Return what became of the payments of the last RECORD_DAYS that each version held for, live and in shadow."""
    since, settled = now - timedelta(days=RECORD_DAYS), timedelta(days=SETTLED_DAYS)
    records: dict[tuple[str, int], list[Record]] = {}
    for each in rule_precision(since=since, until=now, settled=settled, now=now):
        record = Record(each, share_text(each.bad, each.bad + each.good))
        records.setdefault((each.name, each.version), []).append(record)
    return records


def period_text(test: BackTest) -> str:
    """Return the days that were looked at, in Zurich's time."""
    return f"{test.since.astimezone(ZURICH):%d.%m.%Y} – {test.until.astimezone(ZURICH):%d.%m.%Y}"


def result_of(test: BackTest, words: RuleWords) -> Result:
    """Return the counts of a back-test with their shares, and its samples."""
    told = test.result
    tried, hits, known = told["tried"], told["hits"], told["good"] + told["bad"]
    of_hits = words.of_hits
    lines = (
        Line(words.tried, tried),
        Line(words.hits, hits, share_text(hits, tried, words.of_tried)),
        Line(words.would_go_on, told["passed"], share_text(told["passed"], hits, of_hits)),
        Line(words.would_consent, told["consent"], share_text(told["consent"], hits, of_hits)),
        Line(words.would_review, told["review"], share_text(told["review"], hits, of_hits)),
        Line(words.would_block, told["block"], share_text(told["block"], hits, of_hits)),
        Line(words.good, told["good"], share_text(told["good"], hits, of_hits)),
        Line(words.bad, told["bad"], share_text(told["bad"], hits, of_hits)),
        Line(words.open, told["open"], share_text(told["open"], hits, of_hits)),
        Line(words.precision, None, share_text(told["bad"], known, words.of_known)),
    )
    kept = {str(each.id): each for each in sampled_assessments(_ids(told))}
    return Result(
        test, period_text(test), lines, _samples(told["samples_bad"], kept), _samples(told["samples_good"], kept)
    )


def share_text(part: int, whole: int, of_what: str = "") -> str:
    """Return the share in percent with one decimal, rounded down; nothing of nothing."""
    if not whole:
        return ""
    thousandths = part * 1000 // whole
    return f"{thousandths // 10}.{thousandths % 10}{_NO_BREAK}% {of_what}".strip()


def _ids(told: dict[str, list[str]]) -> list[UUID]:
    return [UUID(text) for text in (*told["samples_bad"], *told["samples_good"])]


def _samples(ids: Iterable[str], kept: dict[str, Assessment]) -> tuple[Sample, ...]:
    return tuple(Sample(public_id("pay", kept[each].payment_id), kept[each]) for each in ids if each in kept)
