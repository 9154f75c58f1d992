"""The only place that locks a customer."""

from uuid import UUID

from apps.customers.errors import UnknownCustomer
from apps.customers.models import Customer


def lock_customer(customer_id: UUID) -> Customer:
    """Return the customer, locked until the transaction ends. Raises UnknownCustomer."""
    customer = Customer.objects.select_for_update().filter(id=customer_id).first()
    if customer is None:
        raise UnknownCustomer
    return customer
