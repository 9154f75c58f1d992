"""Operators, their invitations, backup codes and sessions."""

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from apps.kernel.actors import Actor
from apps.kernel.ids import public_id, uuid7
from apps.keys.kek import WrappedKey
from apps.operators.roles import Role

IDLE = timedelta(minutes=15)


class Language(models.TextChoices):
    """What the portal speaks."""

    GERMAN = "de"
    FRENCH = "fr"
    ITALIAN = "it"
    ENGLISH = "en"


class Operator(models.Model):
    """Somebody who works in the staff portal."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Lower case.
    email = models.EmailField(max_length=254, unique=True)
    name = models.CharField(max_length=100)
    role = models.CharField(max_length=20, choices=Role)
    language = models.CharField(max_length=2, choices=Language, default=Language.GERMAN)
    is_active = models.BooleanField(default=True)
    # Salted and slow; empty until an invitation was taken.
    password = models.CharField(max_length=200, default="", blank=True)
    # Of the authenticator app, under the key-encryption key; empty until one is set up.
    totp_kek_id = models.CharField(max_length=32, default="", blank=True)
    totp_nonce = models.BinaryField(default=b"", blank=True)
    totp_wrapped = models.BinaryField(default=b"", blank=True)
    totp_confirmed_at = models.DateTimeField(null=True, blank=True)
    # The last thirty seconds whose code was taken: none is taken twice.
    totp_last_step = models.BigIntegerField(default=0)
    # Wrong passwords and codes since the last sign-in or lock.
    failures = models.SmallIntegerField(default=0)
    locked_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(role__in=Role.values), name="operator_role_is_known"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="operator_language_is_spoken"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(email=""), name="operator_has_a_name"),
            models.CheckConstraint(condition=Q(failures__gte=0, failures__lte=5), name="operator_locks_at_five"),
            models.CheckConstraint(
                condition=Q(totp_confirmed_at=None) | ~Q(totp_kek_id=""), name="operator_confirmed_a_key"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """Return the id that doors show."""
        return public_id("opr", self.id)

    @property
    def actor(self) -> Actor:
        """Return who acts, for evidence."""
        return Actor("operator", self.public_id)

    @property
    def has_second_factor(self) -> bool:
        return self.totp_confirmed_at is not None

    @property
    def wrapped(self) -> WrappedKey:
        """Return the authenticator's key, still sealed."""
        return WrappedKey(kek_id=self.totp_kek_id, nonce=bytes(self.totp_nonce), ciphertext=bytes(self.totp_wrapped))

    def is_locked(self, now: datetime) -> bool:
        """Say whether nobody gets in for the moment, with whatever password."""
        return self.locked_until is not None and now < self.locked_until


class Invitation(models.Model):
    """Lets somebody choose a password once, within a day; only the newest one of an operator counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="invitation_has_a_lifetime"),
        ]

    def __str__(self) -> str:
        return f"invitation {self.id}"


class BackupCode(models.Model):
    """Stands in for the authenticator app, once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"backup code {self.id}"


class Session(models.Model):
    """A browser in which somebody signed in; until the second factor is proved, it opens only the page that asks."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+")
    # SHA-256 of the token's text. 256 random bits need no salt and no slow hash: there is nothing to guess.
    digest = models.BinaryField(max_length=32, unique=True)
    address = models.CharField(max_length=64)
    browser = models.CharField(max_length=120, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField()
    # When the second factor was proved; empty while it is not.
    verified_at = models.DateTimeField(null=True, blank=True)
    # Until then what is dangerous needs no further code.
    fresh_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["operator", "expires_at"], condition=Q(ended_at=None), name="staff_session_open"),
        ]

    def __str__(self) -> str:
        return f"session {self.id}"

    def is_open(self, now: datetime) -> bool:
        """Say whether its token still opens the door, as far as the session itself decides it."""
        return self.ended_at is None and now < self.expires_at and now < self.used_at + IDLE

    def is_fresh(self, now: datetime) -> bool:
        """Say whether the second factor was proved within the last five minutes."""
        return self.fresh_until is not None and now < self.fresh_until


class SavedFilter(models.Model):
    """A list as an operator likes to look at it, under a name of his own."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    operator = models.ForeignKey(Operator, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The list, as its address calls it.
    page = models.CharField(max_length=40)
    name = models.CharField(max_length=40)
    # What stands behind the question mark.
    query = models.CharField(max_length=1000, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["operator", "page", "name"], name="saved_filter_name_is_one_per_page"),
            models.CheckConstraint(condition=~Q(name="") & ~Q(page=""), name="saved_filter_has_a_name"),
        ]

    def __str__(self) -> str:
        return f"{self.name} of {self.page}"
