"""What this door refuses by itself, before any operation is asked."""

from apps.kernel.errors import Conflict, Forbidden, NotFound


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
