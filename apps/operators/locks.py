"""The only place that locks an operator; before his sessions, codes and invitations."""

from uuid import UUID

from django.db.models import Q

from apps.operators.errors import UnknownOperator
from apps.operators.models import Operator
from apps.operators.roles import Role


def lock_operator(operator_id: UUID) -> Operator:
    """Return the operator, locked until the transaction ends. Raises UnknownOperator."""
    operator = Operator.objects.select_for_update(no_key=True).filter(id=operator_id).first()
    if operator is None:
        raise UnknownOperator
    return operator


def lock_with_administrators(operator_id: UUID) -> tuple[Operator, list[Operator]]:
    """Return the operator and the other active administrators, locked in the order of their ids.

    Two who switch each other off at once wait for one another here. Raises UnknownOperator.
    """
    wanted = Q(id=operator_id) | Q(role=Role.ADMINISTRATOR, is_active=True)
    locked = list(Operator.objects.select_for_update(no_key=True).filter(wanted).order_by("id"))
    found = next((operator for operator in locked if operator.id == operator_id), None)
    if found is None:
        raise UnknownOperator
    return found, [operator for operator in locked if operator.id != operator_id]
