"""Link an account: away to the provider's page, back with a code, which the provider exchanges for a token.

Where the provider has no page, the token itself comes back, and the provider is asked what it stands for.
"""

import hashlib
import hmac
import logging
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, assert_never
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
    CodeRefused,
    CurrencyNotSupported,
    CustomerNotActive,
    HandlesExhausted,
    InvalidLinkParameters,
    LinkExpired,
    LinkRefused,
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
from apps.providers.contract import (
    BeginLink,
    Declined,
    InstrumentDescription,
    LinkedAccount,
    LinkPage,
    NotSent,
    RedeemLink,
    Unknown,
)
from apps.providers.masking import without_numbers
from apps.providers.models import ProviderAccount
from apps.providers.operations import (
    RouteSwitchedOff,
    begin_link,
    describe_instrument,
    has_own_page,
    record_call,
    redeem_link,
)

logger = logging.getLogger(__name__)

LINK_LIFETIME: Final = timedelta(minutes=30)
DEADLINE_SECONDS: Final = 5.0
# What a page says where the customer said no; any other error is the provider's own.
REFUSED: Final = "access_denied"
_LONGEST_TOKEN: Final = 512


@dataclass(frozen=True, slots=True)
class Link:
    """Where the customer goes to link an account; `link_url` is empty where the provider has no page."""

    id: UUID
    link_url: str
    expires_at: datetime


def start_link(*, customer_id: UUID, kind: Kind, provider_code: str | None, by: Actor, now: datetime) -> Link:
    """Begin to link an account at the provider, or at the oldest that is switched on where none is named.

    The provider is told who comes, and says where to; never inside a transaction. Only `by` can complete the link.
    Raises UnknownCustomer, CustomerNotActive, NoProvider, ProviderAway.
    """
    state = Secret(secrets.token_urlsafe(32))
    link, language = _open_link(customer_id, kind, provider_code, state, by, now)
    account = link.provider_account
    if not has_own_page(account):
        return Link(id=link.id, link_url="", expires_at=link.expires_at)
    return_url: str = settings.LINK_RETURN_URL
    if not return_url:
        logger.error("LINK_RETURN_URL is not set: nobody could come back", extra={"provider": account.code})
        raise NoProvider
    request = BeginLink(
        reference=link.reference,
        subject=link.customer.public_id,
        state=state,
        return_url=return_url,
        language=language,
        deadline_seconds=DEADLINE_SECONDS,
    )
    try:
        begun = begin_link(account=account, request=request)
    except RouteSwitchedOff as error:
        record_call(error.call)
        raise ProviderAway from None
    record_call(begun.call)
    if isinstance(begun.outcome, LinkPage):
        return Link(id=link.id, link_url=begun.outcome.url, expires_at=link.expires_at)
    if isinstance(begun.outcome, Declined):
        # Ours or the bank's to repair; payments go on meanwhile.
        logger.error("provider takes no links", extra={"provider": account.code, "detail": begun.call.detail})
    raise ProviderAway


@transaction.atomic(durable=True)
def _open_link(
    customer_id: UUID, kind: Kind, provider_code: str | None, state: Secret[str], by: Actor, now: datetime
) -> tuple[InstrumentLink, str]:
    customer = _active_customer(customer_id)
    # Not the training provider: it says yes to everybody, and what is linked pays at real tills.
    accounts = ProviderAccount.objects.filter(is_enabled=True).exclude(code=settings.TRAINING_PROVIDER)
    if provider_code is not None:
        accounts = accounts.filter(code=provider_code)
    account = accounts.order_by("created_at", "id").first()
    if account is None:
        raise NoProvider
    link = InstrumentLink.objects.create(
        customer=customer,
        provider_account=account,
        kind=kind,
        begun_by=str(by),
        state_digest=_digest(state.reveal()),
        created_at=now,
        expires_at=now + LINK_LIFETIME,
    )
    facts = {"link": str(link.id), "provider": account.code}
    record(actor=by, action="instrument.link_started", subject=customer.public_id, facts=facts, now=now)
    return link, customer.language


def complete_link(
    *, link_id: UUID, customer_id: UUID, parameters: Mapping[str, str], by: Actor, now: datetime
) -> Instrument:
    """Link what came back from the provider's page, once the provider has said what it stands for.

    `parameters` hold `state` and `code`, or `error`; where the provider has no page, `account_token`. Completed twice,
    it returns the same instrument; an account that the customer has linked already is the instrument that it was.
    Never inside a transaction. Raises UnknownLink, LinkExpired, LinkRefused, InvalidLinkParameters, CodeRefused,
    CustomerNotActive, TokenRefused, TokenUnusable, CurrencyNotSupported, ProviderAway, HandlesExhausted.
    """
    links = InstrumentLink.objects.select_related("provider_account", "instrument")
    # Whoever got hold of the address to which the customer was sent back still is not the device that began.
    link = links.filter(id=link_id, customer_id=customer_id, begun_by=str(by)).first()
    if link is None:
        raise UnknownLink
    if link.instrument is not None:
        return link.instrument
    if link.refused_at is not None:
        raise LinkRefused
    if now >= link.expires_at:
        raise LinkExpired
    if has_own_page(link.provider_account):
        account = _redeemed(link, _code_in(link, parameters, by, now))
    else:
        account = _described(link, _token_in(parameters))
    if not account.is_usable:
        raise TokenUnusable
    if account.currency not in MINOR_UNIT_DIGITS:
        raise CurrencyNotSupported
    return _settle_link(link_id=link.id, customer_id=customer_id, account=account, by=by, now=now)


