"""What a payment cannot settle by itself becomes a case, in the transaction that found it out."""

from collections.abc import Mapping
from datetime import datetime

from apps.cases.operations import open_case
from apps.cases.states import Severity
from apps.kernel.money import Money
from apps.transactions.models import Payment


def report_trouble(
    payment: Payment,
    *,
    kind: str,
    summary: str,
    subject: str = "",
    remedy: str = "",
    amount: Money,
    facts: Mapping[str, object] | None = None,
    now: datetime,
) -> None:
    """Open a case with an alarm about the payment, or about `subject` of it; trouble that lasts is counted on its case.

    Training troubles nobody.
    """
    if payment.is_training:
        return
    open_case(
        kind=kind,
        severity=Severity.ALARM,
        subject=subject or payment.public_id,
        summary=summary,
        remedy=remedy,
        facts={"payment": payment.public_id, **(facts or {})},
        amount=amount,
        now=now,
    )
