"""Link an account: away to the provider's page, back with a token, and asked of the provider what it stands for."""

import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction

from apps.audit.operations import record
from apps.customers.letters import INSTRUMENT_LINKED
from apps.customers.locks import lock_customer
from apps.customers.models import Customer
from apps.customers.states import CustomerStatus
from apps.customers.telling import announce, write_letter
from apps.instruments.contexts import token_aad, token_digests
from apps.instruments.errors import (
    CurrencyNotSupported,
    CustomerNotActive,
    HandlesExhausted,
    InvalidLinkParameters,
    LinkExpired,
    NoProvider,
    ProviderAway,
    TokenRefused,
    TokenUnusable,
    UnknownLink,
)
from apps.instruments.locks import lock_instruments, lock_link
from apps.instruments.models import HANDLE_MAX, Instrument, InstrumentLink, Kind
from apps.instruments.states import InstrumentStatus
from apps.kernel.actors import Actor
from apps.kernel.currencies import MINOR_UNIT_DIGITS
from apps.kernel.ids import uuid7
from apps.kernel.masking import Secret
from apps.keys.kek import key_encryption_keys
from apps.providers.contract import Declined, InstrumentDescription, NotSent, Unknown
from apps.providers.masking import without_numbers
from apps.providers.models import ProviderAccount
from apps.providers.operations import RouteSwitchedOff, describe_instrument, record_call

LINK_LIFETIME: Final = timedelta(minutes=30)
DESCRIPTION_DEADLINE_SECONDS: Final = 5.0
_LONGEST_TOKEN: Final = 512


@dataclass(frozen=True, slots=True)
class Link:
    """Where the customer goes to link an account; `link_url` is empty where the provider has no page."""

    id: UUID
    link_url: str
    expires_at: datetime


@transaction.atomic(durable=True)
def start_link(*, customer_id: UUID, kind: Kind, provider_code: str | None, by: Actor, now: datetime) -> Link:
    """Begin to link an account at the provider, or at the oldest that is switched on where none is named.

    Raises UnknownCustomer, CustomerNotActive, NoProvider.
    """
    customer = _active_customer(customer_id)
    # Not the training provider: it says yes to everybody, and what is linked pays at real tills.
    accounts = ProviderAccount.objects.filter(is_enabled=True).exclude(code=settings.TRAINING_PROVIDER)
    if provider_code is not None:
        accounts = accounts.filter(code=provider_code)
    account = accounts.order_by("created_at", "id").first()
    if account is None:
        raise NoProvider
    state = secrets.token_urlsafe(32)
    link = InstrumentLink.objects.create(
        customer=customer,
        provider_account=account,
        kind=kind,
        state_digest=_digest(state),
        created_at=now,
        expires_at=now + LINK_LIFETIME,
    )
    facts = {"link": str(link.id), "provider": account.code}
    record(actor=by, action="instrument.link_started", subject=customer.public_id, facts=facts, now=now)
    page = _page_of(account)
    # The state is made to be seen by the page and to come back; alone it opens nothing.
    url = f"{page}{'&' if '?' in page else '?'}{urlencode({'link': link.id, 'state': state})}" if page else ""
    return Link(id=link.id, link_url=url, expires_at=link.expires_at)


def complete_link(
    *, link_id: UUID, customer_id: UUID, parameters: Mapping[str, str], by: Actor, now: datetime
) -> Instrument:
    """Link what came back from the provider's page, once the provider has said what it stands for.

    `parameters` hold `account_token`, and the page's `state` where there is a page. Completed twice, it returns the
    same instrument; a token that the customer has linked already is the instrument that it was. Never inside a
    transaction. Raises UnknownLink, LinkExpired, InvalidLinkParameters, CustomerNotActive, TokenRefused,
    TokenUnusable, CurrencyNotSupported, ProviderAway, HandlesExhausted.
    """
    links = InstrumentLink.objects.select_related("provider_account", "instrument")
    link = links.filter(id=link_id, customer_id=customer_id).first()
    if link is None:
        raise UnknownLink
    if link.instrument is not None:
        return link.instrument
    if now >= link.expires_at:
        raise LinkExpired
    token = _token_in(link, parameters)
    description = _described(link, token)
    return _settle_link(link_id=link.id, customer_id=customer_id, token=token, description=description, by=by, now=now)


def _token_in(link: InstrumentLink, parameters: Mapping[str, str]) -> Secret[str]:
    # Otherwise somebody could send a customer back with a token of his own choice.
    is_ours = hmac.compare_digest(_digest(parameters.get("state", "")), bytes(link.state_digest))
    if _page_of(link.provider_account) and not is_ours:
        raise InvalidLinkParameters
    text = parameters.get("account_token", "")
    if not text or len(text) > _LONGEST_TOKEN or not text.isprintable():
        raise InvalidLinkParameters
    return Secret(text)


