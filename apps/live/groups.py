"""Names of the groups of sockets within one process."""

import hashlib
from typing import Final

EVERYBODY: Final = "live.everybody"


def stream_group(stream: str) -> str:
    """Return the group of those who hear a stream; hashed, because a group's name takes few characters."""
    return f"live.stream.{_digest(stream)}"


def device_group(device: str) -> str:
    """Return the group of a device's sockets."""
    return f"live.device.{_digest(device)}"


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()
