"""What the notes are run by: one thin function per topic."""

from uuid import UUID

from django.utils import timezone

from apps.instruments.operations.consents import tell_provider


def end_consent(*, instrument_id: str) -> None:
    """Run the topic `instruments.end_consent`."""
    tell_provider(instrument_id=UUID(instrument_id), now=timezone.now())
