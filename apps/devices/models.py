"""Devices, and the short-lived things with which they are enrolled and prove themselves."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Length
from django.db.models.lookups import Exact

from apps.customers.models import Customer
from apps.devices.states import DeviceStatus
from apps.kernel.ids import public_id, uuid7

COUNTER_MAX = 2**32 - 1


class KeyProtection(models.TextChoices):
    """How the phone keeps its private key."""

    SOFTWARE = "software"
    HARDWARE = "hardware"


class Device(models.Model):
    """A phone that may sign for a customer; triggers keep its identity, its counter and its end."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    # What codes carry in place of the id: random, so that it says nothing about customer or order.
    device_ref = models.BinaryField(max_length=8)
    name = models.CharField(max_length=64)
    platform = models.CharField(max_length=32)
    key_protection = models.CharField(max_length=8, choices=KeyProtection, default=KeyProtection.SOFTWARE)
    public_key = models.BinaryField(max_length=65)
    # DER; the evidence that this platform took the key for this device.
    certificate = models.BinaryField()
    status = models.CharField(max_length=9, choices=DeviceStatus)
    # A short word for staff, such as "cloned" or "customer"; empty while nothing is wrong.
    status_reason = models.CharField(max_length=32, default="", blank=True)
    # The highest counter that was accepted, and when the phone said that it made that code (Unix seconds).
    counter = models.BigIntegerField(default=0)
    last_issued_at = models.BigIntegerField(default=0)
    sync_current = models.BinaryField(max_length=4)
    # Empty before the first change: zero bytes would be a tag that somebody could guess.
    sync_previous = models.BinaryField(max_length=4, null=True, blank=True)
    sync_changed_at = models.DateTimeField()
    # 0 while there is no PIN; K_pin rests under the key-encryption key, bound to this epoch.
    pin_epoch = models.IntegerField(default=0)
    pin_kek_id = models.CharField(max_length=32, default="", blank=True)
    pin_nonce = models.BinaryField(default=b"", blank=True)
    pin_wrapped = models.BinaryField(default=b"", blank=True)
    pin_tries_left = models.SmallIntegerField(default=3)
    # Unix seconds of the wrong tries within thirty days, oldest first.
    pin_wrong_times = models.JSONField(default=list, blank=True)
    pin_locked_at = models.DateTimeField(null=True, blank=True)
    enrolled_at = models.DateTimeField()
    activated_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["device_ref"], name="device_ref_is_unique"),
            models.UniqueConstraint(fields=["public_key"], name="device_public_key_is_enrolled_once"),
            models.CheckConstraint(condition=Exact(Length("device_ref"), Value(8)), name="device_ref_has_eight_bytes"),
            models.CheckConstraint(
                condition=Exact(Length("public_key"), Value(65)), name="device_public_key_is_a_point"
            ),
            models.CheckConstraint(
                condition=Exact(Length("sync_current"), Value(4)), name="device_sync_tag_has_four_bytes"
            ),
            models.CheckConstraint(condition=Q(status__in=DeviceStatus.values), name="device_status_is_known"),
            models.CheckConstraint(
                condition=Q(key_protection__in=KeyProtection.values), name="device_key_protection_is_known"
            ),
            models.CheckConstraint(
                condition=Q(counter__gte=0, counter__lte=COUNTER_MAX), name="device_counter_fits_its_bytes"
            ),
            models.CheckConstraint(
                condition=Q(last_issued_at__gte=0, last_issued_at__lte=COUNTER_MAX),
                name="device_last_issued_at_fits_its_bytes",
            ),
            models.CheckConstraint(
                condition=Q(pin_tries_left__gte=0, pin_tries_left__lte=3), name="device_has_at_most_three_pin_tries"
            ),
            models.CheckConstraint(
                condition=Q(pin_locked_at=None) | Q(pin_tries_left=0), name="device_locked_pin_has_no_tries"
            ),
            models.CheckConstraint(
                condition=Q(pin_epoch=0, pin_kek_id="") | (Q(pin_epoch__gt=0) & ~Q(pin_kek_id="")),
                name="device_pin_key_goes_with_its_epoch",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=["active", "locked"]) | Q(activated_at__isnull=False),
                name="device_is_active_since_a_moment",
            ),
            models.CheckConstraint(
                condition=Q(status="revoked", revoked_at__isnull=False)
                | (~Q(status="revoked") & Q(revoked_at__isnull=True)),
                name="device_is_revoked_since_a_moment",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """Return the id that doors show."""
        return public_id("dev", self.id)


class ActivationSource(models.TextChoices):
    """How an activation code reached the customer, and so what it proves."""

    MAIL = "mail"
    LETTER = "letter"
    COUNTER = "counter"
    HANDOVER = "handover"


class ActivationCode(models.Model):
    """Lets one phone enrol for a customer; found by its first six characters, of the rest only the digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    source = models.CharField(max_length=8, choices=ActivationSource)
    lookup = models.CharField(max_length=6, unique=True)
    # Keyed, because fifty bits alone could be searched by whoever reads the table.
    digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    failures = models.SmallIntegerField(default=0)
    failed_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(source__in=ActivationSource.values), name="activation_source_is_known"),
            models.CheckConstraint(
                condition=Q(failures__gte=0, failures__lte=5), name="activation_dies_of_five_failures"
            ),
            models.CheckConstraint(condition=Q(created_at__lt=F("expires_at")), name="activation_has_a_lifetime"),
        ]

    def __str__(self) -> str:
        return f"activation code by {self.source}"


class StopConfirmation(models.Model):
    """What a customer got who stopped lost phones: signed, and timed. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    # The signed document as it travels: document, key, signature.
    signed = models.JSONField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"stop {self.id}"


class RevocationOrder(models.Model):
    """That many devices end at once: which ones, who wanted it and why; carried out batch by batch."""

    # Made with the form, so that one that is sent twice is one order.
    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Empty: whatever the platform.
    platform = models.CharField(max_length=32, default="", blank=True)
    enrolled_from = models.DateTimeField(null=True, blank=True)
    # Not later than the order itself: whoever enrols afterwards was not meant.
    enrolled_until = models.DateTimeField()
    # How many the preview counted.
    expected = models.IntegerField()
    # As evidence writes an actor: its kind and its id.
    maker = models.CharField(max_length=121)
    reason = models.CharField(max_length=600)
    at = models.DateTimeField()
    # The last device that was looked at, and how many were revoked.
    position = models.UUIDField(null=True, blank=True)
    done = models.IntegerField(default=0)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(expected__gt=0), name="revocation_order_is_about_something"),
            models.CheckConstraint(condition=Q(done__gte=0), name="revocation_order_counts_up"),
            models.CheckConstraint(condition=Q(enrolled_until__lte=F("at")), name="revocation_order_looks_back"),
        ]

    def __str__(self) -> str:
        return f"revocation order {self.id}"


class Challenge(models.Model):
    """32 random bytes that one signature may answer, once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    value = models.BinaryField(max_length=32, unique=True)
    # Without one, whoever asks first may answer.
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"challenge {self.id}"


class Session(models.Model):
    """A device that proved possession of its key; confirmed while it also proved the PIN."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    # SHA-256 of the token's text. 256 random bits need no salt and no slow hash: there is nothing to guess.
    digest = models.BinaryField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(db_index=True)
    confirmed_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"session {self.id}"

    def is_open(self, now: datetime) -> bool:
        """Say whether the token still opens the door, as far as the session itself decides it."""
        return self.ended_at is None and now < self.expires_at

    def is_confirmed(self, now: datetime) -> bool:
        """Say whether the PIN was proved within the last five minutes."""
        return self.confirmed_until is not None and now < self.confirmed_until


class SocketTicket(models.Model):
    """Opens one socket of a device, once, within a minute."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    digest = models.BinaryField(max_length=32, unique=True)
    expires_at = models.DateTimeField(db_index=True)
    used_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"socket ticket {self.id}"
