"""The only place that locks a customer, an address, or the registrations of one."""

from typing import Final
from uuid import UUID

from django.db import connection

from apps.customers.errors import UnknownCustomer
from apps.customers.models import Customer, Purpose, Registration

# The first of two numbers, so that no lock of another kind shares it: the letters "regi".
_REGISTRATIONS: Final = 0x72656769


def lock_customer(customer_id: UUID) -> Customer:
    """Return the customer, locked until the transaction ends. Raises UnknownCustomer."""
    customer = Customer.objects.select_for_update().filter(id=customer_id).first()
    if customer is None:
        raise UnknownCustomer
    return customer


def lock_address(email: str) -> None:
    """Wait until nobody else starts a registration with this address; held until the transaction ends.

    There may be no row yet to lock, and letters are counted before one is written.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, hashtext(%s::text))", [_REGISTRATIONS, email])


def lock_newest_registration(email: str, purpose: Purpose) -> Registration | None:
    """Return the address's newest registration for this purpose, locked until the transaction ends, if there is one."""
    registrations = Registration.objects.select_for_update().filter(email=email, purpose=purpose)
    return registrations.order_by("-created_at", "-id").first()
