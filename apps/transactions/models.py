"""Payments, their attempts, the operations asked of providers, and the history that every timeline shows."""

from django.db import models
from django.db.models import F, Q

from apps.customers.models import Customer
from apps.devices.models import Device
from apps.fraud.models import Assessment
from apps.instruments.models import Instrument
from apps.kernel.currencies import MINOR_UNIT_DIGITS
from apps.kernel.ids import public_id, uuid7
from apps.kernel.money import Money
from apps.merchants.models import Language, Merchant, Mode, Till
from apps.providers.contract import Verb
from apps.providers.models import ProviderAccount
from apps.transactions.states import (
    OFF,
    Action,
    CaptureMode,
    CaptureStatus,
    OperationStatus,
    RefundFacet,
    RefundStatus,
    Status,
)

_LIVE_OPERATIONS = [OperationStatus.SENT, OperationStatus.UNKNOWN]
_OPEN_OPERATIONS = [OperationStatus.QUEUED, *_LIVE_OPERATIONS]
_FORWARD = [Verb.AUTHORISE.value, Verb.CAPTURE.value, Verb.REFUND.value]
_BACKWARD = [Verb.VOID.value, Verb.REVERSE.value]


class Payment(models.Model):
    """One sale and one scanned code. Changed only by operations, under its lock."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    merchant = models.ForeignKey(Merchant, on_delete=models.PROTECT, related_name="+", db_index=False)
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The mode of the till's key. A live till may train too: whatever is training books nothing.
    mode = models.CharField(max_length=4, choices=Mode)
    is_training = models.BooleanField(default=False)
    status = models.CharField(max_length=16, choices=Status)
    # Grows with every change that a till can see; a till keeps the highest.
    version = models.IntegerField(default=1)

    # Empty where the code did not say whose it is.
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    device = models.ForeignKey(Device, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    instrument = models.ForeignKey(Instrument, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The second choice that the customer signed; used only after a certain no from the first.
    fallback = models.ForeignKey(Instrument, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)

    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    tip_minor = models.BigIntegerField(default=0)
    authorised_minor = models.BigIntegerField(default=0)
    captured_minor = models.BigIntegerField(default=0)
    released_minor = models.BigIntegerField(default=0)
    refunded_minor = models.BigIntegerField(default=0)
    refund_reserved_minor = models.BigIntegerField(default=0)
    lost_minor = models.BigIntegerField(default=0)
    # What of the daily limits this payment has used up; given back once, when the sale is off.
    limits_reserved_minor = models.BigIntegerField(default=0)

    reference = models.CharField(max_length=64)
    business_date = models.DateField()
    cashier = models.CharField(max_length=64, default="", blank=True)
    language = models.CharField(max_length=2, choices=Language)
    # As the till sent them; for receipts and returns.
    lines = models.JSONField(default=list)
    # The till's own clock, where it told it; never used for a decision.
    pos_time = models.DateTimeField(null=True)
    # When the phone says that it made the code; empty where the code did not say whose it is.
    code_issued_at = models.DateTimeField(null=True)

    capture_mode = models.CharField(max_length=9, choices=CaptureMode, default=CaptureMode.MANUAL)
    capture_status = models.CharField(max_length=9, choices=CaptureStatus, default=CaptureStatus.NONE)
    refund_status = models.CharField(max_length=8, choices=RefundFacet, default=RefundFacet.NONE)
    # Who is asked while the status is action_required; empty otherwise.
    action = models.CharField(max_length=16, choices=Action, default="", blank=True)
    confirm_within_seconds = models.IntegerField(default=45)
    # Until then the till is believed to listen: an automatic capture happens before it or not at all.
    answer_until = models.DateTimeField()
    # When somebody must look again although nothing happened; empty where nothing is awaited.
    deadline_at = models.DateTimeField(null=True)
    hold_expires_at = models.DateTimeField(null=True)

    # What the till is told, and the true reason for staff; both empty unless declined.
    decline_code = models.CharField(max_length=32, default="", blank=True)
    decline_detail = models.CharField(max_length=64, default="", blank=True)
    tries_left = models.SmallIntegerField(null=True)

    created_at = models.DateTimeField()
    authorised_at = models.DateTimeField(null=True)
    captured_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["till", "mode", "business_date", "reference"],
                condition=~Q(status__in=sorted(OFF)),
                name="payment_reference_is_one_live_sale",
            ),
            models.CheckConstraint(condition=Q(status__in=Status.values), name="payment_status_is_known"),
            models.CheckConstraint(condition=Q(mode__in=Mode.values), name="payment_mode_is_known"),
            models.CheckConstraint(
                condition=Q(mode=Mode.LIVE) | Q(is_training=True), name="payment_in_test_mode_is_training"
            ),
            models.CheckConstraint(
                condition=Q(currency__in=sorted(MINOR_UNIT_DIGITS)), name="payment_currency_is_supported"
            ),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_amount_is_positive"),
            models.CheckConstraint(
                condition=Q(tip_minor__gte=0, tip_minor__lte=F("amount_minor")), name="payment_tip_within_amount"
            ),
            models.CheckConstraint(
                condition=Q(authorised_minor__gte=0, authorised_minor__lte=F("amount_minor")),
                name="payment_authorised_within_amount",
            ),
            models.CheckConstraint(
                condition=Q(captured_minor__gte=0, released_minor__gte=0)
                & Q(captured_minor__lte=F("authorised_minor") - F("released_minor")),
                name="payment_captured_and_released_within_authorised",
            ),
            models.CheckConstraint(
                condition=Q(refunded_minor__gte=0, refund_reserved_minor__gte=0, lost_minor__gte=0)
                & Q(captured_minor__gte=F("refunded_minor") + F("refund_reserved_minor") + F("lost_minor")),
                name="payment_refunded_within_captured",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.CAPTURED, captured_minor__gt=0)
                | (~Q(status=Status.CAPTURED) & Q(captured_minor=0)),
                name="payment_captured_says_so",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DECLINED) ^ Q(decline_code=""), name="payment_declined_says_why"
            ),
            models.CheckConstraint(
                condition=Q(status=Status.DECLINED)
                | Q(customer__isnull=False, device__isnull=False, instrument__isnull=False),
                name="payment_has_a_payer_unless_declined",
            ),
            models.CheckConstraint(
                condition=~Q(
                    status__in=[
                        Status.IN_REVIEW,
                        Status.ACTION_REQUIRED,
                        Status.AUTHORISING,
                        Status.UNKNOWN,
                        Status.AUTHORISED,
                    ]
                )
                | Q(deadline_at__isnull=False),
                name="payment_that_waits_has_a_deadline",
            ),
            models.CheckConstraint(
                condition=Q(status=Status.ACTION_REQUIRED) ^ Q(action=""), name="payment_says_what_action_is_required"
            ),
            models.CheckConstraint(condition=Q(version__gte=1), name="payment_version_from_one"),
        ]
        indexes = [
            # Few payments wait for anything; the watch reads only these.
            models.Index(fields=["deadline_at"], condition=Q(deadline_at__isnull=False), name="payment_by_deadline"),
            models.Index(fields=["merchant", "mode", "id"], name="payment_by_merchant"),
            models.Index(fields=["till", "reference", "business_date"], name="payment_by_reference"),
            models.Index(fields=["customer", "id"], condition=Q(customer__isnull=False), name="payment_by_customer"),
            # Few wait for a person; staff read only these.
            models.Index(
                fields=["status", "id"],
                condition=Q(status__in=[Status.IN_REVIEW, Status.ACTION_REQUIRED]),
                name="payment_waiting_for_somebody",
            ),
            # For lists and the search of staff: these three cost every payment, the two below only what failed.
            models.Index(fields=["till", "id"], name="payment_by_till"),
            models.Index(fields=["amount_minor", "id"], name="payment_by_amount"),
            models.Index(fields=["cashier", "id"], condition=~Q(cashier=""), name="payment_by_cashier"),
            models.Index(fields=["decline_code", "id"], condition=Q(status=Status.DECLINED), name="payment_declined"),
            models.Index(
                fields=["status", "id"],
                condition=Q(status__in=[Status.REVERSING, Status.CANCELLED, Status.EXPIRED]),
                name="payment_came_to_nothing",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """Return the id that doors show."""
        return public_id("pay", self.id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def remaining_minor(self) -> int:
        """How much of the hold may still be captured."""
        return self.authorised_minor - self.captured_minor - self.released_minor


class Attempt(models.Model):
    """One provider and instrument tried for a payment; a later one needs a certain no from the earlier."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="attempts", db_index=False)
    number = models.SmallIntegerField(default=1)
    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="+", db_index=False)
    provider_account = models.ForeignKey(ProviderAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="+", db_index=False)
    # The provider's own name for the hold, once it is proven.
    hold_reference = models.CharField(max_length=128, default="", blank=True)
    decline_reason = models.CharField(max_length=32, default="", blank=True)
    # The provider's word, for staff; never shown to a shopper.
    raw_reason = models.CharField(max_length=64, default="", blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "number"], name="attempt_number_is_unique_per_payment"),
            models.CheckConstraint(condition=Q(number__gte=1), name="attempt_number_from_one"),
        ]

    def __str__(self) -> str:
        return f"attempt {self.number} of {self.payment_id}"


