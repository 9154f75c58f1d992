"""This realm, and the one context that the payment code's list of labels does not have."""

from typing import Final
from uuid import UUID

from django.conf import settings

# Not among paycode's labels: no phone ever sees it, it only binds what lies in our own database.
_SIGNING_KEY: Final = b"mpay/v1 signing key\x00"


def realm_id() -> UUID:
    """Return the deployment's id, which is never transmitted in a code."""
    return UUID(settings.REALM_ID)


def signing_key_aad(*, purpose: str, key_id: str) -> bytes:
    """Return what the private half of a signing key is wrapped with: it cannot pass for one of another purpose."""
    return _SIGNING_KEY + realm_id().bytes + purpose.encode("ascii") + b"\x00" + key_id.encode("ascii")
