"""Devices as staff look through them."""

from datetime import datetime
from uuid import UUID

from apps.devices.models import Device
from apps.rows.custom_plans import custom_plans


def devices_like(
    *,
    limit: int,
    status: str = "",
    platform: str = "",
    begins: datetime | None = None,
    ends: datetime | None = None,
    before: UUID | None = None,
    after: UUID | None = None,
) -> list[Device]:
    """Return up to `limit` devices, newest first: those that follow `before`, or those just newer than `after`."""
    devices = Device.objects.select_related("customer").order_by("id" if after else "-id")
    for name, value in (("status", status), ("platform", platform)):
        if value:
            devices = devices.filter(**{name: value})
    if begins:
        devices = devices.filter(enrolled_at__gte=begins)
    if ends:
        devices = devices.filter(enrolled_at__lt=ends)
    if before:
        devices = devices.filter(id__lt=before)
    if after:
        devices = devices.filter(id__gt=after)
    with custom_plans():
        rows = list(devices[:limit])
    return rows[::-1] if after else rows
