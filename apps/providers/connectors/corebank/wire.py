"""The bank core's messages, pure: a request into method, path and JSON; an answer into an outcome.

An answer counts only if it is about what was asked: same ref, same object, same amount and
currency. Anything else, however friendly its status, is Unknown.
"""

import re
from dataclasses import dataclass
from datetime import UTC
from typing import Final
from urllib.parse import quote

from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.providers.connectors.corebank.messages import (
    NotTheAnswer,
    expect,
    post,
    read_answer,
    refusal_in,
    text_in,
    time_in,
)
from apps.providers.connectors.corebank.words import ACCOUNT_STATUSES, CALLS, EFFECTS_OF_REVERSAL, declined
from apps.providers.contract import (
    Approved,
    Authorise,
    Capture,
    ConfigError,
    Declined,
    Description,
    Inquire,
    InquiryOutcome,
    InstrumentDescription,
    NeverHeardOf,
    Outcome,
    Refund,
    Reverse,
    Unknown,
    Verb,
    Void,
)
from apps.providers.http import HttpRequest
from apps.providers.reasons import DeclineReason
from apps.providers.strict_json import NotStrictJson

Writing = Authorise | Capture | Void | Refund | Reverse

_REF: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.~-]{1,128}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_LONGEST_LABEL: Final = 60


@dataclass(frozen=True, slots=True)
class _Question:
    """What an answer must agree with. `parent` is the hold or capture acted on, where we know it."""

    verb: Verb
    ref: str
    amount: Money
    parent: str | None = None


def request_for(request: Writing | Inquire) -> HttpRequest:
    """Return the message for a request; ConfigError if our reference is not one that the bank takes."""
    if not _REF.fullmatch(request.reference):
        raise ConfigError("our reference is not of the form that the bank core takes")
    content: dict[str, object] = {"ref": request.reference}
    if not isinstance(request, Void | Reverse | Inquire):
        content |= {"amount": request.amount.amount, "currency": request.amount.currency}
    match request:
        case Inquire():
            return HttpRequest("GET", f"/v1/operations/{quote(request.reference, safe=':')}")
        case Authorise():
            path = "/v1/holds"
            content |= {
                "account_token": request.instrument_token.reveal(),
                "merchant": request.merchant,
                "expires_at": request.expires_at.astimezone(UTC).isoformat(timespec="milliseconds"),
                # The bank refuses a missing or empty proof, and reads nothing into it.
                "proof": request.proof or "none",
            }
        case Capture():
            path = f"/v1/holds/{quote(request.hold, safe='')}/captures"
            content["final"] = request.final
        case Void():
            path = f"/v1/holds/{quote(request.hold, safe='')}/release"
        case Refund():
            path = f"/v1/captures/{quote(request.capture, safe='')}/refunds"
        case Reverse():
            path = "/v1/reversals"
            content["original_ref"] = request.original_reference
    return post(path, content)


def description_request(token: Secret[str]) -> HttpRequest | Declined:
    """Return the message that asks what a token stands for, or the no for a text that can be none.

    The token comes from outside: the bank would reject the message, and that would switch the whole route off.
    """
    if not _TOKEN.fullmatch(token.reveal()):
        return Declined(DeclineReason.INVALID_INSTRUMENT, "not an account token")
    # In the body, because addresses get written down by everybody on the way.
    return post("/v1/accounts/describe", {"account_token": token.reveal()})


def description_from(*, status: int, body: bytes) -> Description:
    """Return what the bank says about a token; ConfigError where it rejects us."""
    try:
        answer = read_answer(status, body)
        if refusal := refusal_in(status, answer):
            return refusal
        label, currency = text_in(answer, "label"), text_in(answer, "currency")
        if len(label) > _LONGEST_LABEL or not label.isprintable() or not _CURRENCY.fullmatch(currency):
            raise NotTheAnswer("no label or no currency")
        is_usable = ACCOUNT_STATUSES.get(text_in(answer, "status"))
        if is_usable is None:
            raise NotTheAnswer("the status is none that we know")
        return InstrumentDescription(label, currency, is_usable)
    except (NotStrictJson, NotTheAnswer) as error:
        return Unknown(f"HTTP {status}: {error}")


