"""Telling a customer what happened: on his phones at once, and by mail where somebody else may have done it."""

from collections.abc import Mapping
from datetime import datetime

from apps.customers.letters import InLanguages
from apps.customers.models import Customer
from apps.customers.states import CustomerStatus
from apps.customers.topics import customer_stream
from apps.live.operations import append_event
from apps.mail.operations import send_letter


def announce(*, customer: Customer, kind: str, facts: Mapping[str, str | int], now: datetime) -> None:
    """Write the event into the customer's stream, in the caller's transaction; `facts` are ids and small values."""
    append_event(stream=customer_stream(customer.id), kind=kind, facts=facts, now=now)


def write_letter(
    *, customer: Customer, letter: InLanguages, facts: Mapping[str, str], cause: str, now: datetime
) -> None:
    """Write to the customer in his language, in the caller's transaction; nobody writes to one who has left.

    `cause` is a short word and an id. `facts` fill the letter's places, and none of them may be a secret.
    """
    if customer.status == CustomerStatus.CLOSED:
        return
    words = letter[customer.language].about(**facts)
    send_letter(
        to=customer.email, language=customer.language, subject=words.subject, text=words.text, cause=cause, now=now
    )
