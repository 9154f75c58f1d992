"""Sessions: a device proves possession of its key, and perhaps the PIN."""

import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction

from apps.devices.errors import PinEpochWrong, PinNotSet, PinWrong, SignatureInvalid
from apps.devices.locks import lock_device
from apps.devices.models import Device, Session
from apps.devices.operations.challenges import spend_challenge
from apps.devices.operations.pin_tries import take_pin_try
from apps.devices.operations.signed import check_not_stopped, check_signature
from apps.devices.operations.tickets import issue_socket_ticket
from apps.devices.pin import has_pin, open_pin_key
from apps.devices.queries import device_with, token_digest
from apps.kernel.masking import Secret
from apps.keys.contexts import realm_id
from apps.paycode.layout import CHALLENGE_LENGTH
from apps.paycode.messages import is_same_proof, session_message, session_pin_ok

LIFETIME: Final = timedelta(minutes=15)
CONFIRMED_FOR: Final = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class OpenedSession:
    """A session at the only moment at which its token is known."""

    session: Session
    token: Secret[str]
    expires_at: datetime
    confirmed_until: datetime | None
    socket_ticket: Secret[str]


def open_session(
    *, device_id: UUID, challenge: bytes, signature: bytes, pin_ok: bytes | None, now: datetime
) -> OpenedSession:
    """Open a session of fifteen minutes, confirmed for five with a right pin_ok.

    SignatureInvalid, alike for an unknown device, comes first and costs nothing. Then ChallengeInvalid, what stops
    the device (a pending one may look), PinNotSet, PinLocked; a wrong pin_ok costs one of the tries that the till
    counts too, and its PinWrong says how many are left.
    """
    device = device_with(device_id)
    if device is None or len(challenge) != CHALLENGE_LENGTH:
        raise SignatureInvalid
    realm, device_ref = realm_id().bytes, bytes(device.device_ref)
    check_signature(device, session_message(realm=realm, device_ref=device_ref, challenge=challenge), signature)
    is_right = None
    if pin_ok is not None and has_pin(device):
        # Compared before the lock, counted under it: there the epoch shows whether this was the PIN that counts.
        k_pin = open_pin_key(device).reveal()
        expected = session_pin_ok(k_pin=k_pin, realm=realm, device_ref=device_ref, challenge=challenge)
        is_right = is_same_proof(expected, pin_ok)
    with transaction.atomic(durable=True):
        locked = lock_device(device.id)
        spend_challenge(challenge, device_id=locked.id, now=now)
        check_not_stopped(locked, may_be_pending=True)
        tries_left = None
        if pin_ok is not None:
            tries_left = _try_pin(locked, seen_epoch=device.pin_epoch, is_right=is_right, now=now)
        if is_right is not False:
            return _create(locked, confirmed_until=now + CONFIRMED_FOR if is_right else None, now=now)
    # After the commit, which keeps the try.
    raise PinWrong(tries_left=tries_left)


def _try_pin(device: Device, *, seen_epoch: int, is_right: bool | None, now: datetime) -> int:
    if device.pin_epoch != seen_epoch:
        raise PinEpochWrong
    if is_right is None:
        raise PinNotSet
    return take_pin_try(device=device, is_right=is_right, purpose="session", now=now)


def _create(device: Device, *, confirmed_until: datetime | None, now: datetime) -> OpenedSession:
    token = f"session_{secrets.token_urlsafe(32)}"
    session = Session.objects.create(
        device=device,
        digest=token_digest(token),
        created_at=now,
        expires_at=now + LIFETIME,
        confirmed_until=confirmed_until,
    )
    return OpenedSession(
        session=session,
        token=Secret(token),
        expires_at=session.expires_at,
        confirmed_until=confirmed_until,
        socket_ticket=issue_socket_ticket(device=device, now=now),
    )
