"""Another line to the same provider, tried once and only when the first one certainly did nothing."""

from datetime import datetime

from apps.kernel.actors import Actor
from apps.outbox.operations import Note
from apps.providers.models import ProviderAccount
from apps.providers.reasons import DeclineReason
from apps.rows import insert_row
from apps.transactions.models import Attempt, Operation, Payment
from apps.transactions.operations.asking import note_for
from apps.transactions.operations.history import change_payment
from apps.transactions.operations.proceed import queue_authorisation
from apps.transactions.operations.stopping import payment_stopped_by
from apps.transactions.states import Status


def take_next_route(payment: Payment, operation: Operation, *, reason: str, by: Actor, now: datetime) -> Note | None:
    """Ask by the second route of the locked payment's provider, which could not be reached; None if there is none.

    Returns the note that the caller must leave. Nobody is judged anew: it is the same instrument, and its limits are
    held already.
    """
    if payment.status != Status.AUTHORISING or reason != DeclineReason.PROVIDER_UNAVAILABLE.value:
        return None
    earlier = operation.attempt
    second = _second_route(earlier)
    if second is None or payment_stopped_by(payment, earlier.instrument, second.id):
        return None
    attempt = Attempt(
        payment=payment,
        number=earlier.number + 1,
        instrument_id=earlier.instrument_id,
        provider_account=second,
        assessment=earlier.assessment,
        created_at=now,
    )
    insert_row(attempt)
    queued = queue_authorisation(payment, attempt, now=now)
    facts: dict[str, str | int] = {"from": earlier.provider_account.code, "to": second.code, "attempt": attempt.number}
    change_payment(payment, kind="payment.rerouted", by=by, facts=facts, now=now)
    return note_for(queued)


def _second_route(earlier: Attempt) -> ProviderAccount | None:
    """Return the route to try next: one that is switched on and that this payment has not been sent by."""
    second_id = earlier.provider_account.second_route_id
    if second_id is None:
        return None
    tried = Attempt.objects.filter(payment_id=earlier.payment_id, provider_account_id=second_id)
    if tried.exists():
        return None
    return ProviderAccount.objects.filter(id=second_id, is_enabled=True).first()