class Operation(models.Model):
    """One message to a provider, however often it is repeated. Its reference never changes."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="operations", db_index=False)
    attempt = models.ForeignKey(Attempt, on_delete=models.PROTECT, related_name="operations", db_index=False)
    verb = models.CharField(max_length=9, choices=[(verb.value, verb.value) for verb in Verb])
    status = models.CharField(max_length=9, choices=OperationStatus, default=OperationStatus.QUEUED)
    reference = models.CharField(max_length=64, unique=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # Of captures: releases the rest of the hold.
    is_final = models.BooleanField(default=True)
    # Of refunds: which one it carries out, in whole or, where several captures are refunded at once, in part.
    refund = models.ForeignKey("Refund", null=True, on_delete=models.PROTECT, related_name="operations", db_index=False)
    # What the message names besides: the hold, or our reference of the operation to be undone or refunded.
    target = models.CharField(max_length=128, default="", blank=True)
    # Repeated byte for byte, so what depends on a clock is kept.
    hold_expires_at = models.DateTimeField(null=True)
    # The provider's own name for what it did.
    provider_reference = models.CharField(max_length=128, default="", blank=True)
    tries = models.SmallIntegerField(default=0)
    # When somebody must look again; kept also while it is queued, so that a lost doorbell is noticed.
    next_check_at = models.DateTimeField(null=True)
    # When the watch last left a note because of it.
    watched_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    unknown_since = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(status__in=_LIVE_OPERATIONS, verb__in=_FORWARD),
                name="operations_go_out_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(status__in=_LIVE_OPERATIONS, verb__in=_BACKWARD),
                name="undoings_go_out_one_at_a_time",
            ),
            models.UniqueConstraint(
                fields=["payment"],
                condition=Q(verb=Verb.AUTHORISE.value, status__in=_OPEN_OPERATIONS),
                name="one_authorisation_is_live",
            ),
            models.CheckConstraint(
                condition=~Q(status__in=_OPEN_OPERATIONS) | Q(next_check_at__isnull=False),
                name="an_open_operation_is_looked_at_again",
            ),
            models.CheckConstraint(condition=Q(verb__in=[verb.value for verb in Verb]), name="operation_verb_is_known"),
            models.CheckConstraint(condition=Q(status__in=OperationStatus.values), name="operation_status_is_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="operation_amount_is_positive"),
        ]
        indexes = [
            models.Index(
                fields=["next_check_at"], condition=Q(next_check_at__isnull=False), name="operation_by_next_check"
            ),
            models.Index(fields=["payment", "id"], name="operation_by_payment"),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class Refund(models.Model):
    """Money given back for a captured payment; waits for a second person where the merchant wants one."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    till = models.ForeignKey(Till, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    status = models.CharField(max_length=18, choices=RefundStatus)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    # A word or sentence for staff and the customer's receipt.
    reason = models.CharField(max_length=140, default="", blank=True)
    cashier = models.CharField(max_length=64, default="", blank=True)
    lines = models.JSONField(default=list)
    # Whoever asked, as a text; the second person is in the approval.
    asked_by = models.CharField(max_length=130)
    approval_id = models.UUIDField(null=True)
    failure_reason = models.CharField(max_length=32, default="", blank=True)
    # The merchant's business day on which it was booked.
    business_date = models.DateField(null=True)
    created_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(status__in=RefundStatus.values), name="refund_status_is_known"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refund_amount_is_positive"),
            models.CheckConstraint(
                condition=~Q(status=RefundStatus.AWAITING_APPROVAL) | Q(approval_id__isnull=False),
                name="refund_that_waits_names_its_approval",
            ),
            models.CheckConstraint(
                condition=Q(status=RefundStatus.FAILED) ^ Q(failure_reason=""), name="refund_that_failed_says_why"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def public_id(self) -> str:
        """Return the id that doors show."""
        return public_id("ref", self.id)

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)