def _described(link: InstrumentLink, token: Secret[str]) -> InstrumentDescription:
    try:
        described = describe_instrument(
            account=link.provider_account,
            token=token,
            reference=f"link-{link.id}",
            deadline_seconds=DESCRIPTION_DEADLINE_SECONDS,
        )
    except RouteSwitchedOff as error:
        record_call(error.call)
        raise ProviderAway from None
    record_call(described.call)
    match described.outcome:
        case InstrumentDescription() as description:
            if not description.is_usable:
                raise TokenUnusable
            if description.currency not in MINOR_UNIT_DIGITS:
                raise CurrencyNotSupported
            return description
        case Declined():
            raise TokenRefused
        case Unknown() | NotSent():
            raise ProviderAway
        case _:
            assert_never(described.outcome)


@transaction.atomic(durable=True)
def _settle_link(
    *,
    link_id: UUID,
    customer_id: UUID,
    token: Secret[str],
    description: InstrumentDescription,
    by: Actor,
    now: datetime,
) -> Instrument:
    # The customer's row first: of two links that come back at once, the second sees the first one's handle.
    customer = _active_customer(customer_id)
    link = lock_link(link_id, customer_id=customer_id)
    if link.instrument is not None:
        return link.instrument
    instruments = lock_instruments(customer_id)
    instrument = _linked_already(instruments, token, link)
    action = "instrument.linked_again"
    if instrument is None:
        action = "instrument.linked"
        instrument = _create(customer, link, instruments, token, description, now)
    link.instrument, link.completed_at = instrument, now
    link.save(update_fields=["instrument", "completed_at"])
    if customer.established_at is None:
        customer.established_at = now
        customer.save(update_fields=["established_at"])
    facts = {"customer": customer.public_id, "handle": instrument.handle, "link": str(link.id)}
    record(actor=by, action=action, subject=instrument.public_id, facts=facts, now=now)
    if action == "instrument.linked":
        _tell(customer, instrument, now)
    return instrument


def _tell(customer: Customer, instrument: Instrument, now: datetime) -> None:
    announce(customer=customer, kind="instrument.linked", facts={"handle": instrument.handle}, now=now)
    write_letter(
        customer=customer,
        letter=INSTRUMENT_LINKED,
        facts={"instrument": instrument.label},
        cause=f"instrument.linked:{instrument.id}",
        now=now,
    )


def _linked_already(instruments: list[Instrument], token: Secret[str], link: InstrumentLink) -> Instrument | None:
    """Return the instrument of this token, also a suspended one: to link anew is no way around a suspension."""
    digests = set(token_digests(token, customer_id=link.customer_id, account_id=link.provider_account_id))
    for instrument in instruments:
        if instrument.status != InstrumentStatus.REMOVED and bytes(instrument.token_digest) in digests:
            return instrument
    return None


def _create(
    customer: Customer,
    link: InstrumentLink,
    instruments: list[Instrument],
    token: Secret[str],
    description: InstrumentDescription,
    now: datetime,
) -> Instrument:
    # Removed ones count too: a code that an offline phone still shows must not mean another account.
    handle = instruments[-1].handle + 1 if instruments else 1
    if handle > HANDLE_MAX:
        raise HandlesExhausted
    instrument_id = uuid7()
    aad = token_aad(instrument_id=instrument_id, customer_id=customer.id)
    wrapped = key_encryption_keys().wrap(token.reveal().encode(), aad)
    return Instrument.objects.create(
        id=instrument_id,
        customer=customer,
        handle=handle,
        kind=link.kind,
        # The provider promises a label; that it is no account number is not left to a promise.
        label=without_numbers(description.label)[:60],
        provider_account_id=link.provider_account_id,
        currency=description.currency,
        kek_id=wrapped.kek_id,
        nonce=wrapped.nonce,
        wrapped_token=wrapped.ciphertext,
        token_digest=next(token_digests(token, customer_id=customer.id, account_id=link.provider_account_id)),
        is_default=not any(instrument.is_default for instrument in instruments),
        created_at=now,
    )


def _active_customer(customer_id: UUID) -> Customer:
    customer = lock_customer(customer_id)
    if customer.status != CustomerStatus.ACTIVE:
        raise CustomerNotActive
    return customer


def _page_of(account: ProviderAccount) -> str:
    page: object = account.settings.get("link_url", "")
    return page if isinstance(page, str) else ""


def _digest(state: str) -> bytes:
    # Whatever came back is compared, also half a surrogate pair.
    return hashlib.sha256(state.encode(errors="surrogatepass")).digest()
