"""Reads about means of payment: which one a code names, and what the wallet lists."""

from collections.abc import Callable
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet
from django.db.models.functions import Right

from apps.instruments.contexts import token_aad
from apps.instruments.models import Instrument
from apps.instruments.states import InstrumentStatus
from apps.kernel.masking import Secret
from apps.keys.kek import key_encryption_keys
from apps.rows import Frozen


def payable(customer_id: UUID, handle: int, *, now: datetime) -> Instrument | None:
    """Return the customer's instrument if it may pay now, with its provider account, in one statement.

    Handle 0 is the default. None for a stranger's, for one that is suspended, removed or expired, and on a route that
    is switched off.
    """
    return _payable(customer_id, _named(handle), now).first()


def both_payable(
    customer_id: UUID, handle: int, fallback: int, *, now: datetime
) -> tuple[Instrument | None, Instrument | None]:
    """Return the instrument that a code names and its second choice, each as `payable` would, in one statement.

    There is no second choice where it is 0, or the same as the first once 0 is resolved to the default.
    """
    return ask_both_payable(customer_id, handle, fallback, now=now)()


def ask_both_payable(
    customer_id: UUID, handle: int, fallback: int, *, now: datetime
) -> Callable[[], tuple[Instrument | None, Instrument | None]]:
    """Ask for what `both_payable` returns; calling the result waits."""
    named: dict[str, object] = {"handle": handle} if handle else {}
    second_named: dict[str, object] = {"fallback": fallback} if fallback else {}
    reading = _BOTH[bool(handle), bool(fallback)]
    asked = reading.ask_all(customer_id=customer_id, now=now, **named, **second_named)

    def told_apart() -> tuple[Instrument | None, Instrument | None]:
        first = second = None
        for instrument in asked():
            if instrument.handle == handle or (handle == 0 and instrument.is_default):
                first = instrument
            else:
                second = instrument
        return first, second

    return told_apart


def instruments_of(customer_id: UUID) -> QuerySet[Instrument]:
    """Return the customer's instruments, without the removed ones, by handle."""
    return (
        Instrument.objects.filter(customer_id=customer_id).exclude(status=InstrumentStatus.REMOVED).order_by("handle")
    )


def instrument_token(instrument: Instrument) -> Secret[str]:
    """Return the token by which the provider knows the account; KeysUnavailable when it cannot be unwrapped."""
    aad = token_aad(instrument_id=instrument.id, customer_id=instrument.customer_id)
    return Secret(key_encryption_keys().unwrap(instrument.wrapped, aad).reveal().decode())


def _named(handle: int) -> Q:
    return Q(handle=handle) if handle else Q(is_default=True)


def _payable(customer_id: UUID, wanted: Q, now: datetime) -> QuerySet[Instrument]:
    return Instrument.objects.select_related("provider_account").filter(
        wanted,
        Q(expires_at=None) | Q(expires_at__gt=now),
        customer_id=customer_id,
        status=InstrumentStatus.ACTIVE,
        provider_account__is_enabled=True,
    )


# For each way in which a code names its two choices; by its handle or as the default, with a second one or without.
_BOTH: Final = {
    (True, True): Frozen(
        lambda customer_id, handle, fallback, now: _payable(customer_id, Q(handle=handle) | Q(handle=fallback), now),
        customer_id=UUID,
        handle=int,
        fallback=int,
        now=datetime,
    ),
    (True, False): Frozen(
        lambda customer_id, handle, now: _payable(customer_id, Q(handle=handle), now),
        customer_id=UUID,
        handle=int,
        now=datetime,
    ),
    (False, True): Frozen(
        lambda customer_id, fallback, now: _payable(customer_id, Q(is_default=True) | Q(handle=fallback), now),
        customer_id=UUID,
        fallback=int,
        now=datetime,
    ),
    (False, False): Frozen(
        lambda customer_id, now: _payable(customer_id, Q(is_default=True), now), customer_id=UUID, now=datetime
    ),
}


def instruments_ending(last_four: str, *, limit: int) -> list[Instrument]:
    """Return the newest instruments whose label ends with these four characters after three dots."""
    bearing = Instrument.objects.annotate(ending=Right("label", 7)).filter(ending=f"...{last_four}")
    return list(bearing.order_by("-id")[:limit])
