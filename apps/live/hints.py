"""Hints: what was numbered is told to the processes that hold sockets. At most once; whoever missed one reads again."""

import json
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

import redis

from apps.live.connection import live_redis

logger = logging.getLogger(__name__)

HINTS: Final = "live:hints"


@dataclass(frozen=True, slots=True)
class Hint:
    """An event and its number, small enough to be told to everybody."""

    stream: str
    seq: int
    kind: str
    at: datetime
    facts: dict[str, str | int | bool | None]

    def as_text(self) -> str:
        """Return the one form in which it travels."""
        at = self.at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        return json.dumps(
            {"stream": self.stream, "seq": self.seq, "kind": self.kind, "at": at, "facts": self.facts},
            separators=(",", ":"),
        )


def publish_hints(hints: Sequence[Hint]) -> bool:
    """Publish all of them in one go, after the commit; False without Redis, and then the sockets read by themselves."""
    if not hints:
        return True
    try:
        with live_redis().pipeline(transaction=False) as pipeline:
            for hint in hints:
                pipeline.publish(HINTS, hint.as_text())
            pipeline.execute()
    except redis.RedisError as error:
        logger.warning("hints not published", extra={"count": len(hints), "error": type(error).__name__})
        return False
    return True
