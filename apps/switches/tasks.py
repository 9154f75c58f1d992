"""What the notes are run by: one thin function per topic."""

from uuid import UUID

from django.utils import timezone

from apps.switches.operations import carry_out_resume, carry_out_stop
from apps.switches.rotation import carry_out_rotation


def stop(*, approval_id: str, subject: str) -> None:
    """Run the topic `switches.stop`; `subject` is the switch as the approval calls it."""
    carry_out_stop(approval_id=UUID(approval_id), now=timezone.now())


def resume(*, approval_id: str, subject: str) -> None:
    """Run the topic `switches.resume`; `subject` is the switch as the approval calls it."""
    carry_out_resume(approval_id=UUID(approval_id), now=timezone.now())


def rotate_code_key(*, approval_id: str, subject: str) -> None:
    """Run the topic `switches.rotate_code_key`; `subject` is the key that gets a successor."""
    carry_out_rotation(approval_id=UUID(approval_id), now=timezone.now())
