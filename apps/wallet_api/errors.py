"""What this door refuses by itself, before any operation is asked."""

from apps.devices.errors import ChallengeInvalid, SignatureInvalid
from apps.kernel.errors import Conflict, Forbidden, NotFound
from apps.rest.errors import Unauthenticated


class NotThisDevice(Unauthenticated):
    """No enrolled device signed this."""

    # The same word as where a session is asked for a signature; only here it also says who somebody is.
    code = SignatureInvalid.code


class NotFresh(Unauthenticated):
    """The challenge is unknown, used, expired or another device's; ask for a new one."""

    code = ChallengeInvalid.code


class ConfirmationRequired(Forbidden):
    """Open a session with the PIN; a confirmed one lasts five minutes."""

    code = "confirmation_required"


class CustomerFrozen(Forbidden):
    """The account is frozen; ask the support."""

    code = "customer_frozen"


class LastDevice(Conflict):
    """This is your last device: without it the account is reached only by a new identification."""

    code = "last_device"


class ReceiptNotFound(NotFound):
    """There is no receipt of this payment, or not yet."""

    code = "receipt_not_found"
