"""The bank core's messages about consents, pure: a customer's way to the bank's page, the code, the end."""

import re
from typing import Final
from urllib.parse import quote, urlsplit

from apps.kernel.masking import Secret
from apps.providers.connectors.corebank.messages import (
    NotTheAnswer,
    expect,
    post,
    read_answer,
    refusal_in,
    text_in,
)
from apps.providers.connectors.corebank.words import ACCOUNT_STATUSES
from apps.providers.contract import (
    BeginLink,
    ConsentEnded,
    Declined,
    EndConsent,
    LinkedAccount,
    LinkOutcome,
    LinkPage,
    RedeemLink,
    Unknown,
)
from apps.providers.http import HttpRequest
from apps.providers.iban import is_iban
from apps.providers.reasons import DeclineReason
from apps.providers.strict_json import NotStrictJson

LOOPBACK: Final = frozenset({"127.0.0.1", "::1", "localhost"})
_CURRENCY: Final = re.compile(r"[A-Z]{3}", re.ASCII)
_CONSENT: Final = re.compile(r"\w{1,64}", re.ASCII)
_LONGEST_ADDRESS: Final = 500
_LONGEST_LABEL: Final = 60
_LONGEST_CODE: Final = 128


def link_request(request: BeginLink) -> HttpRequest:
    """Return the message that announces a customer; no address holds the state, so nobody on the way changes it."""
    content: dict[str, object] = {
        "ref": request.reference,
        "subject": request.subject,
        "state": request.state.reveal(),
        "return_url": request.return_url,
        "language": request.language,
    }
    return post("/v1/links", content)


def page_from(request: BeginLink, *, status: int, body: bytes) -> LinkOutcome:
    """Return where the customer goes: a page over TLS, or on this machine."""
    try:
        answer = read_answer(status, body)
        if refusal := refusal_in(status, answer):
            return refusal
        expect(answer, "ref", request.reference)
        url = answer.get("consent_url")
        if not isinstance(url, str) or not _is_page(url):
            raise NotTheAnswer("no page that a customer may be sent to")
        return LinkPage(url)
    except (NotStrictJson, NotTheAnswer) as error:
        return Unknown(f"HTTP {status}: {error}")


def redemption_request(request: RedeemLink) -> HttpRequest | Declined:
    """Return the message that exchanges the code, or the no for a text that can be none."""
    code = request.code.reveal()
    # It comes from outside: the bank would reject the message, and that would switch the whole route off.
    if not 0 < len(code) <= _LONGEST_CODE or not (code.isascii() and code.isprintable()):
        return Declined(DeclineReason.INVALID_INSTRUMENT, "not a code")
    return post("/v1/links/redemptions", {"ref": request.reference, "code": code})


def linked_account_from(request: RedeemLink, *, status: int, body: bytes) -> LinkOutcome:
    """Return the account; its number must be one, and is forgotten here but for the four digits in the label."""
    try:
        answer = read_answer(status, body)
        if refusal := refusal_in(status, answer):
            return refusal
        expect(answer, "ref", request.reference)
        iban, label = text_in(answer, "iban"), text_in(answer, "label")
        if not is_iban(iban):
            raise NotTheAnswer("the account number is none")
        if len(label) > _LONGEST_LABEL or not label.isprintable() or not label.endswith(iban[-4:]) or iban in label:
            raise NotTheAnswer("the label is not the account's")
        currency, consent = text_in(answer, "currency"), text_in(answer, "consent_id")
        is_usable = ACCOUNT_STATUSES.get(text_in(answer, "status"))
        if not _CURRENCY.fullmatch(currency) or not _CONSENT.fullmatch(consent) or is_usable is None:
            raise NotTheAnswer("no currency, no consent or no status")
        return LinkedAccount(Secret(text_in(answer, "account_token")), consent, label, currency, is_usable)
    except (NotStrictJson, NotTheAnswer) as error:
        return Unknown(f"HTTP {status}: {error}")


def end_request(request: EndConsent) -> HttpRequest:
    """Return the message that ends a consent."""
    return post(f"/v1/consents/{quote(request.consent, safe='')}/end", {})


def end_from(request: EndConsent, *, status: int, body: bytes) -> LinkOutcome:
    """Return that the consent has ended; Declined for one that the bank does not know."""
    try:
        answer = read_answer(status, body)
        if refusal := refusal_in(status, answer):
            return refusal
        expect(answer, "consent_id", request.consent)
        expect(answer, "status", "ended")
        return ConsentEnded()
    except (NotStrictJson, NotTheAnswer) as error:
        return Unknown(f"HTTP {status}: {error}")


def _is_page(url: str) -> bool:
    if len(url) > _LONGEST_ADDRESS or not url.isascii() or not url.isprintable():
        return False
    try:
        parts = urlsplit(url)
        has_port = parts.port != 0
    except ValueError:
        return False
    is_safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    return is_safe and has_port and bool(parts.hostname) and "@" not in parts.netloc
