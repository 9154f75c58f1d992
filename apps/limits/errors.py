"""What can go wrong with setting a limit."""

from apps.kernel.errors import Forbidden, Refused


class InvalidLimit(Refused):
    """A limit is an amount of nothing or more, of a device, an instrument or a customer."""

    code = "invalid_limit"


class RaiseUnconfirmed(Forbidden):
    """A higher limit wants the PIN; lower ones do not."""

    code = "confirmation_required"
