"""What can go wrong with means of payment."""

from apps.kernel.errors import Conflict, NotFound, Refused, Unavailable


class UnknownInstrument(NotFound):
    """There is no such means of payment, or it is not this customer's."""

    code = "instrument_not_found"


class UnknownLink(NotFound):
    """There is no such link, or it is not this customer's."""

    code = "link_not_found"


class LinkExpired(Conflict):
    """The link was not completed in time; start another."""

    code = "link_expired"


class NoProvider(Refused):
    """No provider of this code takes new means of payment; choose another."""

    code = "provider_not_available"


class CustomerNotActive(Refused):
    """A frozen or closed customer links nothing."""

    code = "customer_frozen"


class InvalidLinkParameters(Refused):
    """What came back from the provider's page is not complete, or not from this link."""

    code = "invalid_link_parameters"


class LinkRefused(Conflict):
    """You said no at your bank, and nothing was linked; begin again whenever you like."""

    code = "link_refused"


class CodeRefused(Refused):
    """The provider does not know what came back: it was used, it is over, or it is of another link; begin again."""

    code = "link_code_refused"


class ConsentStillOpen(Unavailable):
    """The provider could not be told that a consent has ended; it is told again."""

    code = "consent_still_open"


class ConsentUnclear(Unavailable):
    """The provider could not be asked what has become of a consent; it is asked again."""

    code = "consent_unclear"


class TokenRefused(Refused):
    """The provider does not know this account."""

    code = "instrument_unknown_to_provider"


class TokenUnusable(Refused):
    """The provider says that this account cannot pay."""

    code = "instrument_unusable"


class CurrencyNotSupported(Refused):
    """The account is in a currency that is not supported here."""

    code = "currency_not_supported"


class ProviderAway(Unavailable):
    """The provider could not be asked about this account; try again in a moment."""

    code = "provider_unavailable"


class HandlesExhausted(Conflict):
    """This customer has had 255 means of payment, and a handle is never used again."""

    code = "handles_exhausted"


class InvalidName(Refused):
    """A name has at most 40 printable characters."""

    code = "invalid_name"
