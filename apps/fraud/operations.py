"""Judging a payment."""

from datetime import datetime
from typing import Any
from uuid import UUID

from apps.fraud.facts import Facts
from apps.fraud.models import Assessment, Verdict
from apps.rows import insert_row


def assess(*, facts: Facts, now: datetime) -> Assessment:
    """Keep the facts and say what the payment does next; joins the caller's transaction, one INSERT.

    There are no rules yet, so everything passes with a score of nothing; what is kept lets rules be tried on it later.
    """
    return _kept(facts.payment, facts.as_document(), now)


def assess_with(*, earlier: Assessment, instrument: UUID, now: datetime) -> Assessment:
    """Judge a payment again with another instrument, on the facts that were kept of it; one INSERT."""
    return _kept(earlier.payment_id, earlier.facts | {"instrument": str(instrument)}, now)


# Any JSON object: what the facts make of themselves.
def _kept(payment_id: UUID, facts: dict[str, Any], now: datetime) -> Assessment:
    assessment = Assessment(payment_id=payment_id, facts=facts, verdict=Verdict.PASS, score=0, reasons=[], at=now)
    insert_row(assessment)
    return assessment
