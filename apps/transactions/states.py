"""The states of a payment and of what is asked of providers, and the moves between them.

A trigger holds the payment's moves too: a test keeps its table and this one the same.
"""

from typing import Final

from django.db import models


class Status(models.TextChoices):
    """Where a payment stands. The last four are ends: amounts may still move, the status does not."""

    IN_REVIEW = "in_review"
    ACTION_REQUIRED = "action_required"
    AUTHORISING = "authorising"
    UNKNOWN = "unknown"
    AUTHORISED = "authorised"
    REVERSING = "reversing"
    CAPTURED = "captured"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


# How a payment may begin; the row is never committed before one of them is decided.
FIRST: Final = frozenset({Status.DECLINED, Status.IN_REVIEW, Status.ACTION_REQUIRED, Status.AUTHORISING})

MOVES: Final = {
    Status.IN_REVIEW: frozenset({Status.AUTHORISING, Status.DECLINED, Status.CANCELLED}),
    Status.ACTION_REQUIRED: frozenset({Status.AUTHORISING, Status.DECLINED, Status.CANCELLED}),
    # Cancelled at once only while the message is certainly not sent and has been withdrawn.
    Status.AUTHORISING: frozenset(
        {Status.AUTHORISED, Status.DECLINED, Status.UNKNOWN, Status.REVERSING, Status.CANCELLED}
    ),
    Status.UNKNOWN: frozenset({Status.AUTHORISED, Status.DECLINED, Status.REVERSING}),
    Status.AUTHORISED: frozenset({Status.CAPTURED, Status.REVERSING, Status.EXPIRED}),
    Status.REVERSING: frozenset({Status.CANCELLED}),
    Status.CAPTURED: frozenset[Status](),
    Status.DECLINED: frozenset[Status](),
    Status.CANCELLED: frozenset[Status](),
    Status.EXPIRED: frozenset[Status](),
}

# A sale in one of these is off: its receipt number may be used again.
OFF: Final = frozenset({Status.DECLINED, Status.CANCELLED, Status.REVERSING, Status.EXPIRED})
# The outcome is not known yet, so a till waits.
OPEN: Final = frozenset({Status.IN_REVIEW, Status.AUTHORISING, Status.UNKNOWN})


class OperationStatus(models.TextChoices):
    """What became of one message to a provider."""

    QUEUED = "queued"
    SENT = "sent"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    WITHDRAWN = "withdrawn"


OPERATION_MOVES: Final = {
    OperationStatus.QUEUED: frozenset({OperationStatus.SENT, OperationStatus.WITHDRAWN}),
    OperationStatus.SENT: frozenset({OperationStatus.SUCCEEDED, OperationStatus.FAILED, OperationStatus.UNKNOWN}),
    OperationStatus.UNKNOWN: frozenset({OperationStatus.SUCCEEDED, OperationStatus.FAILED}),
    OperationStatus.SUCCEEDED: frozenset[OperationStatus](),
    OperationStatus.FAILED: frozenset[OperationStatus](),
    OperationStatus.WITHDRAWN: frozenset[OperationStatus](),
}


class CaptureStatus(models.TextChoices):
    """How far the provider has carried out what was captured: the worst of all captures."""

    NONE = "none"
    QUEUED = "queued"
    SENT = "sent"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


class CaptureMode(models.TextChoices):
    """Who captures: the till by a call of its own, or we as soon as the provider says yes."""

    MANUAL = "manual"
    AUTOMATIC = "automatic"


class Action(models.TextChoices):
    """Who must say yes before a provider is asked."""

    CUSTOMER_CONSENT = "customer_consent"
    CASHIER_CONFIRM = "cashier_confirm"


class RefundStatus(models.TextChoices):
    """Where a refund stands."""

    AWAITING_APPROVAL = "awaiting_approval"
    QUEUED = "queued"
    SENT = "sent"
    UNKNOWN = "unknown"
    SUCCEEDED = "succeeded"
    FAILED = "failed"


REFUND_MOVES: Final = {
    RefundStatus.AWAITING_APPROVAL: frozenset({RefundStatus.QUEUED, RefundStatus.FAILED}),
    RefundStatus.QUEUED: frozenset(
        {RefundStatus.SENT, RefundStatus.UNKNOWN, RefundStatus.SUCCEEDED, RefundStatus.FAILED}
    ),
    RefundStatus.SENT: frozenset({RefundStatus.UNKNOWN, RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    RefundStatus.UNKNOWN: frozenset({RefundStatus.SUCCEEDED, RefundStatus.FAILED}),
    RefundStatus.SUCCEEDED: frozenset[RefundStatus](),
    RefundStatus.FAILED: frozenset[RefundStatus](),
}
# Money that is on its way back, or promised to be.
LIVE_REFUNDS: Final = frozenset(
    {RefundStatus.AWAITING_APPROVAL, RefundStatus.QUEUED, RefundStatus.SENT, RefundStatus.UNKNOWN}
)


class RefundFacet(models.TextChoices):
    """What a payment says of its refunds: pending while one is live, else by their sum."""

    NONE = "none"
    PENDING = "pending"
    PARTIAL = "partial"
    FULL = "full"
    FAILED = "failed"
