"""What is handed in and out: limits in force, a merchant's own, and the one that was crossed."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that one payment, and all payments of one day, may be; None where nothing binds."""

    per_payment: Money | None = None
    per_day: Money | None = None


@dataclass(frozen=True, slots=True)
class MerchantLimits:
    """What a merchant allows at its tills; without a limit per day its day is not counted."""

    merchant_id: UUID
    per_payment: Money
    per_day: Money | None = None


@dataclass(frozen=True, slots=True)
class OverLimit:
    """The limit that the amount crosses; a value, because the spent code must stay spent."""

    scope: str
    limit: Money
    is_per_day: bool = False


@dataclass(frozen=True, slots=True)
class LimitChange:
    """What came of asking: the subject's limits from now on, and those from `effective_at` on, if any."""

    in_force: Limits
    later: Limits
    effective_at: datetime | None
