"""Writes JSON: compact, UTF-8, the same whatever the client prefers, and never a page to browse."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from rest_framework.renderers import BaseRenderer

JSON_MEDIA_TYPE: Final = "application/json"


def encode(document: object) -> bytes:
    """Return the document as JSON; TypeError for what has no agreed form, ValueError for NaN and Infinity."""
    text = json.dumps(document, ensure_ascii=False, allow_nan=False, separators=(",", ":"), default=_as_json)
    # A lone surrogate that a client sent as a field's name comes back as its JSON escape.
    return text.encode("utf-8", "backslashreplace")


def rfc3339(moment: datetime) -> str:
    """Return the time in UTC with milliseconds: ``2026-11-23T16:05:12.120Z``."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _as_json(value: object) -> object:
    match value:
        case datetime():
            return rfc3339(value)
        case date():
            return value.isoformat()
        case UUID() | Decimal():
            return str(value)
        case Mapping():
            return dict(value)
        case _:
            raise TypeError(f"{type(value).__name__} has no form in JSON")


class CompactJsonRenderer(BaseRenderer):  # type: ignore[misc]
    """The only renderer of the doors; an ``indent`` in Accept is not for strangers to choose."""

    media_type = JSON_MEDIA_TYPE
    format = "json"
    charset = None
    render_style = "binary"

    def render(
        self,
        data: object,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, object] | None = None,
    ) -> bytes:
        """Return the body; nothing at all for an answer without one."""
        return b"" if data is None else encode(data)
