"""The customer's row, and what is kept of somebody who is about to become one."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

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
        # Staff look for the beginning of an address; the unique one compares as the language does.
        indexes = [models.Index(fields=["email"], opclasses=["varchar_pattern_ops"], name="customer_by_email_prefix")]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """Return the id that doors show."""
        return public_id("cus", self.id)


class Purpose(models.TextChoices):
    """What a mailed code is for; it is good for nothing else."""

    ENROLMENT = "enrolment"
    LOST_PHONE = "lost_phone"


class Registration(models.Model):
    """A code that was mailed to an address; the newest one of an address and purpose is the only one that counts.

    Nothing here says whether the address is a customer's: both are treated alike until the code was right.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # In normal form, not verified yet. Forgotten with the row after a day.
    email = models.EmailField(max_length=254)
    language = models.CharField(max_length=2)
    purpose = models.CharField(max_length=10, choices=Purpose, default=Purpose.ENROLMENT)
    # Keyed with a secret that is not in the database: eight digits are quickly guessed by whoever can test a guess.
    code_digest = models.BinaryField(max_length=32)
    tries_left = models.SmallIntegerField()
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["email", "-created_at"], name="registration_by_email")]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="registration_purpose_is_known"),
            models.CheckConstraint(condition=Q(tries_left__gte=0), name="registration_tries_not_negative"),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="registration_has_a_lifetime"),
            models.CheckConstraint(
                condition=Q(language__in=["de", "fr", "it", "en"]), name="registration_language_is_spoken"
            ),
        ]

    def __str__(self) -> str:
        return str(self.id)

    def is_open(self, now: datetime) -> bool:
        """Say whether its code may still be presented."""
        return self.used_at is None and self.tries_left > 0 and now < self.expires_at
