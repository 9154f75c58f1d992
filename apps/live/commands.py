"""Commands to every process that holds sockets: quick, and sometimes lost; each process also looks by itself."""

import json
import logging
from typing import Final

import redis

from apps.live.connection import live_redis

logger = logging.getLogger(__name__)

COMMANDS: Final = "live:commands"
CLOSE: Final = "close"


def close_sockets(device: str) -> bool:
    """Close the device's sockets in every process within two seconds; call it after the commit that stopped the device.

    `device` is the UUID as text. False without Redis; then every process finds out by its own question.
    """
    try:
        live_redis().publish(COMMANDS, json.dumps({"command": CLOSE, "device": device}))
    except redis.RedisError as error:
        logger.warning("sockets not told to close", extra={"device": device, "error": type(error).__name__})
        return False
    return True
