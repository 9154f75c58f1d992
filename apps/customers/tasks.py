"""Timed work."""

from django.utils import timezone

from apps.customers import registrations


def forget_registrations() -> None:
    """Forget the addresses of those who asked for a code more than a day ago."""
    registrations.forget_registrations(now=timezone.now())
