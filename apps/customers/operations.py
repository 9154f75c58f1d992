"""Every write about customers: meeting one, his language, freezing, releasing and closing."""

from datetime import UTC, datetime
from uuid import UUID

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from apps.audit.operations import record
from apps.customers.errors import InvalidEmail, UnknownCustomer
from apps.customers.letters import ACCOUNT_CLOSED
from apps.customers.locks import lock_customer
from apps.customers.models import Customer
from apps.customers.states import MOVES, CustomerStatus
from apps.customers.telling import write_letter
from apps.kernel.actors import Actor
from apps.kernel.ids import uuid7
from apps.kernel.transitions import check_move


def normal_email(address: str) -> str:
    """Return the form in which addresses are compared and kept. Raises InvalidEmail.

    Only ASCII: a domain in another script can look like a familiar one, and a letter would go to a stranger.
    """
    normal = address.strip().lower()
    try:
        validate_email(normal)
    except ValidationError:
        raise InvalidEmail from None
    if not normal.isascii() or len(normal) > 254:
        raise InvalidEmail
    return normal


@transaction.atomic(durable=True)
def meet_customer(*, email: str, language: str, by: Actor, now: datetime) -> Customer:
    """Return the open customer with this address, made if there is none. Raises InvalidEmail.

    Safe in parallel: the address is unique among open customers, and whoever comes second finds the first.
    """
    return find_or_create_customer(email=normal_email(email), language=language, by=by, now=now)


def find_or_create_customer(*, email: str, language: str, by: Actor, now: datetime) -> Customer:
    """Do the same in the caller's transaction, for an address in normal form."""
    candidate = Customer(id=uuid7(), email=email, language=language, created_at=now)
    Customer.objects.bulk_create([candidate], ignore_conflicts=True)
    customer = Customer.objects.exclude(status=CustomerStatus.CLOSED).get(email=email)
    if customer.id == candidate.id:
        record(actor=by, action="customer.created", subject=customer.public_id, now=now)
    return customer


@transaction.atomic(durable=True)
def move_customer(*, customer_id: UUID, to: CustomerStatus, reason: str, by: Actor, now: datetime) -> Customer:
    """Freeze, release or close a customer; takes effect with the next code. Raises UnknownCustomer, WrongState.

    Asking for the status that the customer has already changes nothing, so that it is safe to repeat.
    """
    customer = lock_customer(customer_id)
    if customer.status == to:
        return customer
    _apply(customer, to=to, reason=reason, by=by, now=now)
    return customer


def close_customer(customer: Customer, *, reason: str, by: Actor, now: datetime) -> None:
    """Close the locked customer for good, in the caller's transaction, and write to him; the address is free again.

    Who closes sees to it that nothing is open: phones, means of payment, payments. Raises WrongState.
    """
    facts = {"time": f"{now.astimezone(UTC):%d.%m.%Y %H:%M} UTC"}
    write_letter(customer=customer, letter=ACCOUNT_CLOSED, facts=facts, cause=f"customer.closed:{customer.id}", now=now)
    _apply(customer, to=CustomerStatus.CLOSED, reason=reason, by=by, now=now)


@transaction.atomic(durable=True)
def reveal_contact(*, customer_id: UUID, reason: str, by: Actor, now: datetime) -> str:
    """Return the customer's address in full, having written down who wanted it and why. Raises UnknownCustomer."""
    customer = Customer.objects.filter(id=customer_id).first()
    if customer is None:
        raise UnknownCustomer
    record(actor=by, action="customer.contact_revealed", subject=customer.public_id, reason=reason, now=now)
    return customer.email


@transaction.atomic(durable=True)
def choose_language(*, customer_id: UUID, language: str, by: Actor, now: datetime) -> Customer:
    """Speak to the customer in this language from now on: de, fr, it or en. Raises UnknownCustomer."""
    customer = lock_customer(customer_id)
    if customer.language == language:
        return customer
    facts = {"was": customer.language, "language": language}
    customer.language = language
    customer.save(update_fields=["language"])
    record(actor=by, action="customer.language_chosen", subject=customer.public_id, facts=facts, now=now)
    return customer


def _apply(customer: Customer, *, to: CustomerStatus, reason: str, by: Actor, now: datetime) -> None:
    check_move(MOVES, CustomerStatus(customer.status), to)
    customer.status = to
    customer.save(update_fields=["status"])
    record(actor=by, action=f"customer.{to}", subject=customer.public_id, reason=reason, now=now)
