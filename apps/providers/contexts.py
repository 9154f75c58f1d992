"""What a provider's credential, and our keys on the line to it, are sealed with."""

from typing import Final
from uuid import UUID

from apps.keys.contexts import realm_id

# Not among paycode's labels: no phone ever sees it, it only binds what lies in our own database.
_CREDENTIAL: Final = b"mpay/v1 provider credential\x00"
_LINE_KEY: Final = b"mpay/v1 provider line key\x00"


def credential_aad(account_id: UUID) -> bytes:
    """Return what binds a credential to its account: moved to another row, it does not open."""
    return _CREDENTIAL + realm_id().bytes + account_id.bytes


def line_key_aad(*, account_id: UUID, key_id: UUID, purpose: str) -> bytes:
    """Return what binds a private key to its row: it cannot pass for one of another account or purpose."""
    return _LINE_KEY + realm_id().bytes + account_id.bytes + key_id.bytes + purpose.encode("ascii")
