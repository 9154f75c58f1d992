"""Which code was spent, and for what."""

from uuid import UUID

from apps.codes.models import SpentCode


def spent_code(device_id: UUID, counter: int) -> SpentCode | None:
    """Return the evidence of this counter, if it was ever spent."""
    return SpentCode.objects.filter(device_id=device_id, counter=counter).first()
