"""The one lock of the audit trail: who may add to the chain."""

from typing import Final

from django.db import connection

# Any number that no other advisory lock of this database uses: the letters "audit".
CHAIN: Final = 0x6175646974


def lock_chain() -> None:
    """Wait until nobody else is sealing; held until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [CHAIN])
