"""Merchants, stores, tills, till keys, and what a till proves itself with besides its key."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from apps.kernel.currencies import MINOR_UNIT_DIGITS
from apps.kernel.ids import public_id, uuid7


class TillKind(models.TextChoices):
    """Who stands at the till: an unattended one has nobody to ask."""

    ATTENDED = "attended"
    SELF_CHECKOUT = "self_checkout"
    VENDING = "vending"
    WEB = "web"


class Mode(models.TextChoices):
    """Whether money moves."""

    LIVE = "live"
    TEST = "test"


class TillScope(models.TextChoices):
    """What a till key may be used for."""

    PAYMENTS = "payments"
    REFUNDS = "refunds"
    RETURNS = "returns"
    DAY_CLOSE = "day_close"
    EVENTS = "events"


def all_scopes() -> list[str]:
    """Return every scope, as a key keeps them: sorted."""
    return sorted(TillScope.values)


class TillProof(models.TextChoices):
    """What a merchant's tills must present: the key alone, or more."""

    KEY = "key"
    SIGNED = "signed"
    CERTIFICATE = "certificate"
    BOTH = "both"

    @property
    def needs_signature(self) -> bool:
        """Say whether every request must be signed."""
        return self in (TillProof.SIGNED, TillProof.BOTH)

    @property
    def needs_certificate(self) -> bool:
        """Say whether the connection must show a client certificate."""
        return self in (TillProof.CERTIFICATE, TillProof.BOTH)


class CredentialKind(models.TextChoices):
    """What a credential of a till does: its key signs requests, or the certificate stands behind the connection."""

    SIGNING = "signing"
    CERTIFICATE = "certificate"


class Language(models.TextChoices):
    """The languages in which cashiers and customers are spoken to."""

    GERMAN = "de"
    FRENCH = "fr"
    ITALIAN = "it"
    ENGLISH = "en"


class Merchant(models.Model):
    """A legal person that sells, with one currency and one business day."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    legal_name = models.CharField(max_length=140)
    vat_number = models.CharField(max_length=32, blank=True)
    currency = models.CharField(max_length=3)
    # The business day is local to the merchant: a sale at 00:30 belongs to the day that its clock shows.
    time_zone = models.CharField(max_length=64, default="Europe/Zurich")
    per_payment_limit_minor = models.BigIntegerField()
    per_day_limit_minor = models.BigIntegerField(null=True, blank=True)
    # Above it a refund waits for a second person; empty: none does.
    refund_limit_minor = models.BigIntegerField(null=True, blank=True)
    # Whether the cashier is asked about what looks like the same sale again.
    guards_duplicates = models.BooleanField(default=True)
    # What its tills must present besides their key.
    till_proof = models.CharField(max_length=11, choices=TillProof, default=TillProof.KEY)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(currency__in=sorted(MINOR_UNIT_DIGITS)), name="merchant_currency_is_supported"
            ),
            models.CheckConstraint(
                condition=Q(per_payment_limit_minor__gt=0), name="merchant_per_payment_limit_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(per_day_limit_minor=None) | Q(per_day_limit_minor__gte=F("per_payment_limit_minor")),
                name="merchant_per_day_limit_is_not_below_one_payment",
            ),
            models.CheckConstraint(
                condition=Q(refund_limit_minor__gte=0), name="merchant_refund_limit_is_not_negative"
            ),
            models.CheckConstraint(condition=Q(till_proof__in=TillProof.values), name="merchant_till_proof_is_known"),
        ]

    def __str__(self) -> str:
        return self.legal_name

    @property
    def public_id(self) -> str:
        """Return the id that doors show."""
        return public_id("mer", self.id)


class Store(models.Model):
    """A place where a merchant sells, with the address that receipts show."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="stores")
    name = models.CharField(max_length=80)
    street = models.CharField(max_length=70, blank=True)
    postal_code = models.CharField(max_length=16, blank=True)
    town = models.CharField(max_length=35)
    country = models.CharField(max_length=2, default="CH")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["merchant", "name"], name="store_name_is_unique_per_merchant")]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Return the id that doors show."""
        return public_id("sto", self.id)


class Till(models.Model):
    """A point of sale; what it may do is in its keys."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    store = models.ForeignKey(Store, on_delete=models.PROTECT, related_name="tills")
    name = models.CharField(max_length=40)
    kind = models.CharField(max_length=16, choices=TillKind, default=TillKind.ATTENDED)
    language = models.CharField(max_length=2, choices=Language, default=Language.GERMAN)
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["store", "name"], name="till_name_is_unique_per_store"),
            models.CheckConstraint(condition=Q(kind__in=TillKind.values), name="till_kind_is_known"),
            models.CheckConstraint(condition=Q(language__in=Language.values), name="till_language_is_spoken"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Return the id that doors show, and that a code may be bound to."""
        return public_id("til", self.id)


class TillKey(models.Model):
    """A credential of a till, of which only the digest is kept."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="keys")
    # SHA-256 of the key's text. 256 random bits need no salt and no slow hash: there is nothing to guess.
    digest = models.BinaryField(max_length=32, unique=True)
    mode = models.CharField(max_length=4, choices=Mode)
    # What the key may be used for: words of TillScope, sorted.
    scopes = models.JSONField(default=all_scopes)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="till_key_mode_is_known"),
            # The second is false for what is no list: PostgreSQL finds a single word contained in a list of it.
            models.CheckConstraint(
                condition=Q(scopes__contained_by=all_scopes()) & Q(scopes__contains=[]) & ~Q(scopes=[]),
                name="till_key_scopes_are_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.mode} key of {self.till_id}"

    def is_valid(self, now: datetime) -> bool:
        """Say whether the key opens the door at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)

    def allows(self, scope: TillScope) -> bool:
        """Say whether the key may be used for this."""
        return scope in self.scopes


class TillCredential(models.Model):
    """What a till proves itself with besides its key; triggers refuse to change, prolong or remove it.

    It belongs to the till and not to one of its keys, so that keys are rotated without it, and it without them.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="credentials")
    kind = models.CharField(max_length=11, choices=CredentialKind)
    # DER: the SubjectPublicKeyInfo of a P-256 key that signs, or the client certificate.
    content = models.BinaryField()
    # SHA-256 of the content in hexadecimal digits: the `keyid` of a signature, the pin of a certificate.
    fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    # A certificate ends with itself at the latest.
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=CredentialKind.values), name="till_credential_kind_is_known"),
            models.CheckConstraint(
                condition=Q(kind=CredentialKind.SIGNING) | Q(expires_at__isnull=False),
                name="till_certificate_ends",
            ),
            models.UniqueConstraint(fields=["till", "fingerprint"], name="till_credential_is_registered_once"),
            # A certificate may stand for the server of a store, in front of many tills; a key that signs is one till's.
            models.UniqueConstraint(
                fields=["fingerprint"],
                condition=Q(kind=CredentialKind.SIGNING),
                name="till_signing_key_is_one_tills",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.fingerprint[:16]}"

    def is_valid(self, now: datetime) -> bool:
        """Say whether it proves anything at this moment."""
        return self.revoked_at is None and (self.expires_at is None or now < self.expires_at)


class SpentNonce(models.Model):
    """A nonce under which a till has signed: it signs nothing else. Not logged by PostgreSQL, see decision 8."""

    # SHA-256 of the signing key's fingerprint and the nonce.
    digest = models.BinaryField(primary_key=True, max_length=32)
    # Afterwards the signature is refused for its age.
    kept_until = models.DateTimeField(db_index=True)

    def __str__(self) -> str:
        return bytes(self.digest).hex()[:16]