def _code_in(link: InstrumentLink, parameters: Mapping[str, str], by: Actor, now: datetime) -> Secret[str]:
    # Otherwise somebody could send a customer back with a code of his own choice.
    is_ours = hmac.compare_digest(_digest(parameters.get("state", "")), bytes(link.state_digest))
    if not is_ours or parameters.get("account_token"):
        raise InvalidLinkParameters
    if error := parameters.get("error"):
        if error != REFUSED:
            raise ProviderAway
        _refuse_link(link, by, now)
        raise LinkRefused
    code = parameters.get("code", "")
    if not code or len(code) > _LONGEST_TOKEN or not code.isprintable():
        raise InvalidLinkParameters
    return Secret(code)


@transaction.atomic(durable=True)
def _refuse_link(link: InstrumentLink, by: Actor, now: datetime) -> None:
    customer = lock_customer(link.customer_id)
    locked = lock_link(link.id, customer_id=link.customer_id)
    if locked.refused_at is None and locked.completed_at is None:
        locked.refused_at = now
        locked.save(update_fields=["refused_at"])
        facts = {"link": str(link.id)}
        record(actor=by, action="instrument.link_refused", subject=customer.public_id, facts=facts, now=now)


def _token_in(parameters: Mapping[str, str]) -> Secret[str]:
    text = parameters.get("account_token", "")
    if not text or len(text) > _LONGEST_TOKEN or not text.isprintable():
        raise InvalidLinkParameters
    return Secret(text)


def _redeemed(link: InstrumentLink, code: Secret[str]) -> LinkedAccount:
    request = RedeemLink(reference=link.reference, code=code, deadline_seconds=DEADLINE_SECONDS)
    try:
        redeemed = redeem_link(account=link.provider_account, request=request)
    except RouteSwitchedOff as error:
        record_call(error.call)
        raise ProviderAway from None
    record_call(redeemed.call)
    match redeemed.outcome:
        case LinkedAccount() as account:
            return account
        case Declined():
            raise CodeRefused
        case _:
            raise ProviderAway


def _described(link: InstrumentLink, token: Secret[str]) -> LinkedAccount:
    try:
        described = describe_instrument(
            account=link.provider_account,
            token=token,
            reference=link.reference,
            deadline_seconds=DEADLINE_SECONDS,
        )
    except RouteSwitchedOff as error:
        record_call(error.call)
        raise ProviderAway from None
    record_call(described.call)
    match described.outcome:
        case InstrumentDescription(label=label, currency=currency, is_usable=is_usable):
            return LinkedAccount(token, "", label, currency, is_usable)
        case Declined():
            raise TokenRefused
        case Unknown() | NotSent():
            raise ProviderAway
        case _:
            assert_never(described.outcome)


@transaction.atomic(durable=True)
def _settle_link(*, link_id: UUID, customer_id: UUID, account: LinkedAccount, by: Actor, now: datetime) -> Instrument:
    # The customer's row first: of two links that come back at once, the second sees the first one's handle.
    customer = _active_customer(customer_id)
    link = lock_link(link_id, customer_id=customer_id)
    if link.instrument is not None:
        return link.instrument
    if link.refused_at is not None:
        raise LinkRefused
    instruments = lock_instruments(customer_id)
    instrument = _linked_already(instruments, account.token, link)
    action = "instrument.linked_again"
    if instrument is None:
        action = "instrument.linked"
        instrument = _create(customer, link, instruments, account, now)
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
    account: LinkedAccount,
    now: datetime,
) -> Instrument:
    # Removed ones count too: a code that an offline phone still shows must not mean another account.
    handle = instruments[-1].handle + 1 if instruments else 1
    if handle > HANDLE_MAX:
        raise HandlesExhausted
    instrument_id = uuid7()
    aad = token_aad(instrument_id=instrument_id, customer_id=customer.id)
    wrapped = key_encryption_keys().wrap(account.token.reveal().encode(), aad)
    return Instrument.objects.create(
        id=instrument_id,
        customer=customer,
        handle=handle,
        kind=link.kind,
        # The provider promises a label; that it is no account number is not left to a promise.
        label=without_numbers(account.label)[:60],
        provider_account_id=link.provider_account_id,
        currency=account.currency,
        kek_id=wrapped.kek_id,
        nonce=wrapped.nonce,
        wrapped_token=wrapped.ciphertext,
        token_digest=next(token_digests(account.token, customer_id=customer.id, account_id=link.provider_account_id)),
        consent=account.consent,
        is_default=not any(instrument.is_default for instrument in instruments),
        created_at=now,
    )


def _active_customer(customer_id: UUID) -> Customer:
    customer = lock_customer(customer_id)
    if customer.status != CustomerStatus.ACTIVE:
        raise CustomerNotActive
    return customer


def _digest(state: str) -> bytes:
    # Whatever came back is compared, also half a surrogate pair.
    return hashlib.sha256(state.encode(errors="surrogatepass")).digest()
