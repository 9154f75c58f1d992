"""What a provider's credential is sealed with."""

from typing import Final
from uuid import UUID

from apps.keys.contexts import realm_id

# Not among paycode's labels: no phone ever sees it, it only binds what lies in our own database.
_CREDENTIAL: Final = b"mpay/v1 provider credential\x00"


def credential_aad(account_id: UUID) -> bytes:
    """Return what binds a credential to its account: moved to another row, it does not open."""
    return _CREDENTIAL + realm_id().bytes + account_id.bytes
