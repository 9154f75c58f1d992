"""What can go wrong when a customer is told; mistakes of ours, kept and tried again with their note."""


class NotInTheBooks(LookupError):
    """The note speaks of money taken or given back that the payment, its history or the ledger does not show."""
