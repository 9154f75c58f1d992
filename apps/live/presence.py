"""Which phones are connected now; without Redis the answer is no."""

from collections.abc import Iterable
from typing import Final

import redis

from apps.live.connection import live_redis

# A socket says that it is there more often than this; one that died silently is gone after it.
PRESENCE_SECONDS: Final = 30


def _key(device: str) -> str:
    return f"live:presence:{device}"


def note_presence(device: str) -> bool:
    """Say that the device has an open socket; repeat well within PRESENCE_SECONDS. False without Redis."""
    try:
        return bool(live_redis().set(_key(device), "1", ex=PRESENCE_SECONDS))
    except redis.RedisError:
        return False


def note_presences(devices: Iterable[str]) -> bool:
    """Say it of many in one go."""
    try:
        with live_redis().pipeline(transaction=False) as pipeline:
            for device in devices:
                pipeline.set(_key(device), "1", ex=PRESENCE_SECONDS)
            pipeline.execute()
    except redis.RedisError:
        return False
    return True


def end_presence(device: str) -> None:
    """Say that the device's last socket closed."""
    try:
        live_redis().delete(_key(device))
    except redis.RedisError:
        # The key expires by itself.
        return


def is_present(device: str) -> bool:
    """Say whether the device is connected."""
    try:
        return bool(live_redis().exists(_key(device)))
    except redis.RedisError:
        return False
