"""The letters' background job."""

from uuid import UUID

from django.conf import settings
from django.utils import timezone

from apps.mail.operations import deliver_letter


def send(letter_id: str) -> None:
    """Send the letter, unless it was sent already."""
    deliver_letter(letter_id=UUID(letter_id), keep_text=settings.DEMO, now=timezone.now())
