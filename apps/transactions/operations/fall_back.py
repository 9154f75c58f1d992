"""The second choice that the customer signed: used only after a certain no, and entitled by itself."""

from datetime import datetime
from typing import Final

from apps.fraud.models import Verdict
from apps.fraud.operations import assess_with
from apps.instruments.models import Instrument
from apps.instruments.queries import payable
from apps.kernel.actors import Actor
from apps.kernel.money import Money
from apps.limits.models import Scope
from apps.limits.operations import give_back
from apps.outbox.operations import Note
from apps.providers.reasons import DeclineReason
from apps.transactions.models import Attempt, Operation, Payment
from apps.transactions.operations.asking import note_for
from apps.transactions.operations.history import change_payment
from apps.transactions.operations.limiting import reserve_instrument
from apps.transactions.operations.proceed import queue_authorisation
from apps.transactions.operations.stopping import payment_stopped_by
from apps.transactions.states import Status

# Whom one bank takes for a thief is not sent to the next one.
_ENDS_IT: Final = frozenset({DeclineReason.SUSPECTED_FRAUD.value})


def fall_back(payment: Payment, operation: Operation, *, reason: str, by: Actor, now: datetime) -> Note | None:
    """Try the second choice of the locked payment, whose first one said a certain no; None if there is none to try.

    Returns the note that the caller must leave. An instrument that may not pay this is no choice.
    """
    if payment.status != Status.AUTHORISING or payment.fallback_id is None or reason in _ENDS_IT:
        return None
    handle = Instrument.objects.values_list("handle", flat=True).get(id=payment.fallback_id)
    second = None if payment.customer_id is None else payable(payment.customer_id, handle, now=now)
    if second is None or second.currency != payment.currency:
        return None
    if payment_stopped_by(payment, second, second.provider_account_id):
        return None
    earlier = operation.attempt
    assessment = assess_with(earlier=earlier.assessment, instrument=second.id, now=now)
    # The limits last: they are swapped only for a second choice that is taken.
    if assessment.verdict != Verdict.PASS or not _swap_limits(payment, second):
        return None
    attempt = Attempt.objects.create(
        payment=payment,
        number=earlier.number + 1,
        instrument=second,
        provider_account=earlier.provider_account if payment.is_training else second.provider_account,
        assessment=assessment,
        created_at=now,
    )
    queued = queue_authorisation(payment, attempt, now=now)
    change_payment(
        payment,
        kind="payment.fallback",
        by=by,
        facts={"reason": reason, "attempt": attempt.number},
        now=now,
        instrument=second,
        fallback=None,
    )
    return note_for(queued)


def _swap_limits(payment: Payment, second: Instrument) -> bool:
    """Hold the payment against the second instrument instead of the first; say whether there was room."""
    if not payment.limits_reserved_minor:
        return True
    amount = Money(payment.limits_reserved_minor, payment.currency)
    # As if from the beginning, so that what is given back later is given back to both kinds of counters alike.
    crossed = reserve_instrument(
        payment.merchant, second, amount=amount, day=payment.business_date, now=payment.created_at
    )
    if crossed is not None:
        return False
    if payment.instrument_id is not None:
        give_back(
            subjects={Scope.INSTRUMENT: payment.instrument_id},
            amount=amount,
            day=payment.business_date,
            reserved_at=payment.created_at,
        )
    return True
