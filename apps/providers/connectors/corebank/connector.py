"""The bank core's connector: sends what the wire composes, returns what the wire reads."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Final

from apps.kernel.masking import Secret
from apps.providers.connectors.corebank.linking import (
    end_from,
    end_request,
    link_request,
    linked_account_from,
    page_from,
    redemption_request,
)
from apps.providers.connectors.corebank.notices import notice_from
from apps.providers.connectors.corebank.statement import settlement_from
from apps.providers.connectors.corebank.wire import (
    Writing,
    description_from,
    description_request,
    inquiry_outcome_from,
    outcome_from,
    request_for,
)
from apps.providers.contract import (
    Authorise,
    BeginLink,
    Capabilities,
    Capture,
    CheckLiquidity,
    Declined,
    Description,
    EndConsent,
    Inquire,
    InquiryOutcome,
    InvalidNotice,
    LinkOutcome,
    Notice,
    NotSent,
    Outcome,
    RedeemLink,
    Refund,
    Reverse,
    Settlement,
    SettlementNotReady,
    Unknown,
    Void,
)
from apps.providers.http import ClosedExchange, HttpAnswer, HttpExchange, HttpRequest
from apps.providers.signatures import NoticeVerifier

_HEALTH_DEADLINE_SECONDS: Final = 2.0
_STATEMENT_DEADLINE_SECONDS: Final = 60.0
_MAXIMUM_STATEMENT_BYTES: Final = 64 * 1024 * 1024


class CorebankConnector:
    """One account at a bank core. `client_key` is the bank's credential for us."""

    def __init__(
        self,
        *,
        exchange: HttpExchange | ClosedExchange,
        client_key: Secret[str],
        notices: NoticeVerifier | None = None,
    ) -> None:
        self._client_key = client_key
        self._exchange = exchange
        self._notices = notices

    def close(self) -> None:
        """Close the connections to the bank."""
        self._exchange.close()

    def capabilities(self) -> Capabilities:
        return Capabilities(
            check_liquidity=False,
            partial_capture=True,
            multiple_captures=True,
            partial_refund=True,
            notices=self._notices is not None,
            settlement=True,
        )

    def health(self) -> bool:
        answer = self._send(HttpRequest("GET", "/v1/health"), _HEALTH_DEADLINE_SECONDS)
        return isinstance(answer, HttpAnswer) and answer.status == 200

    def check_liquidity(self, request: CheckLiquidity) -> Outcome:
        return NotSent("the bank core has no liquidity check")

    def authorise(self, request: Authorise) -> Outcome:
        return self._write(request)

    def capture(self, request: Capture) -> Outcome:
        return self._write(request)

    def void(self, request: Void) -> Outcome:
        return self._write(request)

    def refund(self, request: Refund) -> Outcome:
        return self._write(request)

    def reverse(self, request: Reverse) -> Outcome:
        return self._write(request)

    def inquire(self, request: Inquire) -> InquiryOutcome:
        answer = self._send(request_for(request), request.deadline_seconds)
        if not isinstance(answer, HttpAnswer):
            return answer
        return inquiry_outcome_from(request, status=answer.status, body=answer.body)

    def describe_instrument(self, token: Secret[str], *, deadline_seconds: float) -> Description:
        message = description_request(token)
        if isinstance(message, Declined):
            return message
        answer = self._send(message, deadline_seconds)
        if not isinstance(answer, HttpAnswer):
            return answer
        return description_from(status=answer.status, body=answer.body)

    def parse_notice(self, headers: Mapping[str, str], body: bytes) -> Notice:
        if self._notices is None:
            raise InvalidNotice("nothing is known by which a notice could be believed")
        return notice_from(body, nonce=self._notices.nonce_of(headers, body))

    def begin_link(self, request: BeginLink) -> LinkOutcome:
        """Return the bank's consent page for this customer."""
        answer = self._send(link_request(request), request.deadline_seconds)
        if not isinstance(answer, HttpAnswer):
            return answer
        return page_from(request, status=answer.status, body=answer.body)

    def redeem_link(self, request: RedeemLink) -> LinkOutcome:
        """Return the account that the customer chose on that page."""
        message = redemption_request(request)
        if isinstance(message, Declined):
            return message
        answer = self._send(message, request.deadline_seconds)
        if not isinstance(answer, HttpAnswer):
            return answer
        return linked_account_from(request, status=answer.status, body=answer.body)

    def end_consent(self, request: EndConsent) -> LinkOutcome:
        """Return that the token pays no more."""
        answer = self._send(end_request(request), request.deadline_seconds)
        if not isinstance(answer, HttpAnswer):
            return answer
        return end_from(request, status=answer.status, body=answer.body)

    def fetch_settlement(self, day: date) -> Settlement:
        answer = self._send(
            HttpRequest("GET", f"/v1/statements/{day.isoformat()}"),
            _STATEMENT_DEADLINE_SECONDS,
            maximum_bytes=_MAXIMUM_STATEMENT_BYTES,
        )
        if not isinstance(answer, HttpAnswer):
            raise SettlementNotReady(answer.detail)
        return settlement_from(day, status=answer.status, body=answer.body)

    def _write(self, request: Writing) -> Outcome:
        answer = self._send(request_for(request), request.deadline_seconds)
        if not isinstance(answer, HttpAnswer):
            return answer
        return outcome_from(request, status=answer.status, body=answer.body)

    def _send(
        self, request: HttpRequest, deadline_seconds: float, maximum_bytes: int = 64 * 1024
    ) -> HttpAnswer | Unknown | NotSent:
        authorisation = ("Authorization", f"Bearer {self._client_key.reveal()}")
        signed_in = replace(request, headers=(*request.headers, authorisation))
        return self._exchange.send(signed_in, deadline_seconds=deadline_seconds, maximum_bytes=maximum_bytes)
