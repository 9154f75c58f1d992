"""Timed work."""

from django.utils import timezone

from apps.approvals.operations import expire_approvals


def expire() -> None:
    """Give up what nobody decided in time."""
    expire_approvals(now=timezone.now())
