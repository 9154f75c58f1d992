"""How payments are going right now, in numbers: each by one bounded statement over the newest ids.

Ids rise with time, so a window of time is the end of the primary key; and no statement reads more than MOST_READ rows,
however busy the day: what is said then is said of the newest.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import connection

from apps.kernel.ids import earliest_uuid7
from apps.providers.contract import Verb
from apps.providers.models import CallOutcome, CallVerb, ProviderAccount
from apps.transactions.states import Status

MINUTES: Final = 60
MOST_READ: Final = 50_000
MOST_TIMED: Final = 10_000
_HOUR: Final = timedelta(minutes=MINUTES)
_DAY: Final = timedelta(days=1)
_SILENT: Final = (CallOutcome.UNKNOWN, CallOutcome.NOT_SENT, CallOutcome.CONFIG_ERROR)

_BY_RESULT: Final = """
    SELECT CASE WHEN authorised_at IS NOT NULL THEN ''
                WHEN status = %(declined)s THEN coalesce(nullif(decline_detail, ''), decline_code) END,
           id >= %(hour)s, id >= %(today)s, count(*)
    FROM (SELECT id, status, authorised_at, decline_detail, decline_code FROM transactions_payment
          WHERE id >= %(day)s AND NOT is_training ORDER BY id DESC LIMIT %(most)s) newest
    GROUP BY 1, 2, 3
"""
_BY_MINUTE: Final = """
    SELECT floor(extract(epoch FROM %(now)s - created_at) / 60)::int, count(*), count(authorised_at),
           count(*) FILTER (WHERE status = %(declined)s)
    FROM (SELECT created_at, authorised_at, status FROM transactions_payment
          WHERE id >= %(hour)s AND NOT is_training ORDER BY id DESC LIMIT %(most)s) newest
    WHERE created_at <= %(now)s
    GROUP BY 1
"""
_ANSWERS: Final = """
    SELECT count(*), percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY milliseconds)
    FROM (SELECT (extract(epoch FROM authorised_at - created_at) * 1000)::int AS milliseconds
          FROM transactions_payment WHERE id >= %(hour)s AND NOT is_training AND authorised_at IS NOT NULL
          ORDER BY id DESC LIMIT %(timed)s) newest
"""
_QUEUED: Final = """
    SELECT count(*), percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY milliseconds)
    FROM (SELECT (extract(epoch FROM sent_at - created_at) * 1000)::int AS milliseconds
          FROM transactions_operation WHERE id >= %(hour)s AND verb = %(authorise)s AND sent_at IS NOT NULL
          ORDER BY id DESC LIMIT %(timed)s) newest
"""
_CALLS: Final = """
    SELECT account_id, count(*), count(*) FILTER (WHERE outcome = ANY(%(silent)s)),
           count(*) FILTER (WHERE verb = %(call)s),
           percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY latency_ms) FILTER (WHERE verb = %(call)s)
    FROM (SELECT account_id, outcome, verb, latency_ms FROM providers_providercall
          WHERE id >= %(hour)s ORDER BY id DESC LIMIT %(timed)s) newest
    GROUP BY 1
"""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many were approved, and how many were not."""

    approved: int
    declined: int

    @property
    def decided(self) -> int:
        return self.approved + self.declined


@dataclass(frozen=True, slots=True)
class Latency:
    """How long a step took, in milliseconds: half, 19 of 20, and 99 of 100 took no longer. `of` is whose step."""

    step: str
    of: str
    count: int
    p50: int
    p95: int
    p99: int


@dataclass(frozen=True, slots=True)
class ProviderHealth:
    """How a provider answered in the last hour; `silent` calls had no answer that says yes or no."""

    name: str
    is_enabled: bool
    calls: int
    silent: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Everything at one moment. `minutes` are (all, approved, declined), the oldest of sixty first.

    `is_cut` where the day had more payments than are read: what is said of today and of the day is said of the newest.
    """

    at: datetime
    minutes: tuple[tuple[int, int, int], ...]
    hour: Tally
    today: Tally
    declines: tuple[tuple[str, int], ...]
    latencies: tuple[Latency, ...]
    providers: tuple[ProviderHealth, ...]
    is_cut: bool


def read_figures(*, today_since: datetime, now: datetime) -> Figures:
    """Return how it goes, without training; `today_since` is when the day began where the shops are."""
    wanted: dict[str, Any] = {  # Any: whatever a statement is asked with
        "now": now,
        "hour": earliest_uuid7(now - _HOUR),
        "today": earliest_uuid7(max(today_since, now - _DAY)),
        "day": earliest_uuid7(now - _DAY),
        "most": MOST_READ,
        "timed": MOST_TIMED,
        "declined": Status.DECLINED,
        "authorise": Verb.AUTHORISE.value,
        "call": CallVerb.AUTHORISE,
        "silent": list(_SILENT),
    }
    every = _rows(_BY_RESULT, wanted)
    # What is not decided has no reason, not even an empty one.
    results = [row for row in every if row[0] is not None]
    declines: dict[str, int] = {}
    for reason, _, _, count in results:
        if reason:
            declines[reason] = declines.get(reason, 0) + count
    calls = {row[0]: row[1:] for row in _rows(_CALLS, wanted)}
    accounts = list(ProviderAccount.objects.order_by("code"))
    latencies = [
        _latency("answer", "", *_rows(_ANSWERS, wanted)[0]),
        _latency("queue", "", *_rows(_QUEUED, wanted)[0]),
        *(_latency("provider", account.name, *calls[account.id][2:]) for account in accounts if account.id in calls),
    ]
    return Figures(
        at=now,
        minutes=_minutes(_rows(_BY_MINUTE, wanted)),
        hour=_tally([(row[0], row[3]) for row in results if row[1]]),
        today=_tally([(row[0], row[3]) for row in results if row[2]]),
        declines=tuple(sorted(declines.items(), key=lambda each: (-each[1], each[0]))),
        latencies=tuple(latency for latency in latencies if latency.count),
        providers=tuple(
            ProviderHealth(account.name, account.is_enabled, *calls.get(account.id, (0, 0))[:2]) for account in accounts
        ),
        is_cut=sum(count for *_, count in every) >= MOST_READ,
    )


# Any: what the database is asked with, and answers with, column by column.
def _rows(statement: str, wanted: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, wanted)
        return list(cursor.fetchall())


def _tally(counts: list[tuple[str, int]]) -> Tally:
    approved = sum(count for reason, count in counts if not reason)
    return Tally(approved, sum(count for _, count in counts) - approved)


def _minutes(rows: list[tuple[Any, ...]]) -> tuple[tuple[int, int, int], ...]:
    counted = {ago: (every, approved, declined) for ago, every, approved, declined in rows}
    return tuple(counted.get(ago, (0, 0, 0)) for ago in reversed(range(MINUTES)))


def _latency(step: str, of: str, count: int, percentiles: list[int] | None) -> Latency:
    return Latency(step, of, count, *(percentiles or (0, 0, 0)))
