"""The customer's row."""

from django.db import models
from django.db.models import Q

from apps.customers.states import CustomerStatus
from apps.kernel.ids import public_id, uuid7


class Customer(models.Model):
    """A person who pays; known by a verified address, addressed in a language."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Lower case, as it was verified. A closed customer keeps the row for the books and frees the address.
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=2, default="de")
    status = models.CharField(max_length=8, choices=CustomerStatus, default=CustomerStatus.ACTIVE)
    # Set with the first active device or instrument, never unset: from then on the mailbox alone enrols nobody.
    established_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["email"], condition=~Q(status="closed"), name="customer_email_is_unique_while_open"
            ),
            models.CheckConstraint(condition=Q(status__in=CustomerStatus.values), name="customer_status_is_known"),
            models.CheckConstraint(
                condition=Q(language__in=["de", "fr", "it", "en"]), name="customer_language_is_spoken"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """Return the id that doors show."""
        return public_id("cus", self.id)
