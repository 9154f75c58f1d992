"""Every signature is good once: the nonces under which tills have signed."""

import hashlib
from datetime import datetime
from typing import Final

from django.db import connection

from apps.merchants.models import SpentNonce
from apps.merchants.queries import old_nonces

# Whoever inserts it first has it; a second one at the same moment waits for the first.
_SPEND: Final = "INSERT INTO merchants_spentnonce (digest, kept_until) VALUES (%s, %s) ON CONFLICT (digest) DO NOTHING"


def spend_nonce(*, fingerprint: str, nonce: str, kept_until: datetime) -> bool:
    """Say whether nothing was signed by this key under this nonce before, by one statement of its own.

    Whatever becomes of the request, the nonce stays spent.
    """
    digest = hashlib.sha256(f"{fingerprint}:{nonce}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute(_SPEND, [digest, kept_until])
        return bool(cursor.rowcount == 1)


def forget_nonces(*, before: datetime, limit: int) -> int:
    """Delete at most `limit` nonces whose time was over by then; return how many. Safe at any time and by several."""
    digests = old_nonces(before=before, limit=limit)
    SpentNonce.objects.filter(digest__in=digests).delete()
    return len(digests)
