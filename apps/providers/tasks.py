"""Timed work."""

from django.utils import timezone

from apps.providers.operations import forget_nonces, look_at_servers
from apps.providers.operations import watch_certificates as look_ahead


def watch_certificates() -> None:
    """Look ahead for keys and certificates that end."""
    served = look_at_servers()
    look_ahead(served=served, now=timezone.now())


def forget() -> None:
    """Forget which notices were shown, once they could not be shown again."""
    forget_nonces(now=timezone.now())
