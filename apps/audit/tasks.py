"""What the notes are run by."""

from django.utils import timezone

from apps.audit.operations import seal_records


def seal() -> None:
    """Run the topic `audit.seal`: chain what was committed since the last time."""
    seal_records(now=timezone.now())
