"""What a key can be refused for."""

from apps.kernel.errors import Conflict, Refused


class KeyReused(Refused):
    """This idempotency key was used for another request; make a new key for a new request."""

    code = "idempotency_key_reused"


class KeyInProgress(Conflict):
    """The first request with this key is still being answered; ask again in a moment."""

    code = "idempotency_in_progress"


class CancelledBeforeArrival(Conflict):
    """This request was cancelled before it arrived; it is not carried out."""

    code = "cancelled_before_arrival"
