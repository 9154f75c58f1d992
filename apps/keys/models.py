"""Code keys and signing keys; private halves only as the key-encryption keys sealed them."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from apps.kernel.ids import uuid7
from apps.keys.kek import WrappedKey

KID_MAX = 255
SUITE = "DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-128-GCM"


class Purpose(models.TextChoices):
    """What a signing key signs, and nothing else."""

    REALM_ROOT = "realm-root"
    RECEIPT = "receipt"
    AUDIT_HEAD = "audit head"
    STOP = "stop"
    CERTIFICATES = "ca"


class KeyPair(models.Model):
    """What both kinds of key have."""

    public_key = models.BinaryField()
    kek_id = models.CharField(max_length=32)
    nonce = models.BinaryField()
    wrapped_private_key = models.BinaryField()
    not_before = models.DateTimeField()
    not_after = models.DateTimeField()
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)

    class Meta:
        abstract = True

    @property
    def wrapped(self) -> WrappedKey:
        """Return the private half, still sealed."""
        return WrappedKey(kek_id=self.kek_id, nonce=bytes(self.nonce), ciphertext=bytes(self.wrapped_private_key))

    def is_valid_at(self, now: datetime) -> bool:
        """Tell whether `now` is within the key's lifetime; its last moment no longer is."""
        return self.not_before <= now < self.not_after


class CodeKey(KeyPair):
    """An X25519 key to which phones seal their codes; rows are never removed, so no kid comes back."""

    kid = models.PositiveSmallIntegerField(primary_key=True)
    suite = models.CharField(max_length=64, default=SUITE)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kid__gte=1, kid__lte=KID_MAX), name="code_key_kid_fits_its_byte"),
            models.CheckConstraint(condition=Q(not_before__lt=F("not_after")), name="code_key_has_a_lifetime"),
        ]

    def __str__(self) -> str:
        return f"code key {self.kid}"


class SigningKey(KeyPair):
    """A P-256 key for one purpose, kept as long as something that it signed may be asked about."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # The name that signed documents carry: the purpose and the first half of the public key's fingerprint.
    key_id = models.CharField(max_length=48, unique=True)
    purpose = models.CharField(max_length=16, choices=Purpose)
    # DER, of the certificate authority only.
    certificate = models.BinaryField(null=True)

    class Meta:
        indexes = [models.Index(fields=["purpose", "-not_before"], name="signing_key_by_purpose")]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=Purpose.values), name="signing_key_purpose_is_known"),
            models.CheckConstraint(condition=Q(not_before__lt=F("not_after")), name="signing_key_has_a_lifetime"),
            models.CheckConstraint(
                condition=Q(purpose=Purpose.CERTIFICATES, certificate__isnull=False)
                | (~Q(purpose=Purpose.CERTIFICATES) & Q(certificate__isnull=True)),
                name="signing_key_certificate_is_the_authoritys",
            ),
        ]

    def __str__(self) -> str:
        return self.key_id
