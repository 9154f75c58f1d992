"""Timed work."""

from django.utils import timezone

from apps.cases.operations import look_for_trouble


def look() -> None:
    """Look for trouble that nobody has noticed."""
    look_for_trouble(now=timezone.now())
