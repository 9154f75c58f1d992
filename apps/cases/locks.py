"""The only place that locks a case. It comes last: whoever opens one holds the lock of its subject already."""

from uuid import UUID

from apps.cases.errors import UnknownCase
from apps.cases.models import Case


def lock_case(case_id: UUID) -> Case:
    """Return the case, locked until the transaction ends. Raises UnknownCase."""
    case = Case.objects.select_for_update().filter(id=case_id).first()
    if case is None:
        raise UnknownCase
    return case
