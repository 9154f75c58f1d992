"""What can go wrong with the accounts that we hold at providers."""

from apps.kernel.errors import Conflict, Forbidden, NotFound, Refused


class UnknownProviderAccount(NotFound):
    """There is no such provider account."""

    code = "provider_account_not_found"


class InvalidProviderAccount(Refused):
    """A provider account needs a short code in lower case, a known connector, its settings and a credential."""

    code = "invalid_provider_account"


class ProviderCodeTaken(Conflict):
    """There is a provider account of this code already."""

    code = "provider_code_taken"


class UnknownLineKey(NotFound):
    """There is no such key on a line."""

    code = "line_key_not_found"


class LineKeyInUse(Conflict):
    """The key is in use or retired; a new one is made instead."""

    code = "line_key_in_use"


class NoticeRefused(Forbidden):
    """The notice is not signed by the provider, not for us, not of this time, or was shown before."""

    code = "notice_refused"


class LastLineKey(Conflict):
    """It is the only usable key of its kind; put another into use first, or switch the route off."""

    code = "last_line_key"


class InvalidLineCertificate(Refused):
    """The certificate is not that of the key that waits for one."""

    code = "invalid_line_certificate"
