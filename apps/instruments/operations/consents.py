"""The customer's consent at his provider: ended from our side, or changed from theirs."""

from datetime import datetime
from typing import Final, assert_never
from uuid import UUID

from django.db import transaction

from apps.audit.operations import record
from apps.customers.telling import announce
from apps.instruments.errors import ConsentStillOpen, ConsentUnclear
from apps.instruments.locks import lock_instrument
from apps.instruments.models import Instrument
from apps.instruments.operations.changes import PROVIDER, move_locked
from apps.instruments.queries import instrument_token
from apps.instruments.states import InstrumentStatus
from apps.kernel.actors import Actor
from apps.providers.contract import ConsentEnded, Declined, EndConsent, InstrumentDescription, NotSent, Unknown
from apps.providers.operations import RouteSwitchedOff, describe_instrument, end_consent, record_call

DEADLINE_SECONDS: Final = 6.0


def tell_provider(*, instrument_id: UUID, now: datetime) -> None:
    """Let the provider know that the customer has given the account up; never inside a transaction.

    Repeating it is harmless. Raises ConsentStillOpen until the provider knows.
    """
    instrument = Instrument.objects.select_related("provider_account").get(id=instrument_id)
    account = instrument.provider_account
    if has_instrument(provider_account_id=account.id, consent=instrument.consent):
        # Linked again meanwhile; the provider has given the same consent.
        return
    request = EndConsent(consent=instrument.consent, deadline_seconds=DEADLINE_SECONDS)
    try:
        told = end_consent(account=account, request=request)
    except RouteSwitchedOff as error:
        record_call(error.call)
        raise ConsentStillOpen from None
    with transaction.atomic(durable=True):
        record_call(told.call)
        # A consent that the provider never had has ended, too.
        if isinstance(told.outcome, ConsentEnded | Declined):
            by = Actor(PROVIDER, account.code)
            record(actor=by, action="instrument.consent_ended", subject=instrument.public_id, now=now)
    if not isinstance(told.outcome, ConsentEnded | Declined):
        raise ConsentStillOpen
    # Linked again while we were telling: such a one must not look as if it could pay.
    look_into_consent(provider_account_id=account.id, consent=instrument.consent, now=now)


def suspend_at_once(*, provider_account_id: UUID, consent: str, by: Actor, now: datetime) -> int:
    """Suspend what the provider says can pay no more, in the caller's transaction, before anybody asks back.

    Return how many instruments there are of this consent.
    """
    found = _of_consent(provider_account_id, consent)
    for instrument_id, customer_id in found:
        _move(instrument_id, customer_id, InstrumentStatus.SUSPENDED, reason="provider_notice", by=by, now=now)
    return len(found)


def look_into_consent(*, provider_account_id: UUID, consent: str, now: datetime) -> None:
    """Ask the provider what has become of a consent, and let the instrument be so; never inside a transaction.

    Whoever else has suspended it keeps it suspended. Raises ConsentUnclear until the provider has said it.
    """
    for instrument_id, customer_id in _of_consent(provider_account_id, consent):
        instrument = Instrument.objects.select_related("provider_account").get(id=instrument_id)
        to = _asked(instrument)
        with transaction.atomic(durable=True):
            by = Actor(PROVIDER, instrument.provider_account.code)
            _move(instrument_id, customer_id, to, reason="provider_says_so", by=by, now=now)


def has_instrument(*, provider_account_id: UUID, consent: str) -> bool:
    """Say whether an instrument that is not removed pays by this consent."""
    return bool(_of_consent(provider_account_id, consent))


def _of_consent(provider_account_id: UUID, consent: str) -> list[tuple[UUID, UUID]]:
    rows = Instrument.objects.filter(provider_account_id=provider_account_id, consent=consent).exclude(consent="")
    return list(rows.exclude(status=InstrumentStatus.REMOVED).order_by("id").values_list("id", "customer_id"))


def _asked(instrument: Instrument) -> InstrumentStatus:
    try:
        described = describe_instrument(
            account=instrument.provider_account,
            token=instrument_token(instrument),
            reference=instrument.public_id,
            deadline_seconds=DEADLINE_SECONDS,
        )
    except RouteSwitchedOff as error:
        record_call(error.call)
        raise ConsentUnclear from None
    record_call(described.call)
    match described.outcome:
        case InstrumentDescription(is_usable=is_usable):
            return InstrumentStatus.ACTIVE if is_usable else InstrumentStatus.SUSPENDED
        case Declined():
            # The provider knows the token no more.
            return InstrumentStatus.REMOVED
        case Unknown() | NotSent():
            raise ConsentUnclear
        case _:
            assert_never(described.outcome)


def _move(
    instrument_id: UUID, customer_id: UUID, to: InstrumentStatus, *, reason: str, by: Actor, now: datetime
) -> None:
    instrument, instruments = lock_instrument(instrument_id, customer_id=customer_id)
    if instrument.status == InstrumentStatus.REMOVED:
        return
    if to == InstrumentStatus.ACTIVE and instrument.suspended_by != PROVIDER:
        return
    if move_locked(instrument, instruments, to=to, reason=reason, by=by, now=now):
        kind = f"instrument.{'resumed' if to == InstrumentStatus.ACTIVE else to}"
        announce(customer=instrument.customer, kind=kind, facts={"handle": instrument.handle}, now=now)
