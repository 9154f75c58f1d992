"""What stands in the way of closing."""

from apps.kernel.errors import Conflict


class OpenPayments(Conflict):
    """A payment, a refund or a message to a bank is still open; try again when it is settled."""

    code = "open_payments"


class AccountClosed(Conflict):
    """The account was closed meanwhile."""

    code = "account_closed"
