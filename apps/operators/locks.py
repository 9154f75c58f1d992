"""The only place that locks an operator; before his sessions, codes and invitations."""

from uuid import UUID

from apps.operators.errors import UnknownOperator
from apps.operators.models import Operator


def lock_operator(operator_id: UUID) -> Operator:
    """Return the operator, locked until the transaction ends. Raises UnknownOperator."""
    operator = Operator.objects.select_for_update(no_key=True).filter(id=operator_id).first()
    if operator is None:
        raise UnknownOperator
    return operator
