"""Clearing away what was good for minutes."""

from datetime import datetime

from django.db import models

from apps.devices.models import Challenge, Session, SocketTicket


def forget_expired(*, before: datetime, limit: int) -> int:
    """Delete challenges, sessions and tickets that expired before that moment, at most `limit` of each; how many.

    Safe to run at any time and by several at once.
    """
    kinds: tuple[type[models.Model], ...] = (Challenge, Session, SocketTicket)
    return sum(_forget(kind, before, limit) for kind in kinds)


def _forget(kind: type[models.Model], before: datetime, limit: int) -> int:
    expired = kind._default_manager.filter(expires_at__lt=before).order_by("expires_at").values("pk")[:limit]
    count, _ = kind._default_manager.filter(pk__in=expired).delete()
    return count
