"""The only place that locks a switch."""

from uuid import UUID

from apps.switches.errors import NotStopped
from apps.switches.models import Switch


def lock_open_switch(switch_id: UUID) -> Switch:
    """Return the stop that still holds, locked until the transaction ends. Raises NotStopped."""
    switch = Switch.objects.select_for_update().filter(id=switch_id, until=None).first()
    if switch is None:
        raise NotStopped
    return switch
