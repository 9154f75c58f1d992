"""What happens next with a payment that may be made: the provider is asked, or somebody first."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never

from apps.codes.operations import Payer
from apps.codes.refusals import Refusal
from apps.fraud.models import Assessment, Verdict
from apps.kernel.money import Money
from apps.live.presence import is_present
from apps.merchants.models import Till, TillKind
from apps.transactions.queries import RecentSale
from apps.transactions.states import Action, Status
from apps.transactions.timing import (
    CONFIRM_DEADLINE,
    CONSENT_DEADLINE,
    DUPLICATE_WITHIN,
    OUTCOME_DEADLINE,
    REVIEW_DEADLINE,
    REVIEW_DEADLINE_ATTENDED,
    SECOND_PAYMENT_WITHIN,
)

SECOND_PAYMENT: Final = "second_payment_within_300_seconds"
# In training, what the last four digits of the amount ask for; the provider's own begin where these end.
TRAINING: Final = {
    9931: (Status.IN_REVIEW, None),
    9932: (Status.ACTION_REQUIRED, Action.CUSTOMER_CONSENT),
    9933: (Status.ACTION_REQUIRED, Action.CASHIER_CONFIRM),
}


@dataclass(frozen=True, slots=True)
class Next:
    """The status that the payment begins with, and until when somebody may take."""

    status: Status
    deadline_at: datetime
    action: Action | None = None


def suspicions_of(recent: list[RecentSale], payer: Payer) -> tuple[str, ...]:
    """Return what fraud should know: a till that says "it did not work" and charges again."""
    earliest = payer.code_issued_at - SECOND_PAYMENT_WITHIN
    is_second = any(sale.code_issued_at >= earliest for sale in _of_its_kind(recent, payer))
    return (SECOND_PAYMENT,) if is_second else ()


def decide_next(
    *,
    assessment: Assessment,
    payer: Payer,
    recent: list[RecentSale],
    suspicions: tuple[str, ...],
    till: Till,
    amount: Money,
    is_training: bool,
    now: datetime,
) -> Next | Refusal:
    """Say how the payment begins, or why it must not; reads presence only."""
    if is_training and (asked_for := TRAINING.get(amount.amount % 10_000)):
        return _begin(*asked_for, till, now)
    match Verdict(assessment.verdict):
        case Verdict.BLOCK:
            return Refusal("fraud_blocked")
        case Verdict.REVIEW:
            return _begin(Status.IN_REVIEW, None, till, now)
        case Verdict.CONSENT if not is_present(str(payer.device.id)):
            return Refusal("consent_unavailable")
        case Verdict.CONSENT:
            return _begin(Status.ACTION_REQUIRED, Action.CUSTOMER_CONSENT, till, now)
        case Verdict.PASS:
            pass
        case _ as never:
            assert_never(never)
    if _looks_like_a_duplicate(_of_its_kind(recent, payer), till, amount, now):
        return _begin(Status.ACTION_REQUIRED, Action.CASHIER_CONFIRM, till, now)
    # Only where it costs nobody a sale: a phone that is offline pays without being asked.
    if SECOND_PAYMENT in suspicions and is_present(str(payer.device.id)):
        return _begin(Status.ACTION_REQUIRED, Action.CUSTOMER_CONSENT, till, now)
    return Next(Status.AUTHORISING, now + OUTCOME_DEADLINE)


def _of_its_kind(recent: list[RecentSale], payer: Payer) -> list[RecentSale]:
    """Return the sales that moved money as this one does: training is no sign of anything on a live till."""
    return [sale for sale in recent if sale.is_training == payer.claims.is_training]


def _begin(status: Status, action: Action | None, till: Till, now: datetime) -> Next:
    match action:
        case Action.CUSTOMER_CONSENT:
            patience = CONSENT_DEADLINE
        case Action.CASHIER_CONFIRM:
            patience = CONFIRM_DEADLINE
        case None:
            patience = REVIEW_DEADLINE_ATTENDED if till.kind == TillKind.ATTENDED else REVIEW_DEADLINE
        case _ as never:
            assert_never(never)
    return Next(status, now + patience, action)


def _looks_like_a_duplicate(recent: list[RecentSale], till: Till, amount: Money, now: datetime) -> bool:
    """Same customer, amount and store a moment ago, under another receipt number (the same one is refused before)."""
    is_guarded = till.store.merchant.guards_duplicates and till.kind == TillKind.ATTENDED
    earliest: timedelta = DUPLICATE_WITHIN
    return is_guarded and any(
        sale.amount_minor == amount.amount and sale.store_id == till.store_id and sale.created_at >= now - earliest
        for sale in recent
    )
