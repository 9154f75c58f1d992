"""The accounts that we hold at banks and acquirers, the keys of our lines to them, and the masked log of every call."""

from datetime import datetime

from django.db import models
from django.db.models import F, Q

from apps.kernel.ids import uuid7
from apps.keys.kek import WrappedKey
from apps.providers.contract import NoticeKind


class CallVerb(models.TextChoices):
    """What was asked of a provider."""

    CHECK_LIQUIDITY = "check_liquidity"
    AUTHORISE = "authorise"
    CAPTURE = "capture"
    VOID = "void"
    REFUND = "refund"
    REVERSE = "reverse"
    INQUIRE = "inquire"
    DESCRIBE_INSTRUMENT = "describe_instrument"
    BEGIN_LINK = "begin_link"
    REDEEM_LINK = "redeem_link"
    END_CONSENT = "end_consent"


class CallOutcome(models.TextChoices):
    """What came of it, in one word; an answered description is approved."""

    APPROVED = "approved"
    DECLINED = "declined"
    PENDING = "pending"
    UNKNOWN = "unknown"
    NOT_SENT = "not_sent"
    NEVER_HEARD_OF = "never_heard_of"
    CONFIG_ERROR = "config_error"


class ProviderAccount(models.Model):
    """A route for money: which connector speaks to whom, and as whom. Never removed: old operations name it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Part of ledger accounts such as `holds:bank`, so it never changes.
    code = models.CharField(max_length=31, unique=True)
    name = models.CharField(max_length=80)
    # A key of settings.CONNECTORS. Another kind of provider is another account.
    connector = models.CharField(max_length=32)
    # What the connector needs to know and is no secret, such as base_url.
    settings = models.JSONField(default=dict)
    # Grows with every change of settings or credential: processes that hold an older connection open a new one.
    version = models.PositiveIntegerField(default=1)
    kek_id = models.CharField(max_length=32)
    nonce = models.BinaryField()
    wrapped_credential = models.BinaryField()
    is_enabled = models.BooleanField(default=True)
    disabled_reason = models.CharField(max_length=200, blank=True)
    # Another line to the same provider, which knows the same tokens: tried once, when this one certainly did nothing.
    second_route = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(second_route__isnull=True) | ~Q(second_route=models.F("id")),
                name="provider_second_route_is_another",
            ),
            models.CheckConstraint(
                condition=Q(code__regex=r"^[a-z0-9][a-z0-9-]{0,30}$"), name="provider_code_is_a_slug"
            ),
            models.CheckConstraint(
                condition=Q(is_enabled=True, disabled_reason="") | (Q(is_enabled=False) & ~Q(disabled_reason="")),
                name="provider_is_off_for_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.code

    @property
    def wrapped(self) -> WrappedKey:
        """Return the credential, still sealed."""
        return WrappedKey(kek_id=self.kek_id, nonce=bytes(self.nonce), ciphertext=bytes(self.wrapped_credential))


class LinePurpose(models.TextChoices):
    """What a key of ours does on the line to a provider, and nothing else."""

    TLS = "tls"
    SIGNING = "signing"


class LineKey(models.Model):
    """A P-256 key by which a provider knows us; triggers refuse to change or remove it.

    Waiting until the provider knows it, then in use until it ends or is retired. Several may be in use at a time: the
    newest is shown, and the provider still takes the others.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    purpose = models.CharField(max_length=7, choices=LinePurpose)
    # DER, SubjectPublicKeyInfo; the private half is sealed for this account, purpose and row.
    public_key = models.BinaryField()
    kek_id = models.CharField(max_length=32)
    nonce = models.BinaryField()
    wrapped_private_key = models.BinaryField()
    # SHA-256 in hexadecimal digits, of the certificate once there is one, else of the public key.
    fingerprint = models.CharField(max_length=64, unique=True)
    # DER, from the provider's certificate authority; of TLS keys only.
    certificate = models.BinaryField(null=True)
    # Null while the key waits.
    not_before = models.DateTimeField(null=True)
    not_after = models.DateTimeField(null=True)
    retired_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=120)

    class Meta:
        indexes = [models.Index(fields=["account", "purpose", "-not_before"], name="line_key_by_account")]
        constraints = [
            models.CheckConstraint(condition=Q(purpose__in=LinePurpose.values), name="line_key_purpose_is_known"),
            models.CheckConstraint(
                condition=Q(not_before__isnull=True, not_after__isnull=True)
                | Q(not_before__isnull=False, not_after__isnull=False, not_before__lt=F("not_after")),
                name="line_key_in_use_has_a_lifetime",
            ),
            models.CheckConstraint(
                condition=Q(purpose="signing", certificate__isnull=True)
                | Q(purpose="tls", certificate__isnull=True, not_before__isnull=True)
                | Q(purpose="tls", certificate__isnull=False, not_before__isnull=False),
                name="line_key_for_tls_has_a_certificate_in_use",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.fingerprint[:16]}"

    @property
    def key_id(self) -> str:
        """Return the name that signatures carry."""
        return self.fingerprint[:32]

    @property
    def wrapped(self) -> WrappedKey:
        """Return the private half, still sealed."""
        return WrappedKey(kek_id=self.kek_id, nonce=bytes(self.nonce), ciphertext=bytes(self.wrapped_private_key))

    def is_waiting(self) -> bool:
        """Tell whether the provider has yet to know the key."""
        return self.not_before is None and self.retired_at is None

    def is_usable_at(self, now: datetime) -> bool:
        """Tell whether the provider should take the key at `now`."""
        if self.not_before is None or self.not_after is None or self.retired_at is not None:
            return False
        return self.not_before <= now < self.not_after


class ProviderCall(models.Model):
    """One message to a provider and its outcome, without anything secret; triggers refuse to change or remove it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    # Ours, the operation's; unchanged on repetition, so several rows may have it.
    reference = models.CharField(max_length=64)
    verb = models.CharField(max_length=20, choices=CallVerb)
    outcome = models.CharField(max_length=16, choices=CallOutcome)
    # The provider's raw reason or what went wrong on the way, masked; for staff only.
    detail = models.CharField(max_length=200, blank=True)
    latency_ms = models.PositiveIntegerField()
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["account", "at"], name="provider_call_by_account"),
            models.Index(fields=["reference"], name="provider_call_by_reference"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(verb__in=CallVerb.values), name="provider_call_verb_is_known"),
            models.CheckConstraint(condition=Q(outcome__in=CallOutcome.values), name="provider_call_outcome_is_known"),
            models.CheckConstraint(condition=~Q(reference=""), name="provider_call_names_its_operation"),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.reference}: {self.outcome}"


class NoticeStatus(models.TextChoices):
    """What has become of a notice."""

    # Looked into, or about to be.
    KEPT = "kept"
    # About something that we do not know; people look at it.
    PARKED = "parked"


class ProviderNotice(models.Model):
    """What a provider told unasked, once by its own id. A hint: nothing was ever booked because of it."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    notice_id = models.CharField(max_length=64)
    kind = models.CharField(max_length=9, choices=[(kind.value, kind.value) for kind in NoticeKind])
    # The provider's own word.
    raw_kind = models.CharField(max_length=64)
    # Ours, of the operation that it is about; or the provider's, of the consent.
    reference = models.CharField(max_length=64, blank=True)
    consent = models.CharField(max_length=64, blank=True)
    # What the provider says, right or wrong.
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, blank=True)
    status = models.CharField(max_length=6, choices=NoticeStatus)
    received_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["account", "received_at"], name="provider_notice_by_account")]
        constraints = [
            models.UniqueConstraint(fields=["account", "notice_id"], name="provider_notice_is_kept_once"),
            models.CheckConstraint(
                condition=Q(kind__in=[kind.value for kind in NoticeKind]), name="provider_notice_kind_is_known"
            ),
            models.CheckConstraint(condition=Q(status__in=NoticeStatus.values), name="provider_notice_status_is_known"),
        ]

    def __str__(self) -> str:
        return f"{self.raw_kind} {self.notice_id}"


class NoticeNonce(models.Model):
    """A notice's message that was shown, remembered for as long as it could be shown again."""

    account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    nonce = models.CharField(max_length=64)
    until = models.DateTimeField(db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "nonce"], name="notice_is_shown_once")]

    def __str__(self) -> str:
        return self.nonce
