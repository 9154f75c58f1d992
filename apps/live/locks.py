"""The one lock of the events: who may give numbers."""

from typing import Final

from django.db import connection

# Any number that no other advisory lock of this database uses: the letters "live".
NUMBERING: Final = 0x6C697665


def lock_numbering() -> None:
    """Wait until nobody else is giving numbers; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [NUMBERING])
