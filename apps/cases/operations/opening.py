"""Open a case, or meet it again."""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from django.db import transaction

from apps.audit.operations import record
from apps.cases.errors import UnfitFacts
from apps.cases.models import Case
from apps.cases.states import Severity
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.money import Money
from apps.outbox.operations import leave_messages, notes_about

logger = logging.getLogger(__name__)

SYSTEM: Final = Actor("system", "cases")

_LONGEST_FACT: Final = 200

# One statement, because two may meet the same trouble at once. The old severity tells a new case (none) from a known
# one, and one that has become an alarm from one that was.
_OPEN: Final = """
    INSERT INTO cases_case AS known (id, kind, severity, subject, summary, remedy, facts, amount_minor, currency,
        status, owner, opened_at, last_at, times, resolved_by, resolution)
    VALUES (%(id)s, %(kind)s, %(severity)s, %(subject)s, %(summary)s, %(remedy)s, %(facts)s::jsonb, %(amount_minor)s,
        %(currency)s, 'open', '', %(now)s, %(now)s, 1, '', '')
    ON CONFLICT (kind, subject) WHERE status <> 'resolved' DO UPDATE SET
        times = known.times + 1,
        last_at = greatest(known.last_at, excluded.last_at),
        severity = (ARRAY['info', 'warning', 'alarm'])[greatest(
            array_position(ARRAY['info', 'warning', 'alarm'], known.severity::text),
            array_position(ARRAY['info', 'warning', 'alarm'], excluded.severity::text))]
    RETURNING new.*, old.severity AS severity_before
"""


def open_case(
    *,
    kind: str,
    severity: Severity,
    subject: str,
    summary: str,
    remedy: str = "",
    facts: Mapping[str, object] | None = None,
    amount: Money | None = None,
    now: datetime,
) -> Case:
    """Open a case in the caller's transaction, or count one more time on the one of this kind and subject.

    `summary` is one sentence for staff. A case that is known and not resolved keeps its words and facts, and may only
    become graver. Whatever becomes an alarm is logged as an error after the commit and leaves notes for "case.alarm".
    UnfitFacts for facts that are not small values.
    """
    kept = dict(facts or {})
    _refuse_unfit(kept)
    parameters = {
        "id": uuid7(),
        "kind": kind,
        "severity": str(severity),
        "subject": subject,
        "summary": summary,
        "remedy": remedy,
        "facts": json.dumps(kept),
        "amount_minor": amount.amount if amount else None,
        "currency": amount.currency if amount else None,
        "now": now,
    }
    (case,) = Case.objects.raw(_OPEN, parameters)
    # What RETURNING adds to the columns of the model.
    before: str | None = getattr(case, "severity_before", None)
    if before != case.severity:
        action = "case.opened" if before is None else "case.raised"
        told = {"kind": kind, "about": subject, "severity": case.severity}
        record(actor=SYSTEM, action=action, subject=case.public_id, reason=summary, facts=told, now=now)
        if case.severity == Severity.ALARM:
            _sound_alarm(case, now)
    return case


def _sound_alarm(case: Case, now: datetime) -> None:
    arguments = {"case": case.public_id, "kind": case.kind, "subject": case.subject}
    leave_messages(notes=notes_about(event="case.alarm", arguments=arguments), now=now)
    transaction.on_commit(lambda: logger.error("alarm raised", extra=arguments), robust=True)


def _refuse_unfit(facts: Mapping[str, object]) -> None:
    for name, value in facts.items():
        is_small = (
            value is None or type(value) in (bool, int) or (isinstance(value, str) and len(value) <= _LONGEST_FACT)
        )
        if not isinstance(name, str) or not is_small:
            raise UnfitFacts(f"fact {name!r} is no id and no small value")
