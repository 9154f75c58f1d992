"""The call between the two transactions of "claim, call, settle": what was asked, what came of it, and its log row."""

import logging
import time
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Final, TypeVar, assert_never

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.kernel.actors import Actor
from apps.kernel.masking import Secret
from apps.providers.breaker import CircuitBreaker
from apps.providers.contract import (
    Approved,
    Authorise,
    Capture,
    CheckLiquidity,
    ConfigError,
    Connector,
    ConsentEnded,
    Declined,
    Description,
    Inquire,
    InquiryOutcome,
    InstrumentDescription,
    LinkedAccount,
    LinkOutcome,
    LinkPage,
    NeverHeardOf,
    NotSent,
    Pending,
    Refund,
    Request,
    Reverse,
    Unknown,
    Void,
)
from apps.providers.masking import masked_detail
from apps.providers.models import CallOutcome, CallVerb, ProviderAccount, ProviderCall
from apps.providers.operations.accounts import switch_off_route
from apps.providers.registry import breaker_for, connector_for
from apps.rows import insert_row

logger = logging.getLogger(__name__)

_VERBS: Final[Mapping[type[Request], CallVerb]] = MappingProxyType(
    {
        CheckLiquidity: CallVerb.CHECK_LIQUIDITY,
        Authorise: CallVerb.AUTHORISE,
        Capture: CallVerb.CAPTURE,
        Void: CallVerb.VOID,
        Refund: CallVerb.REFUND,
        Reverse: CallVerb.REVERSE,
        Inquire: CallVerb.INQUIRE,
    }
)
_LONGEST_REFERENCE: Final = 64

Answer = TypeVar("Answer", InquiryOutcome, Description, LinkOutcome)


@dataclass(frozen=True, slots=True)
class Called:
    """What a call came to, and its log row, not saved yet: `record_call` it in the transaction that settles."""

    outcome: InquiryOutcome
    call: ProviderCall


@dataclass(frozen=True, slots=True)
class Described:
    """What a token stands for, and the call's log row, not saved yet."""

    outcome: Description
    call: ProviderCall


class RouteSwitchedOff(ConfigError):
    """The provider rejects us; the route is switched off and staff alarmed, but for the training provider's.

    `call` is the log row, not saved yet.
    """

    def __init__(self, detail: str, *, call: ProviderCall) -> None:
        super().__init__(detail)
        self.call = call


def call_provider(*, account: ProviderAccount, request: Request) -> Called:
    """Send one request and return what came of it; never inside a transaction.

    Gives the database connection back first. NotSent at once on a route that is switched off or whose circuit is
    open; whatever goes wrong in a connector is Unknown. Raises RouteSwitchedOff, which is a ConfigError.
    """
    token = request.instrument_token if isinstance(request, CheckLiquidity | Authorise) else None
    outcome, call = call_and_note(
        account,
        _VERBS[type(request)],
        reference=request.reference,
        token=token,
        deadline_seconds=request.deadline_seconds,
        ask=lambda connector, seconds: _ask(connector, replace(request, deadline_seconds=seconds)),
    )
    return Called(outcome, call)


def describe_instrument(
    *, account: ProviderAccount, token: Secret[str], reference: str, deadline_seconds: float
) -> Described:
    """Ask what a token stands for, under the same rules as `call_provider`; `reference` is for the log alone."""
    outcome, call = call_and_note(
        account,
        CallVerb.DESCRIBE_INSTRUMENT,
        reference=reference,
        token=token,
        deadline_seconds=deadline_seconds,
        ask=lambda connector, seconds: connector.describe_instrument(token, deadline_seconds=seconds),
    )
    return Described(outcome, call)


def record_call(call: ProviderCall) -> None:
    """Write a call's log row, in the caller's transaction."""
    insert_row(call)


def _ask(connector: Connector, request: Request) -> InquiryOutcome:
    match request:
        case CheckLiquidity():
            return connector.check_liquidity(request)
        case Authorise():
            return connector.authorise(request)
        case Capture():
            return connector.capture(request)
        case Void():
            return connector.void(request)
        case Refund():
            return connector.refund(request)
        case Reverse():
            return connector.reverse(request)
        case Inquire():
            return connector.inquire(request)
        case _:
            raise TypeError(f"{type(request).__name__} is no request to a provider")