def outcome_from(request: Writing, *, status: int, body: bytes) -> Outcome:
    """Return what the answer proves about the request; ConfigError where the bank rejects us."""
    match request:
        case Authorise():
            question = _Question(Verb.AUTHORISE, request.reference, request.amount)
        case Capture():
            question = _Question(Verb.CAPTURE, request.reference, request.amount, request.hold)
        case Void():
            question = _Question(Verb.VOID, request.reference, request.amount, request.hold)
        case Refund():
            question = _Question(Verb.REFUND, request.reference, request.amount, request.capture)
        case Reverse():
            question = _Question(Verb.REVERSE, request.reference, request.amount, request.original_reference)
    try:
        answer = read_answer(status, body)
        refusal = refusal_in(status, answer)
        return refusal or _proven(question, answer)
    except (NotStrictJson, NotTheAnswer) as error:
        return Unknown(f"HTTP {status}: {error}")


def inquiry_outcome_from(request: Inquire, *, status: int, body: bytes) -> InquiryOutcome:
    """Return what became of the operation asked about."""
    try:
        answer = read_answer(status, body)
        if status == 404 and answer.get("code") == "unknown_operation":
            return NeverHeardOf()
        if refusal_in(status, answer) is not None:
            raise NotTheAnswer("a refusal of the inquiry says nothing about the operation")
        if answer.get("call") == "unknown" and answer.get("reason") == "reversed":
            # A tombstone: the bank will refuse the operation should it still arrive.
            expect(answer, "ref", request.reference)
            expect(answer, "status", "declined")
            return declined("reversed")
        expect(answer, "call", CALLS[request.verb])
        is_reversed = answer.get("reversed")
        if not isinstance(is_reversed, bool):
            raise NotTheAnswer("reversed is neither true nor false")
        outcome = _proven(_Question(request.verb, request.reference, request.amount), answer)
        return declined("reversed") if is_reversed and isinstance(outcome, Approved) else outcome
    except (NotStrictJson, NotTheAnswer) as error:
        return Unknown(f"HTTP {status}: {error}")


def _proven(question: _Question, answer: dict[str, object]) -> Approved | Declined:
    expect(answer, "ref", question.ref)
    match answer.get("status"):
        case "approved":
            return _approved(question, answer)
        case "declined":
            return declined(text_in(answer, "reason"))
        case _:
            raise NotTheAnswer("the status is none that we know")


def _approved(question: _Question, answer: dict[str, object]) -> Approved:
    match question.verb:
        case Verb.AUTHORISE:
            expires_at = time_in(answer, "expires_at")
            return Approved(text_in(answer, "hold_id"), _amount(question, answer), expires_at)
        case Verb.CAPTURE:
            _expect_parent(question, answer, "hold_id")
            return Approved(text_in(answer, "capture_id"), _amount(question, answer))
        case Verb.REFUND:
            _expect_parent(question, answer, "capture_id")
            return Approved(text_in(answer, "refund_id"), _amount(question, answer))
        case Verb.VOID:
            _expect_parent(question, answer, "hold_id")
            expect(answer, "currency", question.amount.currency)
            released = answer.get("released")
            # Less than we believed is common: the hold had expired or was released before.
            if type(released) is not int or not 0 <= released <= question.amount.amount:
                raise NotTheAnswer("another amount was released")
            return Approved(text_in(answer, "hold_id"), Money(released, question.amount.currency))
        case Verb.REVERSE:
            _expect_parent(question, answer, "original_ref")
            if answer.get("effect") not in EFFECTS_OF_REVERSAL:
                raise NotTheAnswer("the effect is none that we know")
            return Approved(question.ref)


def _expect_parent(question: _Question, answer: dict[str, object], name: str) -> None:
    if question.parent is not None:
        expect(answer, name, question.parent)


def _amount(question: _Question, answer: dict[str, object]) -> Money:
    expect(answer, "amount", question.amount.amount)
    expect(answer, "currency", question.amount.currency)
    return question.amount
