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
