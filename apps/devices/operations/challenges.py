"""Challenges: what a signature answers, so that it is worth something once."""

import secrets
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from apps.devices.errors import ChallengeInvalid
from apps.devices.models import Challenge
from apps.paycode.layout import CHALLENGE_LENGTH

LIFETIME: Final = timedelta(minutes=2)


@transaction.atomic(durable=True)
def issue_challenge(*, device_id: UUID | None, now: datetime) -> bytes:
    """Return 32 fresh bytes, good for one answer within two minutes; with a device, for its answer only."""
    value = secrets.token_bytes(CHALLENGE_LENGTH)
    Challenge.objects.create(value=value, device_id=device_id, expires_at=now + LIFETIME)
    return value


def spend_challenge(value: bytes, *, device_id: UUID | None, now: datetime) -> None:
    """Use the challenge up, in the caller's transaction; ChallengeInvalid unless it is this device's, fresh and unused.

    `device_id` is None at enrolment, when there is no device yet. A refusal that rolls the transaction back leaves
    the challenge usable, and is no more than that: the same message would be refused again.
    """
    for_whom = Q(device=None) if device_id is None else Q(device=None) | Q(device_id=device_id)
    fresh = Challenge.objects.filter(for_whom, value=value, used_at=None, expires_at__gt=now)
    if fresh.update(used_at=now) != 1:
        raise ChallengeInvalid
