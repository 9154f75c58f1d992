"""What can go wrong with the accounts that we hold at providers."""

from apps.kernel.errors import Conflict, NotFound, Refused


class UnknownProviderAccount(NotFound):
    """There is no such provider account."""

    code = "provider_account_not_found"


class InvalidProviderAccount(Refused):
    """A provider account needs a short code in lower case, a known connector, its settings and a credential."""

    code = "invalid_provider_account"


class ProviderCodeTaken(Conflict):
    """There is a provider account of this code already."""

    code = "provider_code_taken"
