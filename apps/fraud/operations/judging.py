"""Judging a payment."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from apps.fraud.facts import Facts
from apps.fraud.models import Assessment
from apps.fraud.rulebook import KnownRules, known_rules, reload_rules


def assess(*, facts: Facts, now: datetime) -> Assessment:
    """Keep the facts and say what the payment does next, by the rules of this moment; joins the caller's transaction.

    One statement, whatever the rules are, unless they have changed since this process judged by them.
    """
    return _judge(facts.payment, facts.as_document(), is_again=False, now=now)


def assess_with(*, earlier: Assessment, instrument: UUID, now: datetime) -> Assessment:
    """Judge a payment again with another instrument, on the facts that were kept of it, as `assess` does."""
    return _judge(earlier.payment_id, earlier.facts | {"instrument": str(instrument)}, is_again=True, now=now)


# Any: JSON values, as the facts make them of themselves.
def _judge(payment_id: UUID, facts: dict[str, Any], *, is_again: bool, now: datetime) -> Assessment:
    assessment, known = _unjudged(payment_id, facts, is_again, now), known_rules()
    while not _is_kept(assessment, known):
        known = reload_rules()
    return assessment


def _is_kept(assessment: Assessment, known: KnownRules) -> bool:
    """Judge and keep it, if these are still the rules; say whether they are."""
    with connection.cursor() as cursor:
        cursor.execute(known.statement.text, known.statement.values(assessment, known.edition))
        row = cursor.fetchone()
    if row is None:
        return False
    assessment.verdict, assessment.score = row[0], row[1]
    assessment.reasons, assessment.hits = json.loads(row[2]), json.loads(row[3])
    assessment._state.adding, assessment._state.db = False, connection.alias
    return True


def _unjudged(payment_id: UUID, facts: dict[str, Any], is_again: bool, now: datetime) -> Assessment:
    return Assessment(
        payment_id=payment_id,
        facts=facts,
        at=now,
        customer_id=UUID(facts["customer"]),
        device_id=UUID(facts["device"]),
        instrument_id=UUID(facts["instrument"]),
        merchant_id=UUID(facts["merchant"]),
        store_id=UUID(facts["store"]),
        cashier=facts["cashier"],
        amount_minor=facts["amount"]["amount"],
        currency=facts["amount"]["currency"],
        town=facts.get("town", ""),
        is_training=facts.get("is_training", False),
        is_again=is_again,
    )
