"""What can go wrong with merchants, stores and tills."""

from apps.kernel.errors import Conflict, NotFound, Refused


class UnknownMerchant(NotFound):
    """There is no such merchant."""

    code = "merchant_not_found"


class UnknownStore(NotFound):
    """There is no such store."""

    code = "store_not_found"


class UnknownTill(NotFound):
    """There is no such till."""

    code = "till_not_found"


class NameTaken(Conflict):
    """Another one of that name exists already; choose another name."""

    code = "name_taken"


class InvalidMerchant(Refused):
    """A merchant needs a name, a supported currency, a known time zone and limits that make sense."""

    code = "invalid_merchant"


class InvalidScopes(Refused):
    """A till key is good for something, of what there is."""

    code = "invalid_till_scopes"


class TillsLockedOut(Conflict):
    """Some tills have nothing registered to prove themselves with; `tills` names them."""

    code = "tills_locked_out"


class InvalidCredential(Refused):
    """A till proves itself with a P-256 key, of which it asks for a certificate, or with a client certificate."""

    code = "invalid_till_credential"


class CredentialTaken(Conflict):
    """It has been registered before, and is no longer good or another till's; make a new key."""

    code = "till_credential_taken"


class UnknownCredential(NotFound):
    """The till has no such credential."""

    code = "till_credential_not_found"
