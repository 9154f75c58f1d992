"""What the notes are run by: one thin function per topic."""

from uuid import UUID

from django.utils import timezone

from apps.transactions.operations import carry_out_operation, watch_payments


def carry_out(*, operation_id: str) -> None:
    """Run the topic `transactions.carry_out`."""
    carry_out_operation(operation_id=UUID(operation_id), now=timezone.now())


def watch() -> None:
    """Run the topic `transactions.watch`."""
    watch_payments(now=timezone.now())
