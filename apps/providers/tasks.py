"""Timed work."""

from django.utils import timezone

from apps.providers.operations import watch_certificates as look_ahead


def watch_certificates() -> None:
    """Look ahead for keys and certificates that end."""
    look_ahead(now=timezone.now())
