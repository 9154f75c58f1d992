"""Many devices end at once: a version of the app with a hole, or a day on which somebody enrolled in strange hands."""

import logging
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from apps.audit.operations import record
from apps.devices.errors import NothingToRevoke, PreviewOutdated, TooManyToRevoke
from apps.devices.locks import lock_devices, lock_revocation_order
from apps.devices.models import Device, RevocationOrder
from apps.devices.operations.moves import apply_move
from apps.devices.states import DeviceStatus
from apps.kernel.actors import Actor
from apps.outbox.operations import leave_message

logger = logging.getLogger(__name__)

REVOKE_MANY: Final = "devices.revoke_many"
# What staff see beside the status.
REASON: Final = "bulk"
BATCH: Final = 100
MOST_AT_ONCE: Final = 100_000


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which devices: of a platform as their app calls it, or enrolled and certified within a window, or both."""

    platform: str = ""
    enrolled_from: datetime | None = None
    enrolled_until: datetime | None = None

    @property
    def says_which(self) -> bool:
        """Say whether it is narrower than everything."""
        return bool(self.platform) or self.enrolled_from is not None or self.enrolled_until is not None

    def devices(self, *, now: datetime) -> QuerySet[Device]:
        """Return those that are not revoked and were enrolled before `now`, in the order of their ids."""
        until = min(self.enrolled_until or now, now)
        return _matching(self.platform, self.enrolled_from, until)


def order_revocation(
    *, order_id: UUID, chosen: Chosen, expected: int, reason: str, by: Actor, now: datetime
) -> RevocationOrder:
    """Order that these devices are revoked, and return the order; the work is done behind the scenes.

    `expected` is the number that the preview showed. The same `order_id` again gives back the order that there is.
    Raises NothingToRevoke, also if nothing says which; TooManyToRevoke; PreviewOutdated if others match by now.
    """
    with transaction.atomic(durable=True):
        known = RevocationOrder.objects.filter(id=order_id).first()
        if known is not None:
            return known
        count = chosen.devices(now=now)[: MOST_AT_ONCE + 1].count() if chosen.says_which else 0
        if count == 0:
            raise NothingToRevoke
        if count > MOST_AT_ONCE:
            raise TooManyToRevoke
        if count != expected:
            raise PreviewOutdated
        order = RevocationOrder(
            id=order_id,
            platform=chosen.platform,
            enrolled_from=chosen.enrolled_from,
            enrolled_until=min(chosen.enrolled_until or now, now),
            expected=count,
            maker=str(by),
            reason=reason,
            at=now,
        )
        # Whoever sends the form at the same moment waits here, and finds what the other one wrote.
        RevocationOrder.objects.bulk_create([order], ignore_conflicts=True)
        kept = RevocationOrder.objects.get(id=order_id)
        if (kept.at, kept.maker) != (order.at, order.maker):
            return kept
        leave_message(topic=REVOKE_MANY, arguments={"order_id": str(order_id)}, now=now)
        facts = {
            "order": str(order_id),
            "platform": order.platform,
            "enrolled_from": None if order.enrolled_from is None else order.enrolled_from.isoformat(),
            "enrolled_until": order.enrolled_until.isoformat(),
            "expected": count,
        }
        record(actor=by, action="devices.revocation_ordered", subject="devices", reason=reason, facts=facts, now=now)
    logger.info("bulk revocation ordered", extra={"order": str(order_id), "count": count})
    return order


@transaction.atomic(durable=True)
def revoke_batch(*, order_id: UUID, now: datetime) -> RevocationOrder:
    """Revoke the next devices of the order, at most BATCH, each with its own evidence, as one by one.

    Safe twice and in parallel: the order is locked and keeps how far it came, and what was revoked meanwhile is left
    alone. The last batch ends the order. Raises UnknownOrder.
    """
    order = lock_revocation_order(order_id)
    if order.ended_at is not None:
        return order
    waiting = _matching(order.platform, order.enrolled_from, order.enrolled_until)
    if order.position is not None:
        waiting = waiting.filter(id__gt=order.position)
    ids = list(waiting.values_list("id", flat=True)[:BATCH])
    by = Actor.read(order.maker)
    for device in lock_devices(ids):
        # Somebody may have been faster.
        if device.status == DeviceStatus.REVOKED:
            continue
        facts = {"order": str(order.id)}
        apply_move(device, to=DeviceStatus.REVOKED, reason=REASON, note=order.reason, by=by, facts=facts, now=now)
        order.done += 1
    if ids:
        order.position = ids[-1]
    if len(ids) < BATCH:
        order.ended_at = now
        facts_at_end = {"order": str(order.id), "done": order.done}
        record(actor=by, action="devices.revocation_done", subject="devices", facts=facts_at_end, now=now)
    order.save(update_fields=["position", "done", "ended_at"])
    return order


def _matching(platform: str, enrolled_from: datetime | None, until: datetime) -> QuerySet[Device]:
    devices = Device.objects.exclude(status=DeviceStatus.REVOKED).filter(enrolled_at__lte=until).order_by("id")
    if platform:
        devices = devices.filter(platform=platform)
    if enrolled_from is not None:
        devices = devices.filter(enrolled_at__gte=enrolled_from)
    return devices
