"""Customers as staff look through them."""

from uuid import UUID

from apps.customers.models import Customer
from apps.rows.custom_plans import custom_plans


def customers_like(
    *, limit: int, status: str = "", email_prefix: str = "", before: UUID | None = None, after: UUID | None = None
) -> list[Customer]:
    """Return up to `limit` customers, newest first: those that follow `before`, or those just newer than `after`."""
    customers = Customer.objects.order_by("id" if after else "-id")
    if status:
        customers = customers.filter(status=status)
    if email_prefix:
        customers = customers.filter(email__startswith=email_prefix.lower())
    if before:
        customers = customers.filter(id__lt=before)
    if after:
        customers = customers.filter(id__gt=after)
    with custom_plans():
        rows = list(customers[:limit])
    return rows[::-1] if after else rows
