"""The standing check: nothing that was taken or given back stays outside the batches."""

from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from apps.cases.models import Case
from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.settlement.queries import left_over

LEFT_OVER_AFTER: Final = timedelta(days=2)


@transaction.atomic(durable=True)
def look_for_left_over(*, now: datetime) -> list[Case]:
    """Raise an alarm for each merchant of which something has been in no batch for more than two days; return them.

    Reads all the books, so once a day is enough. Safe to run at any time: trouble that lasts is counted on its case.
    """
    return [
        open_case(
            kind="amount_unbatched",
            severity=Severity.ALARM,
            subject=f"{left.account or 'nobody'}:{left.currency}",
            summary="What a merchant took or gave back has been in no settlement batch for more than two days.",
            remedy="close_batches",
            facts={
                "entries": left.count,
                "oldest_day": left.oldest_day.isoformat() if left.oldest_day else None,
            },
            now=now,
        )
        for left in left_over(before=now - LEFT_OVER_AFTER)
    ]
