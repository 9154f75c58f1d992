"""The lock under which keys are made; taken before anything is read about them."""

from typing import Final

from django.db import connection

# Any constant that no other advisory lock of this database uses: "mpay" "keys" as two 32-bit numbers.
_SPACE: Final = 0x6D706179
_KEYS: Final = 0x6B657973


def lock_key_making() -> None:
    """Let one transaction at a time make keys; there may be no row to lock yet."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s::int, %s::int)", [_SPACE, _KEYS])
