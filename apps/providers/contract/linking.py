"""What a provider with a page of its own does besides: a customer consents there, and we get a token for his account.

Everything that matters is said between the provider and us. Through the customer's browser go only a state and a code.
"""

from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from apps.kernel.masking import Secret
from apps.providers.contract.outcomes import Declined, NotSent, Unknown


@dataclass(frozen=True, slots=True, kw_only=True)
class BeginLink:
    """A customer is on his way to the provider's page. `subject` is he, under a name that stays the same.

    He comes back to `return_url` with `state` and, if he consented, a code. Repeated with one reference it is one link.
    """

    reference: str
    subject: str
    state: Secret[str]
    return_url: str
    language: str
    deadline_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RedeemLink:
    """The customer came back to the link of this reference with a code; repeating it is harmless."""

    reference: str
    code: Secret[str]
    deadline_seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EndConsent:
    """The customer gave the account up with us: its token shall be worth nothing. Repeating it is harmless."""

    consent: str
    deadline_seconds: float


@dataclass(frozen=True, slots=True)
class LinkPage:
    """Where the customer goes to log in at his provider and to decide."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class LinkedAccount:
    """The account that the customer chose: its token, the provider's name for the consent, and what it is called."""

    token: Secret[str]
    consent: str
    label: str
    currency: str
    is_usable: bool


@dataclass(frozen=True, slots=True)
class ConsentEnded:
    """The token pays no more; perhaps it did not before."""


LinkOutcome = LinkPage | LinkedAccount | ConsentEnded | Declined | Unknown | NotSent


@runtime_checkable
class LinkingConnector(Protocol):
    """A connector whose provider has such a page; the same rules as for every verb."""

    def begin_link(self, request: BeginLink) -> LinkOutcome:
        """Return a LinkPage."""
        ...

    def redeem_link(self, request: RedeemLink) -> LinkOutcome:
        """Return a LinkedAccount; Declined for a code that is wrong, another link's, used up or over."""
        ...

    def end_consent(self, request: EndConsent) -> LinkOutcome:
        """Return ConsentEnded; Declined for a consent that the provider never had."""
        ...
