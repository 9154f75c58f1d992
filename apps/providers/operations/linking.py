"""Linking at a provider's own page: the three messages that go with it, under the rules of every call."""

from dataclasses import dataclass

from apps.providers.contract import (
    BeginLink,
    Connector,
    EndConsent,
    LinkingConnector,
    LinkOutcome,
    NotSent,
    RedeemLink,
)
from apps.providers.models import CallVerb, ProviderAccount, ProviderCall
from apps.providers.operations.calls import call_and_note
from apps.providers.registry import connector_for


@dataclass(frozen=True, slots=True)
class Linked:
    """What a message about a link came to, and the call's log row, not saved yet."""

    outcome: LinkOutcome
    call: ProviderCall


def has_own_page(account: ProviderAccount) -> bool:
    """Say whether customers link at a page of the provider's; raises what `connector_for` raises."""
    return isinstance(connector_for(account), LinkingConnector)


def begin_link(*, account: ProviderAccount, request: BeginLink) -> Linked:
    """Announce a customer at the provider's page, under the same rules as `call_provider`."""
    return _linked(account, CallVerb.BEGIN_LINK, request.reference, request)


def redeem_link(*, account: ProviderAccount, request: RedeemLink) -> Linked:
    """Exchange the code that came back for the account's token, under the same rules as `call_provider`."""
    return _linked(account, CallVerb.REDEEM_LINK, request.reference, request)


def end_consent(*, account: ProviderAccount, request: EndConsent) -> Linked:
    """Let the provider know that the token shall pay no more, under the same rules as `call_provider`."""
    return _linked(account, CallVerb.END_CONSENT, request.consent, request)


def _linked(
    account: ProviderAccount, verb: CallVerb, reference: str, request: BeginLink | RedeemLink | EndConsent
) -> Linked:
    outcome, call = call_and_note(
        account,
        verb,
        reference=reference,
        token=request.code if isinstance(request, RedeemLink) else None,
        deadline_seconds=request.deadline_seconds,
        ask=lambda connector, _: _ask(connector, request),
    )
    return Linked(outcome, call)


def _ask(connector: Connector, request: BeginLink | RedeemLink | EndConsent) -> LinkOutcome:
    if not isinstance(connector, LinkingConnector):
        return NotSent("the provider has no page of its own")
    match request:
        case BeginLink():
            return connector.begin_link(request)
        case RedeemLink():
            return connector.redeem_link(request)
        case EndConsent():
            return connector.end_consent(request)
