"""The states of a device, the moves between them, and the reasons from which there is no way back."""

from typing import Final

from django.db import models


class DeviceStatus(models.TextChoices):
    """Only an active device pays; a revoked one never comes back."""

    ACTIVE = "active"
    PENDING = "pending"
    LOCKED = "locked"
    SUSPENDED = "suspended"
    REVOKED = "revoked"


# The database's trigger has the same rows. A pending device is never locked: unlocking it would approve it.
MOVES: Final = {
    DeviceStatus.PENDING: frozenset({DeviceStatus.ACTIVE, DeviceStatus.SUSPENDED, DeviceStatus.REVOKED}),
    DeviceStatus.ACTIVE: frozenset({DeviceStatus.LOCKED, DeviceStatus.SUSPENDED, DeviceStatus.REVOKED}),
    DeviceStatus.LOCKED: frozenset({DeviceStatus.ACTIVE, DeviceStatus.SUSPENDED, DeviceStatus.REVOKED}),
    DeviceStatus.SUSPENDED: frozenset({DeviceStatus.ACTIVE, DeviceStatus.REVOKED}),
    DeviceStatus.REVOKED: frozenset[DeviceStatus](),
}

CLONED: Final = "cloned"
LOST_PHONE: Final = "lost_phone"
# Whoever was suspended for one of these comes back only by enrolling anew.
FINAL_REASONS: Final = frozenset({CLONED, LOST_PHONE})