class DayClose(models.Model):
    """What a till counted at the end of its day, and what we did. Append-only; the last one of a day counts."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+", db_index=False)
    mode = models.CharField(max_length=4, choices=Mode)
    business_date = models.DateField()
    currency = models.CharField(max_length=3)
    # {"payments": {"count", "amount"}, "refunds": {...}}, as the till told it and as we have it.
    told = models.JSONField()
    ours = models.JSONField()
    differences = models.JSONField(default=list)
    matched = models.BooleanField()
    closed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["till", "mode", "business_date"], name="day_close_by_till")]

    def __str__(self) -> str:
        return f"{self.business_date} of {self.till_id}"


class Return(models.Model):
    """A customer who identified himself for a refund by a code with purpose 1. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    till = models.ForeignKey(Till, on_delete=models.PROTECT, related_name="+", db_index=False)
    mode = models.CharField(max_length=4, choices=Mode)
    # Empty where the code did not say whose it is.
    customer = models.ForeignKey(Customer, null=True, on_delete=models.PROTECT, related_name="+", db_index=False)
    # What the till was told, and the true reason; both empty where the customer is known.
    decline_code = models.CharField(max_length=32, default="", blank=True)
    decline_detail = models.CharField(max_length=64, default="", blank=True)
    tries_left = models.SmallIntegerField(null=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~Q(decline_code="") | Q(customer__isnull=False), name="return_knows_its_customer_or_says_why"
            ),
        ]

    def __str__(self) -> str:
        return f"return {self.id}"


class PaymentEvent(models.Model):
    """One thing that happened to a payment, at one version of it. Append-only."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="events", db_index=False)
    version = models.IntegerField()
    kind = models.CharField(max_length=40)
    status = models.CharField(max_length=16, choices=Status)
    actor = models.CharField(max_length=130)
    facts = models.JSONField(default=dict)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["payment", "version"], name="payment_event_is_one_per_version"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.payment_id}"
