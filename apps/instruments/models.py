"""Means of payment, and the links under way at a provider's page. Of an account only a token is kept, sealed."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Right

from apps.customers.models import Customer
from apps.instruments.states import InstrumentStatus
from apps.kernel.currencies import MINOR_UNIT_DIGITS
from apps.kernel.ids import public_id, uuid7
from apps.keys.kek import WrappedKey
from apps.providers.models import ProviderAccount

HANDLE_MAX = 255


class Kind(models.TextChoices):
    """What kind of account is behind the token."""

    BANK_ACCOUNT = "bank_account"
    CARD = "card"


class Instrument(models.Model):
    """What a customer pays with; a code names it by its handle. Rows are never removed, so no handle comes back."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+", db_index=False)
    handle = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12, choices=Kind)
    # The provider's words, such as "Bank ...7301"; on receipts.
    label = models.CharField(max_length=60)
    # The customer's own word for it; on his phone only.
    name = models.CharField(max_length=40, blank=True)
    provider_account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+")
    currency = models.CharField(max_length=3)
    kek_id = models.CharField(max_length=32)
    nonce = models.BinaryField()
    wrapped_token = models.BinaryField()
    # Keyed, and different for every customer: it finds a token linked twice, and confirms no guess to a thief.
    token_digest = models.BinaryField(max_length=32)
    # The provider's name for the customer's consent; no secret. Empty where a token was handed over without a page.
    consent = models.CharField(max_length=64, blank=True, default="")
    status = models.CharField(max_length=9, choices=InstrumentStatus, default=InstrumentStatus.ACTIVE)
    # The kind of actor that suspended it: only what a provider stopped may a provider let go on.
    suspended_by = models.CharField(max_length=16, blank=True, default="")
    is_default = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    removed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            # Few have one and the same; notices name them.
            models.Index(
                fields=["provider_account", "consent"], condition=~Q(consent=""), name="instrument_by_consent"
            ),
            # A label ends with three dots and what the customer reads on his card.
            models.Index(Right("label", 7), name="instrument_by_last_four"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["customer", "handle"], name="instrument_handle_is_unique_per_customer"),
            models.UniqueConstraint(
                fields=["customer"], condition=Q(is_default=True), name="instrument_default_is_one_per_customer"
            ),
            models.UniqueConstraint(
                fields=["customer", "token_digest"],
                condition=~Q(status="removed"),
                name="instrument_token_is_linked_once_per_customer",
            ),
            models.CheckConstraint(
                condition=Q(handle__gte=1, handle__lte=HANDLE_MAX), name="instrument_handle_fits_its_byte"
            ),
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="instrument_kind_is_known"),
            models.CheckConstraint(condition=Q(status__in=InstrumentStatus.values), name="instrument_status_is_known"),
            models.CheckConstraint(
                condition=Q(currency__in=sorted(MINOR_UNIT_DIGITS)), name="instrument_currency_is_supported"
            ),
            models.CheckConstraint(
                condition=Q(status="removed", removed_at__isnull=False, is_default=False)
                | (~Q(status="removed") & Q(removed_at__isnull=True)),
                name="instrument_removed_has_a_time_and_is_no_default",
            ),
            models.CheckConstraint(
                condition=Q(suspended_by="") | Q(status="suspended"), name="instrument_suspended_says_by_whom"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """Return the id that doors show."""
        return public_id("ins", self.id)

    @property
    def wrapped(self) -> WrappedKey:
        """Return the token, still sealed."""
        return WrappedKey(kek_id=self.kek_id, nonce=bytes(self.nonce), ciphertext=bytes(self.wrapped_token))


class InstrumentLink(models.Model):
    """A customer on the way to a provider's page and back; afterwards, which instrument came of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="+")
    provider_account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=12, choices=Kind)
    # The device, or whoever began it; nobody else completes it.
    begun_by = models.CharField(max_length=130, default="")
    # SHA-256 of 32 random bytes that went along: a page that hands them back must hand back these.
    state_digest = models.BinaryField(max_length=32)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+", null=True, blank=True)
    completed_at = models.DateTimeField(null=True, blank=True)
    # When the customer said no at the provider's page.
    refused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="instrument_link_kind_is_known"),
            models.CheckConstraint(
                condition=Q(completed_at__isnull=True, instrument__isnull=True)
                | Q(completed_at__isnull=False, instrument__isnull=False),
                name="instrument_link_is_completed_by_an_instrument",
            ),
            models.CheckConstraint(
                condition=Q(refused_at__isnull=True) | Q(completed_at__isnull=True),
                name="instrument_link_is_refused_or_completed",
            ),
        ]

    def __str__(self) -> str:
        return f"link {self.id}"

    @property
    def reference(self) -> str:
        """Return the name that the provider knows the link by, and the call log."""
        return f"link-{self.id}"
