"""What can go wrong with customers."""

from apps.kernel.errors import NotFound, Refused


class UnknownCustomer(NotFound):
    """There is no such customer."""

    code = "customer_not_found"


class InvalidEmail(Refused):
    """This is not an e-mail address that can be written to."""

    code = "invalid_email"


class RegistrationInvalid(Refused):
    """The code is wrong, used or too old: look for the newest letter, or ask for another."""

    code = "registration_invalid"
