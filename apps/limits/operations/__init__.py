"""Every write about limits: reserving them for a payment, giving back, setting them, and forgetting old days."""

from apps.limits.errors import InvalidLimit
from apps.limits.operations.change import ask_limit_change, set_payment_limit
from apps.limits.operations.forget import forget_counters
from apps.limits.operations.reserve import give_back, reserve_limits
from apps.limits.values import OverLimit

__all__ = [
    "InvalidLimit",
    "OverLimit",
    "ask_limit_change",
    "forget_counters",
    "give_back",
    "reserve_limits",
    "set_payment_limit",
]
