"""Judging a payment."""

from datetime import datetime
from uuid import UUID

from apps.fraud.facts import Facts
from apps.fraud.models import Assessment, Verdict


def assess(*, facts: Facts, now: datetime) -> Assessment:
    """Keep the facts and say what the payment does next; joins the caller's transaction, one INSERT.

    There are no rules yet, so everything passes with a score of nothing; what is kept lets rules be tried on it later.
    """
    return Assessment.objects.create(
        payment_id=facts.payment, facts=facts.as_document(), verdict=Verdict.PASS, score=0, reasons=[], at=now
    )


def assess_with(*, earlier: Assessment, instrument: UUID, now: datetime) -> Assessment:
    """Judge a payment again with another instrument, on the facts that were kept of it; one INSERT."""
    return Assessment.objects.create(
        payment_id=earlier.payment_id,
        facts=earlier.facts | {"instrument": str(instrument)},
        verdict=Verdict.PASS,
        score=0,
        reasons=[],
        at=now,
    )
