"""What was judged and how, the rules and lists that it was judged by, and what became of it."""

from django.db import models
from django.db.models import F, Q

from apps.approvals.models import Approval
from apps.fraud.states import RuleStatus
from apps.kernel.ids import uuid7


class Verdict(models.TextChoices):
    """What the payment does next."""

    PASS = "pass"  # noqa: S105  # a verdict, not a password
    REVIEW = "review"
    CONSENT = "consent"
    BLOCK = "block"


class Assessment(models.Model):
    """The facts of one payment with one instrument, the verdict, and its reasons. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # A column without a foreign key: the payment lives upstairs.
    payment_id = models.UUIDField(db_index=True)
    facts = models.JSONField()
    verdict = models.CharField(max_length=8, choices=Verdict)
    score = models.IntegerField(default=0)
    reasons = models.JSONField(default=list)
    at = models.DateTimeField()
    # What the history is read by: the same as in the facts, narrow and indexed. None where nothing is known.
    customer_id = models.UUIDField(null=True)
    device_id = models.UUIDField(null=True)
    instrument_id = models.UUIDField(null=True)
    merchant_id = models.UUIDField(null=True)
    store_id = models.UUIDField(null=True)
    cashier = models.CharField(max_length=64, default="", blank=True)
    amount_minor = models.BigIntegerField(null=True)
    currency = models.CharField(max_length=3, default="", blank=True)
    town = models.CharField(max_length=40, default="", blank=True)
    is_training = models.BooleanField(default=False)
    # Judged before, with another instrument: it is the same payment.
    is_again = models.BooleanField(default=False)
    # Every rule that held, the ones in shadow too: {"rule", "version", "score", "verdict", "is_shadow"}.
    hits = models.JSONField(default=list)

    class Meta:
        indexes = [
            models.Index(fields=["customer_id", "at"], name="assessment_by_customer"),
            models.Index(fields=["device_id", "at"], name="assessment_by_device"),
            models.Index(fields=["instrument_id", "at"], name="assessment_by_instrument"),
            models.Index(fields=["store_id", "at"], name="assessment_by_store"),
            models.Index(fields=["at", "id"], name="assessment_in_order"),
            models.Index(fields=["at"], condition=~Q(hits=[]), name="assessment_with_hits"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="assessment_verdict_is_known"),
            models.CheckConstraint(condition=Q(score__gte=0), name="assessment_score_is_not_negative"),
        ]

    def __str__(self) -> str:
        return f"{self.verdict} for {self.payment_id}"


class Rule(models.Model):
    """One version of a rule. What it says never changes: a change is a new version."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    name = models.CharField(max_length=40)
    version = models.IntegerField()
    # The tree that `conditions` reads.
    condition = models.JSONField()
    score = models.IntegerField()
    # At least this, whatever the total score is.
    verdict = models.CharField(max_length=8, choices=Verdict, default=Verdict.PASS)
    # A word for staff; the till never hears it.
    reason = models.CharField(max_length=40)
    # None: the payments of every merchant. A column without a foreign key, as those of the facts are.
    merchant_id = models.UUIDField(null=True, blank=True)
    status = models.CharField(max_length=17, choices=RuleStatus, default=RuleStatus.DRAFT)
    # Actors as texts.
    maker = models.CharField(max_length=121)
    checker = models.CharField(max_length=121, default="", blank=True)
    # Who allowed it to be tried in shadow, and who allowed it to decide.
    approval = models.ForeignKey(Approval, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    live_approval = models.ForeignKey(Approval, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    shadow_at = models.DateTimeField(null=True, blank=True)
    live_at = models.DateTimeField(null=True, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name", "version"], name="fraud_rule_version_is_one"),
            models.UniqueConstraint(
                fields=["name"], condition=Q(status=RuleStatus.SHADOW), name="fraud_rule_is_in_shadow_once"
            ),
            models.UniqueConstraint(
                fields=["name"], condition=Q(status=RuleStatus.LIVE), name="fraud_rule_is_live_once"
            ),
            models.CheckConstraint(condition=Q(version__gt=0), name="fraud_rule_versions_count_from_one"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=1000), name="fraud_rule_score_is_bounded"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="fraud_rule_verdict_is_known"),
            models.CheckConstraint(condition=Q(status__in=RuleStatus.values), name="fraud_rule_status_is_known"),
            models.CheckConstraint(condition=~Q(maker=""), name="fraud_rule_has_a_maker"),
            models.CheckConstraint(condition=~Q(maker=F("checker")), name="fraud_rule_maker_is_not_checker"),
            models.CheckConstraint(
                condition=~Q(status__in=[RuleStatus.SHADOW, RuleStatus.LIVE])
                | (~Q(checker="") & Q(approval__isnull=False, shadow_at__isnull=False)),
                name="fraud_rule_judges_after_a_second_person",
            ),
            models.CheckConstraint(
                condition=~Q(status=RuleStatus.LIVE) | Q(live_approval__isnull=False, live_at__isnull=False),
                name="fraud_rule_is_live_after_a_second_person",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.version}"

    @property
    def subject(self) -> str:
        """What approvals and the audit trail call it."""
        return f"fraud_rule:{self.name}:{self.version}"


class Rulebook(models.Model):
    """One row: what everybody who keeps rules in memory compares. The database renews it with every change."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    edition = models.UUIDField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="fraud_rulebook_is_one")]

    def __str__(self) -> str:
        return f"rulebook {self.edition}"


class Listed(models.TextChoices):
    """Whom a list may name."""

    CUSTOMER = "customer"
    DEVICE = "device"
    INSTRUMENT = "instrument"


class Listing(models.Model):
    """One entry of the block list or the allow list. To block wins over to allow, and to allow over every rule."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    kind = models.CharField(max_length=10, choices=Listed)
    subject_id = models.UUIDField()
    is_block = models.BooleanField()
    reason = models.CharField(max_length=140)
    # None: until somebody ends it. Nobody is allowed everything for ever.
    until = models.DateTimeField(null=True, blank=True)
    maker = models.CharField(max_length=121)
    at = models.DateTimeField()
    ended_by = models.CharField(max_length=121, default="", blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [models.Index(fields=["subject_id"], condition=Q(ended_at=None), name="fraud_listing_by_subject")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Listed.values), name="fraud_listing_kind_is_known"),
            models.CheckConstraint(condition=~Q(reason="") & ~Q(maker=""), name="fraud_listing_says_who_and_why"),
            models.CheckConstraint(
                condition=Q(is_block=True) | Q(until__isnull=False), name="fraud_listing_allows_until_a_moment"
            ),
            models.CheckConstraint(condition=Q(until=None) | Q(until__gt=F("at")), name="fraud_listing_has_a_lifetime"),
            models.CheckConstraint(
                condition=Q(ended_at=None, ended_by="") | (Q(ended_at__isnull=False) & ~Q(ended_by="")),
                name="fraud_listing_is_ended_by_somebody",
            ),
        ]

    def __str__(self) -> str:
        return f"{'block' if self.is_block else 'allow'} {self.kind} {self.subject_id}"


class Refunded(models.Model):
    """That money was given back, as far as rules care. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    # Of the refund, upstairs.
    refund_id = models.UUIDField(unique=True)
    customer_id = models.UUIDField(null=True)
    merchant_id = models.UUIDField()
    cashier = models.CharField(max_length=64, default="", blank=True)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    at = models.DateTimeField()

    class Meta:
        indexes = [
            models.Index(fields=["customer_id", "at"], name="refunded_by_customer"),
            models.Index(fields=["merchant_id", "cashier", "at"], name="refunded_by_cashier"),
        ]
        constraints = [models.CheckConstraint(condition=Q(amount_minor__gt=0), name="refunded_amount_is_positive")]

    def __str__(self) -> str:
        return f"refund {self.refund_id}"


class OutcomeKind(models.TextChoices):
    """What became of a payment, as far as fraud goes."""

    CONFIRMED_FRAUD = "confirmed_fraud"
    DISPUTED = "disputed"
    GOOD = "good"


class AssessmentOutcome(models.Model):
    """What somebody found out about a payment; the newest one counts. Written once."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    assessment = models.ForeignKey(Assessment, on_delete=models.PROTECT, related_name="outcomes", db_index=False)
    kind = models.CharField(max_length=15, choices=OutcomeKind)
    by = models.CharField(max_length=121)
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["assessment", "at", "id"], name="outcome_by_assessment")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=OutcomeKind.values), name="outcome_kind_is_known"),
            models.CheckConstraint(condition=~Q(by=""), name="outcome_says_who"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.assessment_id}"


class BackTest(models.Model):
    """One version of a rule, tried on what is stored; it goes on where it stopped, and its result stays."""

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    rule = models.ForeignKey(Rule, on_delete=models.PROTECT, related_name="back_tests")
    since = models.DateTimeField()
    until = models.DateTimeField()
    # Without a word about it, a payment is taken for good after so long.
    settled_days = models.IntegerField()
    # What total scores meant when it was asked for.
    thresholds = models.JSONField()
    maker = models.CharField(max_length=121)
    at = models.DateTimeField()
    # The last assessment that was tried.
    position_at = models.DateTimeField(null=True, blank=True)
    position_id = models.UUIDField(null=True, blank=True)
    result = models.JSONField(default=dict)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(since__lt=F("until"), until__lte=F("at")), name="back_test_looks_back"),
            models.CheckConstraint(condition=Q(settled_days__gte=0), name="back_test_waits_for_days"),
        ]

    def __str__(self) -> str:
        return f"back-test {self.id}"
