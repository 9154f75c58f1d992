"""Every write of settlement."""

from apps.settlement.operations.closing import close_batch, close_due_batches
from apps.settlement.operations.looking import look_for_left_over

__all__ = ["close_batch", "close_due_batches", "look_for_left_over"]
