"""The one lock of settlement: who may close batches of a merchant. Held after payments', before balances'."""

from typing import Final
from uuid import UUID

from django.db import connection

# Keeps our advisory locks apart from those of others in the same database: the letters "batc".
LOCK_SPACE: Final = 0x62617463


def claim_closing(*, merchant_id: UUID, currency: str) -> bool:
    """Say whether the merchant's batches are ours to close until the transaction ends; False while somebody closes."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, hashtext(%s))", [LOCK_SPACE, f"{merchant_id}:{currency}"])
        (is_ours,) = cursor.fetchone()
    return bool(is_ours)
