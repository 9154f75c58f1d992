"""Reads the Idempotency-Key that every POST brings; what it means is kept one floor below."""

import re
from typing import Final

from django.http import HttpRequest

from apps.rest.errors import FieldProblem, IdempotencyKeyMissing, InvalidFields

HEADER: Final = "Idempotency-Key"
MAXIMUM_LENGTH: Final = 255
_PRINTABLE: Final = re.compile(r"[\x20-\x7e]*")


def idempotency_key_of(request: HttpRequest) -> str:
    """Return the key exactly as sent: 1 to 255 printable ASCII characters.

    Raises IdempotencyKeyMissing without one, InvalidFields (invalid_field) for one that cannot be kept.
    Takes the framework's request as well as Django's.
    """
    key = request.headers.get(HEADER, "")
    if not key:
        raise IdempotencyKeyMissing()
    if len(key) > MAXIMUM_LENGTH or not _PRINTABLE.fullmatch(key):
        detail = f"must be 1 to {MAXIMUM_LENGTH} printable ASCII characters"
        raise InvalidFields([FieldProblem(HEADER, "invalid_field", detail, source="header")])
    return key
