"""The bank core's messages, pure: a request into method, path and JSON; an answer into an outcome.

An answer counts only if it is about what was asked: same ref, same object, same amount and
currency. Anything else, however friendly its status, is Unknown.
"""

import json
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

from apps.kernel.masking import Secret
from apps.kernel.money import Money
from apps.providers.connectors.corebank.words import ACCOUNT_STATUSES, CALLS, EFFECTS_OF_REVERSAL, REFUSALS, declined
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
from apps.providers.strict_json import NotStrictJson, read_object

Writing = Authorise | Capture | Void | Refund | Reverse

_REF: Final = re.compile(r"[A-Za-z0-9_.:-]{1,64}", re.ASCII)
_TOKEN: Final = re.compile(r"[A-Za-z0-9_.~-]{1,128}", re.ASCII)
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_LONGEST_LABEL: Final = 60
_CONFIGURATION_STATUSES: Final = frozenset({400, 404, 405, 413, 415, 422})


class _NotTheAnswer(ValueError):
    """The answer is not about what was asked."""


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
    return _post(path, content)


def description_request(token: Secret[str]) -> HttpRequest | Declined:
    """Return the message that asks what a token stands for, or the no for a text that can be none.

    The token comes from outside: the bank would reject the message, and that would switch the whole route off.
    """
    if not _TOKEN.fullmatch(token.reveal()):
        return Declined(DeclineReason.INVALID_INSTRUMENT, "not an account token")
    # In the body, because addresses get written down by everybody on the way.
    return _post("/v1/accounts/describe", {"account_token": token.reveal()})


def description_from(*, status: int, body: bytes) -> Description:
    """Return what the bank says about a token; ConfigError where it rejects us."""
    try:
        answer = _read(status, body)
        if refusal := _refusal(status, answer):
            return refusal
        label, currency = _text(answer, "label"), _text(answer, "currency")
        if len(label) > _LONGEST_LABEL or not label.isprintable() or not _CURRENCY.fullmatch(currency):
            raise _NotTheAnswer("no label or no currency")
        is_usable = ACCOUNT_STATUSES.get(_text(answer, "status"))
        if is_usable is None:
            raise _NotTheAnswer("the status is none that we know")
        return InstrumentDescription(label, currency, is_usable)
    except (NotStrictJson, _NotTheAnswer) as error:
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
        answer = _read(status, body)
        refusal = _refusal(status, answer)
        return refusal or _proven(question, answer)
    except (NotStrictJson, _NotTheAnswer) as error:
        return Unknown(f"HTTP {status}: {error}")


def inquiry_outcome_from(request: Inquire, *, status: int, body: bytes) -> InquiryOutcome:
    """Return what became of the operation asked about."""
    try:
        answer = _read(status, body)
        if status == 404 and answer.get("code") == "unknown_operation":
            return NeverHeardOf()
        if _refusal(status, answer) is not None:
            raise _NotTheAnswer("a refusal of the inquiry says nothing about the operation")
        if answer.get("call") == "unknown" and answer.get("reason") == "reversed":
            # A tombstone: the bank will refuse the operation should it still arrive.
            _expect(answer, "ref", request.reference)
            _expect(answer, "status", "declined")
            return declined("reversed")
        _expect(answer, "call", CALLS[request.verb])
        is_reversed = answer.get("reversed")
        if not isinstance(is_reversed, bool):
            raise _NotTheAnswer("reversed is neither true nor false")
        outcome = _proven(_Question(request.verb, request.reference, request.amount), answer)
        return declined("reversed") if is_reversed and isinstance(outcome, Approved) else outcome
    except (NotStrictJson, _NotTheAnswer) as error:
        return Unknown(f"HTTP {status}: {error}")


def _post(path: str, content: dict[str, object]) -> HttpRequest:
    body = json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()
    return HttpRequest("POST", path, body, (("Content-Type", "application/json"),))


def _read(status: int, body: bytes) -> dict[str, object]:
    if status in {401, 403}:
        # Whoever answered did not let us in, whatever it wrote.
        raise ConfigError(f"the bank core refused our credentials: HTTP {status}")
    if status not in {200, 201} and status not in _CONFIGURATION_STATUSES:
        raise _NotTheAnswer("no answer of this API")
    return read_object(body)


def _refusal(status: int, answer: dict[str, object]) -> Declined | None:
    """Return the refusal that an error proves, None where the answer is no error."""
    if status in {200, 201}:
        return None
    code = answer.get("code")
    if not isinstance(code, str):
        # Not the bank's own error: something in between spoke.
        raise _NotTheAnswer("an error without a code")
    if reason := REFUSALS.get((status, code)):
        return Declined(reason, code)
    raise ConfigError(f"the bank core rejected our message: HTTP {status} {code[:64]!r}")


def _proven(question: _Question, answer: dict[str, object]) -> Approved | Declined:
    _expect(answer, "ref", question.ref)
    match answer.get("status"):
        case "approved":
            return _approved(question, answer)
        case "declined":
            return declined(_text(answer, "reason"))
        case _:
            raise _NotTheAnswer("the status is none that we know")


def _approved(question: _Question, answer: dict[str, object]) -> Approved:
    match question.verb:
        case Verb.AUTHORISE:
            expires_at = _time(answer, "expires_at")
            return Approved(_text(answer, "hold_id"), _amount(question, answer), expires_at)
        case Verb.CAPTURE:
            _expect_parent(question, answer, "hold_id")
            return Approved(_text(answer, "capture_id"), _amount(question, answer))
        case Verb.REFUND:
            _expect_parent(question, answer, "capture_id")
            return Approved(_text(answer, "refund_id"), _amount(question, answer))
        case Verb.VOID:
            _expect_parent(question, answer, "hold_id")
            _expect(answer, "currency", question.amount.currency)
            released = answer.get("released")
            # Less than we believed is common: the hold had expired or was released before.
            if type(released) is not int or not 0 <= released <= question.amount.amount:
                raise _NotTheAnswer("another amount was released")
            return Approved(_text(answer, "hold_id"), Money(released, question.amount.currency))
        case Verb.REVERSE:
            _expect_parent(question, answer, "original_ref")
            if answer.get("effect") not in EFFECTS_OF_REVERSAL:
                raise _NotTheAnswer("the effect is none that we know")
            return Approved(question.ref)


def _expect(answer: dict[str, object], name: str, value: object) -> None:
    # The type too: True equals 1 in Python.
    if type(answer.get(name)) is not type(value) or answer[name] != value:
        raise _NotTheAnswer(f"another {name}")


def _expect_parent(question: _Question, answer: dict[str, object], name: str) -> None:
    if question.parent is not None:
        _expect(answer, name, question.parent)


def _amount(question: _Question, answer: dict[str, object]) -> Money:
    _expect(answer, "amount", question.amount.amount)
    _expect(answer, "currency", question.amount.currency)
    return question.amount


def _text(answer: dict[str, object], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= 128:
        raise _NotTheAnswer(f"no {name}")
    return value


def _time(answer: dict[str, object], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_text(answer, name))
        if moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        pass
    raise _NotTheAnswer(f"{name} is no time")
