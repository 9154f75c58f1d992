"""One line of time from several sources: what happened, what was said to providers, what people did."""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from apps.audit.models import Record
from apps.operators.queries import names_of
from apps.pages.moments import ZURICH
from apps.transactions.staff_queries import calls_about, events_of

MOST_RECORDS: Final = 100


@dataclass(frozen=True, slots=True)
class Entry:
    """What happened, who did it, exactly when, and how long it took."""

    at: datetime
    what: str
    who: str = ""
    took: str = ""
    detail: str = ""
    # How long after the entry before it.
    after: str = ""

    @property
    def exact(self) -> str:
        """Return the moment to the millisecond, in Zurich's time."""
        local = self.at.astimezone(ZURICH)
        return f"{local:%d.%m.%Y, %H:%M:%S}.{local.microsecond // 1000:03d}"


def payment_timeline(payment_id: UUID, subject: str) -> list[Entry]:
    """Return all that is known of a payment, oldest first."""
    entries = [Entry(event.at, event.kind, event.actor, detail=_text(event.facts)) for event in events_of(payment_id)]
    entries += [
        Entry(call.at, f"{call.verb}: {call.outcome}", call.account.name, f"{call.latency_ms} ms", call.detail)
        for call in calls_about(payment_id)
    ]
    # What happened to the payment is evidence as well, with the same words at the same moment.
    told = {(entry.at, entry.what) for entry in entries}
    entries += [entry for entry in record_entries(newest_records(subject)) if (entry.at, entry.what) not in told]
    entries.sort(key=lambda entry: entry.at)
    before = [None, *(entry.at for entry in entries)]
    return [
        entry if earlier is None else replace(entry, after=_distance(entry.at - earlier))
        for earlier, entry in zip(before, entries, strict=False)
    ]


def _distance(length: timedelta) -> str:
    """Return ``+250 ms``, ``+1.3 s``, or from ten minutes on ``+17 min``; empty at the same moment."""
    seconds = length.total_seconds()
    if seconds < 1:
        return f"+{seconds * 1000:.0f}\u00a0ms" if seconds >= 0.0005 else ""
    return f"+{seconds:.1f}\u00a0s" if seconds < 600 else f"+{seconds / 60:.0f}\u00a0min"


def staff_deeds(subjects: Collection[str]) -> list[Entry]:
    """Return what operators did to these things, oldest first."""
    done = Record.objects.filter(subject__in=subjects, actor_kind="operator").order_by("-id")[:MOST_RECORDS]
    return record_entries(reversed(done))


def newest_records(subject: str) -> list[Record]:
    """Return what people and jobs did to the thing, newest first."""
    return list(Record.objects.filter(subject=subject).order_by("-id")[:MOST_RECORDS])


def record_entries(records: Iterable[Record]) -> list[Entry]:
    """Return evidence as entries, with the names of operators."""
    kept = list(records)
    names = names_of({actor for record in kept if (actor := f"{record.actor_kind}:{record.actor_id}")})
    return [
        Entry(
            record.at,
            record.action,
            names.get(f"{record.actor_kind}:{record.actor_id}", f"{record.actor_kind}:{record.actor_id}"),
            detail="\n".join(filter(None, (record.reason, _text(record.facts)))),
        )
        for record in kept
    ]


def _text(facts: object) -> str:
    return json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True) if facts else ""
