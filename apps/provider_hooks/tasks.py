"""What the notes are run by."""

from uuid import UUID

from django.utils import timezone

from apps.provider_hooks.hints import look_into_notice


def look_into(*, notice_id: str) -> None:
    """Run the topic `provider_hooks.look_into`."""
    look_into_notice(notice_id=UUID(notice_id), now=timezone.now())
