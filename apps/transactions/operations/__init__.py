"""Every write to payments. A door calls one of the first four; workers and the clock call the rest."""

from apps.transactions.operations.cancel import cancel_payment
from apps.transactions.operations.capture import capture_payment
from apps.transactions.operations.carry_out import carry_out_operation
from apps.transactions.operations.review import decide_review
from apps.transactions.operations.start import start_payment
from apps.transactions.operations.take import look_at_payment, take_payment
from apps.transactions.operations.watch import meet_deadline, watch_payments

__all__ = [
    "cancel_payment",
    "capture_payment",
    "carry_out_operation",
    "decide_review",
    "look_at_payment",
    "meet_deadline",
    "start_payment",
    "take_payment",
    "watch_payments",
]
