"""What a till asks for, as values that crossed the door."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from apps.kernel.money import Money
from apps.merchants.models import Mode, Till
from apps.transactions.models import Payment
from apps.transactions.states import CaptureMode


@dataclass(frozen=True, slots=True)
class RequestKey:
    """The idempotency key of a request, with what it was used for; `body_digest` is SHA-256 of the body's bytes."""

    key: str
    method: str
    path: str
    body_digest: bytes


@dataclass(frozen=True, slots=True)
class Point:
    """Where a request comes from: the till with its store and merchant loaded, and the mode of its key."""

    till: Till
    mode: Mode


@dataclass(frozen=True, slots=True, kw_only=True)
class Sale:
    """What is to be paid. `amount` includes the tip; `lines` are as the receipt shows them, JSON-ready."""

    amount: Money
    reference: str
    tip_minor: int = 0
    cashier: str = ""
    capture_mode: CaptureMode = CaptureMode.MANUAL
    confirm_within_seconds: int = 45
    language: str = ""
    lines: list[dict[str, Any]] = field(default_factory=list)  # Any: JSON values
    pos_time: datetime | None = None
    is_training: bool = False


@dataclass(frozen=True, slots=True)
class Answered:
    """A payment as it is now, with what an answer shows loaded, and whether the request was a repetition."""

    payment: Payment
    is_replay: bool
