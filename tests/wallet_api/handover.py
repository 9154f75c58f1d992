"""What an old phone sends to approve a new one, made of what the list of devices shows it."""

from typing import Any

from apps.keys.contexts import realm_id
from apps.paycode.messages import handover_message
from tests.cast import Phone
from tests.wallet_api.door import Door, body_of, decoded, encoded


def listed(door: Door, device_id: str) -> dict[str, Any]:
    """Return the item of the list of devices."""
    items: list[dict[str, Any]] = body_of(door.get("devices"))["data"]
    return next(item for item in items if item["device_id"] == device_id)


def approval_request(old: Phone, door: Door, new_id: str) -> dict[str, str]:
    """Return the body of `POST devices/.../approve`."""
    shown, challenge = listed(door, new_id), door.challenge()
    message = handover_message(
        realm=realm_id().bytes,
        old_device_ref=old.device_ref,
        new_device_ref=decoded(shown["device_ref"]),
        new_public_key=decoded(shown["public_key"]),
        challenge=challenge,
    )
    return {"challenge": encoded(challenge), "signature": encoded(old.sign(message))}
