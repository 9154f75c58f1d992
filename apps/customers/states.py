"""The states of a customer, and the moves between them."""

from typing import Final

from django.db import models


class CustomerStatus(models.TextChoices):
    """Only an active customer pays; a closed one never comes back."""

    ACTIVE = "active"
    FROZEN = "frozen"
    CLOSED = "closed"


MOVES: Final = {
    CustomerStatus.ACTIVE: frozenset({CustomerStatus.FROZEN, CustomerStatus.CLOSED}),
    CustomerStatus.FROZEN: frozenset({CustomerStatus.ACTIVE, CustomerStatus.CLOSED}),
    CustomerStatus.CLOSED: frozenset[CustomerStatus](),
}
