"""Lists by keyset: a page starts after the last row of the one before, however far back that is.

The cursor is the last row's UUIDv7. It is opaque, not secret: whoever invents one moves only within his own rows.
"""

import base64
import binascii
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar
from uuid import UUID

from django.http import QueryDict

from apps.rest.errors import DuplicateParameter, FieldProblem, InvalidFields

Row = TypeVar("Row")

DEFAULT_LIMIT: Final = 50
MAXIMUM_LIMIT: Final = 200


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which rows are wanted: those beyond `after`, at most `limit`."""

    after: UUID | None
    limit: int

    @property
    def fetch(self) -> int:
        """How many rows to ask the database for: one more than shown tells whether there is a next page."""
        return self.limit + 1


def read_query(query: QueryDict, *, known: Iterable[str]) -> dict[str, str]:
    """Return the parameters, each once; DuplicateParameter or InvalidFields (unknown_field) otherwise."""
    names = frozenset(known)
    for name, values in query.lists():
        if name not in names:
            raise InvalidFields([_wrong(name[:64], "there is no such parameter", code="unknown_field")])
        if len(values) > 1:
            raise DuplicateParameter(f"{name} is given {len(values)} times")
    return {name: str(query[name]) for name in query}


def page_request(parameters: dict[str, str]) -> PageRequest:
    """Return what `cursor` and `limit` ask for; a limit above 200 is taken as 200."""
    after = parameters.get("cursor")
    limit = parameters.get("limit", str(DEFAULT_LIMIT))
    # Nine digits at most: int() is neither asked for thousands of them, nor for those of other scripts.
    if not (limit.isascii() and limit.isdigit() and len(limit) <= 9 and int(limit) >= 1):
        raise InvalidFields([_wrong("limit", f"must be a whole number from 1 to {MAXIMUM_LIMIT}")])
    return PageRequest(after=None if after is None else _from_cursor(after), limit=min(int(limit), MAXIMUM_LIMIT))


def page_of(
    rows: Sequence[Row], page: PageRequest, *, key: Callable[[Row], UUID], shape: Callable[[Row], object]
) -> dict[str, object]:
    """Return the answer for up to `page.fetch` rows: ``{"data": [...], "next_cursor": ...}``."""
    shown = rows[: page.limit]
    has_more = len(rows) > page.limit
    return {"data": [shape(row) for row in shown], "next_cursor": to_cursor(key(shown[-1])) if has_more else None}


def to_cursor(identifier: UUID) -> str:
    """Return the cursor of a row."""
    return base64.urlsafe_b64encode(identifier.bytes).rstrip(b"=").decode("ascii")


def _from_cursor(cursor: str) -> UUID:
    try:
        identifier = UUID(bytes=base64.b64decode(cursor.encode("ascii") + b"==", altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        identifier = None
    # One row has one cursor: spare bits and padding are not a second spelling.
    if identifier is None or to_cursor(identifier) != cursor:
        raise InvalidFields([_wrong("cursor", "must be a next_cursor that was given before")])
    return identifier


def _wrong(name: str, detail: str, *, code: str = "invalid_field") -> FieldProblem:
    return FieldProblem(name, code, detail, source="parameter")
