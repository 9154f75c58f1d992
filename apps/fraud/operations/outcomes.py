"""What became of payments: what the reports and back-tests measure rules by, and what rules count refunds by."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.fraud.errors import UnknownAssessment
from apps.fraud.models import Assessment, AssessmentOutcome, OutcomeKind, Refunded
from apps.kernel.actors import Actor
from apps.kernel.ids import public_id
from apps.kernel.money import Money


@transaction.atomic
def note_outcome(*, assessment_id: UUID, kind: OutcomeKind, by: Actor, now: datetime) -> AssessmentOutcome:
    """Say what became of a payment, or say it anew: the newest word counts. Joins the caller's transaction.

    The same word again is noted once. Raises UnknownAssessment.
    """
    assessment = Assessment.objects.filter(id=assessment_id).first()
    if assessment is None:
        raise UnknownAssessment
    latest = assessment.outcomes.order_by("-at", "-id").first()
    if latest is not None and latest.kind == kind:
        return latest
    outcome = AssessmentOutcome.objects.create(assessment=assessment, kind=kind, by=str(by), at=now)
    subject = public_id("pay", assessment.payment_id)
    facts = {"assessment": str(assessment.id), "outcome": str(kind)}
    record(actor=by, action="fraud.outcome", subject=subject, facts=facts, now=now)
    return outcome


def note_refund(
    *, refund_id: UUID, customer_id: UUID | None, merchant_id: UUID, cashier: str, amount: Money, now: datetime
) -> None:
    """Let the rules count a refund, once for each; joins the caller's transaction, one INSERT.

    `cashier` is who gave the money back, as the till calls them; such a name means something at its merchant only.
    """
    refunded = Refunded(
        refund_id=refund_id,
        customer_id=customer_id,
        merchant_id=merchant_id,
        cashier=cashier,
        amount_minor=amount.amount,
        currency=amount.currency,
        at=now,
    )
    Refunded.objects.bulk_create([refunded], ignore_conflicts=True)
