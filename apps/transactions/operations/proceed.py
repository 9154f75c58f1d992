"""A payment that waited for somebody goes on, or ends: review, the customer's consent, the cashier's confirmation."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings

from apps.kernel.actors import Actor
from apps.outbox.operations import leave_messages
from apps.providers.contract import Verb
from apps.transactions.models import Attempt, Operation, Payment
from apps.transactions.operations.asking import ask_provider, note_for
from apps.transactions.operations.history import change_payment, notes_for_listeners
from apps.transactions.operations.stopping import CODE as STOPPED
from apps.transactions.operations.stopping import payment_stopped_by
from apps.transactions.states import Action, Status
from apps.transactions.timing import ANSWER_WITHIN, OUTCOME_DEADLINE

CLOCK: Final = Actor("system", "watch")


def queue_authorisation(payment: Payment, attempt: Attempt, *, now: datetime) -> Operation:
    """Queue the message that asks the provider for a hold."""
    lifetime = timedelta(days=settings.AUTHORISATION_LIFETIME_DAYS)
    return ask_provider(
        payment,
        attempt,
        verb=Verb.AUTHORISE,
        amount_minor=payment.amount_minor,
        # Whole seconds, so that every repetition writes the same characters.
        hold_expires_at=(now + lifetime).replace(microsecond=0),
        now=now,
    )


def go_on(payment: Payment, *, kind: str, by: Actor, now: datetime) -> None:
    """Ask the provider for a locked payment that waited for a person, who said yes.

    Declined instead where somebody stopped such payments meanwhile.
    """
    attempts = Attempt.objects.select_related("provider_account", "instrument").filter(payment=payment)
    attempt = attempts.latest("number")
    if payment_stopped_by(payment, attempt.instrument, attempt.provider_account_id):
        turn_down(payment, code=STOPPED, detail=STOPPED, by=by, now=now)
        return
    operation = queue_authorisation(payment, attempt, now=now)
    change_payment(
        payment,
        to=Status.AUTHORISING,
        kind=kind,
        by=by,
        now=now,
        action="",
        deadline_at=now + OUTCOME_DEADLINE,
        answer_until=max(payment.answer_until, now + ANSWER_WITHIN),
    )
    leave_messages(notes=[note_for(operation)], now=now)


def turn_down(payment: Payment, *, code: str, detail: str, by: Actor, now: datetime) -> None:
    """Decline a locked payment for which no provider was asked; `code` is what the till learns."""
    event = change_payment(
        payment,
        to=Status.DECLINED,
        kind="payment.declined",
        by=by,
        facts={"code": code},
        now=now,
        action="",
        decline_code=code,
        decline_detail=detail,
        deadline_at=None,
        ended_at=now,
    )
    if notes := notes_for_listeners(payment, event):
        leave_messages(notes=notes, now=now)


def miss_deadline(payment: Payment, *, now: datetime) -> bool:
    """Turn down a locked payment that has waited for a person too long; say whether that was so.

    Asked also before an answer is taken, so that one that comes late is late however slow the watch is.
    """
    if payment.status not in (Status.IN_REVIEW, Status.ACTION_REQUIRED):
        return False
    if payment.deadline_at is None or payment.deadline_at > now:
        return False
    match payment.action:
        case Action.CUSTOMER_CONSENT:
            code = detail = "consent_timeout"
        case Action.CASHIER_CONFIRM:
            code = detail = "confirm_timeout"
        case _:
            code, detail = "rejected", "fraud_blocked"
    turn_down(payment, code=code, detail=detail, by=CLOCK, now=now)
    return True
