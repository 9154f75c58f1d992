"""Look for trouble that nobody has noticed."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from apps.cases.models import Case
from apps.cases.operations.opening import open_case
from apps.cases.queries import oldest_unsealed, stuck_messages
from apps.cases.states import Severity

OVERDUE_AFTER: Final = timedelta(minutes=1)
# After so many failures a note has waited for more than a minute in all (1, 2, 4 to 32 seconds).
HOPELESS_TRIES: Final = 7
UNSEALED_AFTER: Final = timedelta(hours=1)
# As far back as sealing looks, see apps/audit; verify_audit counts what is older.
LOOK_BACK: Final = timedelta(days=1)


@transaction.atomic(durable=True)
def look_for_trouble(*, now: datetime) -> list[Case]:
    """Open a case per topic whose notes are stuck, and one if the audit trail is no longer sealed; return them.

    Safe to run at any time and by several at once; trouble that lasts is counted on its case.
    """
    stuck = list(stuck_messages(now=now, overdue_by=OVERDUE_AFTER, tries=HOPELESS_TRIES))
    cases = [
        open_case(
            kind="outbox_overdue",
            severity=Severity.ALARM,
            subject=message.topic,
            summary="Work that must happen was tried and is not done.",
            facts={"message_id": str(message.id), "tries": message.tries, "last_error": message.last_error},
            now=now,
        )
        for message in stuck
    ]
    unsealed = oldest_unsealed(since=now - LOOK_BACK, before=now - UNSEALED_AFTER)
    if unsealed is not None:
        cases.append(
            open_case(
                kind="audit_unsealed",
                severity=Severity.ALARM,
                subject="audit",
                summary="Evidence has been without a seal for more than an hour: changes to it would not show.",
                facts={"record_id": str(unsealed.id)},
                now=now,
            )
        )
    return cases
