"""The letters' background jobs."""

from datetime import datetime
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.mail.models import Letter
from apps.mail.operations import deliver_letter, send_letter

# The first of two numbers, so that no lock of another kind shares it: the letters "alrt".
_ALERTS: Final = 0x616C7274


def send(letter_id: str) -> None:
    """Send the letter, unless it was sent already."""
    deliver_letter(letter_id=UUID(letter_id), keep_text=settings.DEMO, now=timezone.now())


def alert(*, case: str, kind: str, subject: str) -> None:
    """Write to ALERT_EMAIL that an alarm was raised, one letter per case; an installation without one reads the log."""
    if settings.ALERT_EMAIL:
        _write_alert(to=settings.ALERT_EMAIL, case=case, kind=kind, subject=subject, now=timezone.now())


@transaction.atomic(durable=True)
def _write_alert(*, to: str, case: str, kind: str, subject: str, now: datetime) -> None:
    cause = f"alarm:{case}"
    # A note may run twice, and twice at the same time; there is no row yet that could be locked.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, hashtext(%s::text))", [_ALERTS, cause])
    if Letter.objects.filter(to=to, cause=cause).exists():
        return
    text = (
        f"An alarm was raised: {kind}, about {subject}.\n\n"
        f"It is case {case}. Take it in the staff portal, so that others see that somebody is at it.\n"
    )
    send_letter(to=to, language="en", subject=f"Alarm: {kind}", text=text, cause=cause, now=now)