def call_and_note(
    account: ProviderAccount,
    verb: CallVerb,
    *,
    reference: str,
    token: Secret[str] | None,
    deadline_seconds: float,
    ask: Callable[[Connector, float], Answer],
) -> tuple[Answer | Unknown | NotSent, ProviderCall]:
    """Ask under the rules of `call_provider`; `token` is a secret that no detail of the call may quote."""
    if connection.in_atomic_block:
        raise RuntimeError("a provider is never called inside a transaction")
    call = ProviderCall(account=account, reference=reference[:_LONGEST_REFERENCE], verb=verb, at=timezone.now())
    hidden = token.reveal() if token is not None else ""
    started = time.monotonic()
    rejection: ConfigError | None = None
    try:
        outcome = _asked(account, deadline_seconds=deadline_seconds, started=started, ask=ask)
        call.outcome, detail = _in_words(outcome)
    except ConfigError as error:
        rejection = error
        call.outcome, detail = CallOutcome.CONFIG_ERROR, str(error)
    call.latency_ms = round((time.monotonic() - started) * 1000)
    call.detail = masked_detail(detail, hidden=hidden)
    if rejection is not None:
        _reject(account, call)
        raise RouteSwitchedOff(call.detail, call=call) from None
    if isinstance(outcome, Declined) and not outcome.mapped:
        logger.error("decline reason not mapped", extra=_facts(account, call))
    return outcome, call


def _reject(account: ProviderAccount, call: ProviderCall) -> None:
    # A training sale plays whatever its amount says; no till may take the training route away from the others.
    if account.code == settings.TRAINING_PROVIDER:
        return
    switch_off_route(account=account, reason=call.detail, by=Actor("system", "call_provider"), now=timezone.now())
    logger.error("provider route switched off", extra=_facts(account, call))


def _asked(
    account: ProviderAccount, *, deadline_seconds: float, started: float, ask: Callable[[Connector, float], Answer]
) -> Answer | Unknown | NotSent:
    if not account.is_enabled:
        return NotSent("switched off")
    try:
        connector, breaker = connector_for(account), breaker_for(account)
    except Exception as error:  # the edge: whatever is wrong with this route, another one may be taken
        _log_bug("provider connector not built", account, error)
        return NotSent(f"no connector: {type(error).__name__}")
    # Back to the pool: a bank takes seconds, and others have work for the connection meanwhile.
    connection.close()
    _probe(account, connector, breaker)
    seconds_left = deadline_seconds - (time.monotonic() - started)
    if seconds_left <= 0:
        return NotSent("the health check took all the time")
    permit = breaker.admit()
    if permit is None:
        return NotSent("circuit open")
    try:
        outcome = ask(connector, seconds_left)
    except ConfigError as error:
        breaker.record(permit, error)
        raise
    except Exception as error:  # the edge: a bug in a connector says nothing about the money
        _log_bug("provider connector failed", account, error)
        unknown = Unknown(f"connector failed: {type(error).__name__}")
        breaker.record(permit, unknown)
        return unknown
    breaker.record(permit, outcome)
    return outcome


def _probe(account: ProviderAccount, connector: Connector, breaker: CircuitBreaker) -> None:
    """Ask an ill provider for its health, if it is this caller's turn."""
    if not breaker.claim_probe():
        return
    try:
        is_healthy = connector.health()
    except Exception as error:  # the edge: a connector's bug
        _log_bug("provider health check failed", account, error)
        is_healthy = False
    breaker.record_health(is_healthy=is_healthy)


def _in_words(outcome: InquiryOutcome | Description | LinkOutcome) -> tuple[CallOutcome, str]:
    match outcome:
        case Approved() | InstrumentDescription() | LinkPage() | LinkedAccount() | ConsentEnded():
            return CallOutcome.APPROVED, ""
        case Declined(reason=reason, raw_reason=raw):
            return CallOutcome.DECLINED, f"{reason} ({raw})" if raw not in {"", reason} else reason
        case Pending():
            return CallOutcome.PENDING, ""
        case Unknown(detail=detail):
            return CallOutcome.UNKNOWN, detail
        case NotSent(detail=detail):
            return CallOutcome.NOT_SENT, detail
        case NeverHeardOf():
            return CallOutcome.NEVER_HEARD_OF, ""
        case _:
            assert_never(outcome)


def _facts(account: ProviderAccount, call: ProviderCall) -> dict[str, str]:
    return {"provider": account.code, "reference": call.reference, "verb": call.verb, "detail": call.detail}


def _log_bug(message: str, account: ProviderAccount, error: Exception) -> None:
    # Its kind and places only: the message of a foreign exception may quote what must not be in a log.
    places = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)[-5:]]
    extra = {"provider": account.code, "kind": type(error).__name__, "places": " ".join(places)}
    logger.error(message, extra=extra)
