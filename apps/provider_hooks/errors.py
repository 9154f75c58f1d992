"""What this door refuses."""

from apps.kernel.errors import NotFound
from apps.providers.errors import NoticeRefused
from apps.rest.errors import Unauthenticated


class NotTheProvider(Unauthenticated):
    """The notice is not signed by the provider, not for this address, not of this time, or was shown before."""

    # The same word as below, where nobody knows of HTTP.
    code = NoticeRefused.code


class ForeignOperation(NotFound):
    """There is no such operation with this provider."""

    code = "operation_not_found"
