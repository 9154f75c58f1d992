"""What an instrument's token is sealed with, and by what it is recognised."""

import hmac
from collections.abc import Iterator
from typing import Final
from uuid import UUID

from django.conf import settings

from apps.kernel.masking import Secret
from apps.keys.contexts import realm_id

# Not among paycode's labels: no phone ever sees them, they only bind what lies in our own database.
_TOKEN: Final = b"mpay/v1 instrument token\x00"
_DIGEST: Final = b"mpay/v1 instrument digest\x00"


def token_aad(*, instrument_id: UUID, customer_id: UUID) -> bytes:
    """Return what binds a token to its row and its customer: moved to another, it does not open."""
    return _TOKEN + realm_id().bytes + instrument_id.bytes + customer_id.bytes


def token_digests(token: Secret[str], *, customer_id: UUID, account_id: UUID) -> Iterator[bytes]:
    """Return the digests by which a token may have been kept, the current one first.

    Keyed with the installation's secret key, and with those before it, as long as the operator lists them.
    """
    message = _DIGEST + realm_id().bytes + customer_id.bytes + account_id.bytes + token.reveal().encode()
    for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS):
        yield hmac.digest(key.encode() if isinstance(key, str) else key, message, "sha256")
