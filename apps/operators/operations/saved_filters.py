"""An operator keeps filters of lists under names of his own, and an export of a list leaves a record."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.kernel.actors import Actor
from apps.operators.errors import InvalidSavedFilter
from apps.operators.locks import lock_operator
from apps.operators.models import SavedFilter

MOST_SAVED: Final = 50
LONGEST_QUERY: Final = 1000


@transaction.atomic(durable=True)
def save_filter(*, operator_id: UUID, page: str, name: str, query: str, now: datetime) -> SavedFilter:
    """Keep the filter under this name; one of the same name on the same page is replaced. Raises InvalidSavedFilter."""
    name = name.strip()
    if not (0 < len(name) <= 40 and name.isprintable() and len(query) <= LONGEST_QUERY):
        raise InvalidSavedFilter
    lock_operator(operator_id)
    SavedFilter.objects.filter(operator_id=operator_id, page=page, name=name).delete()
    if SavedFilter.objects.filter(operator_id=operator_id).count() >= MOST_SAVED:
        raise InvalidSavedFilter
    return SavedFilter.objects.create(operator_id=operator_id, page=page, name=name, query=query, created_at=now)


@transaction.atomic(durable=True)
def forget_filter(*, operator_id: UUID, filter_id: UUID) -> None:
    """Remove a filter of the operator's own; anybody else's stays, and doing it twice changes nothing."""
    SavedFilter.objects.filter(id=filter_id, operator_id=operator_id).delete()


@transaction.atomic(durable=True)
def note_export(*, page: str, filters: Mapping[str, str], by: Actor, now: datetime) -> None:
    """Write down who takes which list out of the house, before its first line leaves."""
    record(actor=by, action="list.exported", subject=f"list:{page}", facts={"filters": dict(filters)}, now=now)
